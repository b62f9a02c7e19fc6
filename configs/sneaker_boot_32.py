"""Real photographs: what tells a sneaker from an ankle boot, 32 px.

sudo apt-get install dataset-fashion-mnist    # or let Keras download it
./bazelw run //stylex_tf:train -- --config=configs/sneaker_boot_32.py
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "sneaker_boot_32"
    experiment.data = config.DataConfig(
        source="fashion_mnist", classes=("sneaker", "ankle boot")
    )
    experiment.classifier.epochs = 5
    return experiment
