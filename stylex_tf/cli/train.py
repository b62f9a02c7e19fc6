r"""Trains StylEx and explains a classifier: the main job.

    bazel run //stylex_tf:train
    bazel run //stylex_tf:train -- --config=custom \
        --config.data.source=FOLDER --config.classifier.path=FILE

--config is a file, or the name of a config that ships (docs/configs.md). Every
field is a flag, as --config.training.total_images=4000; --dry_run shows them.
Started again on the same --run_dir, it goes on from the last checkpoint.
"""

import pathlib

from absl import flags

from stylex_tf import config_checks, run_folder
from stylex_tf.cli import command, config_flag, shipped_configs

_CONFIG = config_flag.define(shipped_configs.FOLDER / "quickstart.py")
_RUN_DIR = flags.DEFINE_string(
    "run_dir", "", "Where the run lives; default: runs/<name of the config>."
)
_DRY_RUN = flags.DEFINE_bool(
    "dry_run", False, "Say what would be done, and write nothing."
)


def main(argv: list[str]) -> None:
    """Runs the main job, or continues it."""
    command.no_arguments(argv)
    experiment = _CONFIG.value
    config_flag.split_lists(experiment)
    config_checks.check(experiment)
    if _DRY_RUN.value:
        # It ends soon, and its warnings are part of what it says.
        command.plain_log()
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    from stylex_tf import dry_run, main_job

    root = pathlib.Path(_RUN_DIR.value or f"runs/{experiment.name}")
    folder = run_folder.RunFolder(root.expanduser().absolute())
    does = dry_run.describe if _DRY_RUN.value else main_job.run
    print(does(experiment, folder))


if __name__ == "__main__":
    command.run(main)
