"""A conjunction: class 1 is glasses and an open mouth.

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/conjunction.py

The figures are in docs/evaluation.md.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "conjunction"
    experiment.data = config.DataConfig(
        source="faces", causes=("glasses", "open_mouth"), rule="all"
    )
    experiment.training.total_images = 150_000
    return experiment
