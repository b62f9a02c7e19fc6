"""Times a training step, beside the best that the machine can do.

    ./bazelw run //benchmarks:training_step
    TF_ENABLE_ONEDNN_OPTS=0 ./bazelw run //benchmarks:training_step
    ./bazelw run //benchmarks:training_step -- \
        --config=configs/avatars_64.py --config.training.batch_size=16

For each set of phases that run in one step: milliseconds, images a second,
the arithmetic of its convolutions and matrix products, and the share that
this is of the machine's peak, which is a large matrix product in the networks'
number format, timed in the same run. Then the most memory that the process
had. The networks are fresh and the images noise: neither changes the time.
The fastest of several rounds counts.
"""

import pathlib

from absl import flags
from ml_collections import config_flags

from stylex_tf import config_checks
from stylex_tf.cli import command

_QUICKSTART = pathlib.Path(__file__).parents[1] / "configs" / "quickstart.py"

_CONFIG = config_flags.DEFINE_config_file(
    "config", str(_QUICKSTART), "A file that defines get_config()."
)
_ROUNDS = flags.DEFINE_integer("rounds", 12, "The fastest of these counts.")


def main(argv: list[str]) -> None:
    """Prints a line a set of phases."""
    command.no_arguments(argv)
    settings = _CONFIG.value
    config_checks.check(settings)
    # Imported late: TensorFlow reads its environment as it is imported.
    from benchmarks import step_costs

    step_costs.report(settings, rounds=_ROUNDS.value)


if __name__ == "__main__":
    command.run(main)
