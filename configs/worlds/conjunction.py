"""A conjunction: class 1 is glasses and an open mouth.

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/conjunction.py

Trained once, by an earlier version, and not since; docs/evaluation.md says why
the figures of then are gone.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "conjunction"
    # Class 1 needs both causes: no single edit reaches it from neither.
    experiment.data = config.DataConfig(
        source="faces", causes=("glasses", "open_mouth"), rule="all"
    )
    # Twice the quick start's images: where neither cause is there, no single
    # edit turns the decision, so both causes have to be learnt well. Costs
    # twice the time.
    experiment.training.total_images = 300_000
    return experiment
