"""Held out: class 1 is dots on the wings or a forked horn.

    ./bazelw run //benchmarks:worlds -- \
        --config=configs/worlds/held_out/beetles.py --seeds=0,1,2

Nothing may be tuned on it; every start is logged, and the first result stays:
configs/worlds/held_out/method.py.
"""

from configs.worlds.held_out import method
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = method.get_config()
    experiment.name = "beetles"
    # The world, and the causes that make its class 1.
    experiment.data.source = "beetles"
    experiment.data.causes = (
        "dots",
        "horn",
    )
    experiment.data.rule = "any"
    return experiment
