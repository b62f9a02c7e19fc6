"""Held out: class 1 is a red pennant.

    ./bazelw run //benchmarks:worlds -- \
        --config=configs/worlds/held_out/boats.py --seeds=0,1,2

Nothing may be tuned on it; every start is logged, and the first result stays:
configs/worlds/held_out/method.py.
"""

from configs.worlds.held_out import method
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = method.get_config()
    experiment.name = "boats"
    # The world, and the cause that makes its class 1.
    experiment.data.source = "boats"
    experiment.data.causes = ("pennant=red",)
    experiment.data.rule = "any"
    return experiment
