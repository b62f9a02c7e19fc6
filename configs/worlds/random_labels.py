"""Nothing to find: the labels are random.

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/random_labels.py

Trained once, by an earlier version, and not since; docs/evaluation.md says why
the figures of then are gone.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "random_labels"
    # Labels that say nothing of the picture: no attribute should be listed.
    experiment.data = config.DataConfig(source="faces", rule="random")
    # There is nothing to learn from these labels, so a fifth of the quick
    # start's images is enough. Costs likeness: the reconstructions would still
    # improve.
    experiment.training.total_images = 30_000
    return experiment
