"""Held out: class 1 is a red bloom; drawn by DiceBear.

    ./bazelw run //benchmarks:worlds -- \
        --config=configs/worlds/held_out/sprouts.py --seeds=0,1,2

Nothing may be tuned on it; every start is logged, and the first result stays:
configs/worlds/held_out/method.py.
"""

from configs.worlds.held_out import method
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = method.get_config()
    experiment.name = "sprouts"
    # The world, and the cause that makes its class 1.
    experiment.data.source = "sprouts"
    experiment.data.causes = ("bloom=red",)
    experiment.data.rule = "any"
    return experiment
