"""Handwriting: what tells a 4 from a 9, MNIST, 32 px.

    ./bazelw run //stylex_tf:train -- --config=configs/digits_4_9_32.py

Not trained yet. The settings are those of sneaker_boot_32. MNIST is downloaded
where it is not there; --config.data.source=FOLDER takes its four idx files.
"""

from configs import sneaker_boot_32
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = sneaker_boot_32.get_config()
    experiment.name = "digits_4_9_32"
    experiment.data = config.DataConfig(source="mnist", classes=("4", "9"))
    return experiment
