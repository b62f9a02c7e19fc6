"""Three classes: neither, glasses, or a beard without glasses.

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/three_classes.py

Trained once, by an earlier version, and not since; docs/evaluation.md says why
the figures of then are gone.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "three_classes"
    # A class for each cause, and one for none.
    experiment.data = config.DataConfig(
        source="faces", causes=("glasses", "beard"), rule="each"
    )
    # After 100,000 images there still was a coordinate that moved mouth and
    # beard together. Costs a third more time than the quick start.
    experiment.training.total_images = 200_000
    return experiment
