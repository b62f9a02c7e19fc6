"""A continuous cause: class 1 is hair lighter than the middle grey.

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/continuous.py

Trained once, by an earlier version, and not since; docs/evaluation.md says why
the figures of then are gone.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "continuous"
    # The cause is a number, not a part that is there or not.
    experiment.data = config.DataConfig(
        source="shaded_faces", causes=("hair_lightness",)
    )
    # Twice the quick start's images: a shade is harder to keep apart from the
    # light and the face than a part that is there or not. Costs twice the time.
    experiment.training.total_images = 300_000
    return experiment
