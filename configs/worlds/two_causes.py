"""Two causes: class 1 is glasses or an open mouth, as in the quick start.

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/two_causes.py

The figures are those of the quick start, which has the same settings:
benchmarks/results/quickstart.json.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "two_causes"
    return experiment
