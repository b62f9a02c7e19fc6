"""One cause: class 1 is glasses.

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/one_cause.py

Trained once, by an earlier version, and not since; docs/evaluation.md says why
the figures of then are gone.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "one_cause"
    # A single cause: one attribute should be listed first.
    experiment.data = config.DataConfig(source="faces", causes=("glasses",))
    # One cause is learnt earlier than the quick start's two, so two thirds of
    # the images are enough. Costs some quality, which longer training would
    # still improve.
    experiment.training.total_images = 100_000
    return experiment
