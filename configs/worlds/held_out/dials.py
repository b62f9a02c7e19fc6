"""Held out: class 1 is a needle past the middle and a red bulb.

    ./bazelw run //benchmarks:worlds -- \
        --config=configs/worlds/held_out/dials.py --seeds=0,1,2

Nothing may be tuned on it; every start is logged, and the first result stays:
configs/worlds/held_out/method.py.
"""

from configs.worlds.held_out import method
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = method.get_config()
    experiment.name = "dials"
    # The world, and the causes that its class 1 needs together.
    experiment.data.source = "dials"
    experiment.data.causes = (
        "needle",
        "bulb",
    )
    experiment.data.rule = "all"
    return experiment
