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
    # Class 1 needs both causes: no single edit reaches it from neither.
    experiment.data = config.DataConfig(
        source="faces", causes=("glasses", "open_mouth"), rule="all"
    )
    # Twice the quick start's, and all of each range: no single edit turns a
    # decision that needs two causes, so both have to arrive. Costs twice the
    # time, and edits that may leave what looks real.
    experiment.training.total_images = 300_000
    experiment.attributes = config.AttributesConfig(ranges="min_max")
    return experiment
