"""Held out: class 1 is a nucleolus larger than the middle.

    ./bazelw run //benchmarks:worlds -- \
        --config=configs/worlds/held_out/cells.py --seeds=0,1,2

Nothing may be tuned on it; every start is logged, and the first result stays:
configs/worlds/held_out/method.py.
"""

from configs.worlds.held_out import method
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = method.get_config()
    experiment.name = "cells"
    # The world, and the cause that makes its class 1.
    experiment.data.source = "cells"
    experiment.data.causes = ("nucleolus",)
    experiment.data.rule = "any"
    return experiment
