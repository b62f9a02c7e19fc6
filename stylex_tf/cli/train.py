r"""Trains StylEx and explains a classifier: the main job.

    bazel run //stylex_tf:train
    bazel run //stylex_tf:train -- --config=configs/custom.py \
        --config.data.source=FOLDER --config.classifier.path=FILE

Started again on the same --run_dir, it goes on from the last checkpoint.
"""

import pathlib

from absl import flags
from ml_collections import config_flags

from stylex_tf import errors, run_folder
from stylex_tf.cli import command, config_flag

# Inside an installed package, and beside it in a clone.
_PACKAGE = pathlib.Path(__file__).absolute().parents[1]
_CONFIGS = next(
    folder
    for folder in (_PACKAGE / "configs", _PACKAGE.parent / "configs")
    if folder.is_dir() or folder.parent == _PACKAGE.parent
)
_QUICKSTART = _CONFIGS / "quickstart.py"

_CONFIG = config_flag.define(_QUICKSTART)
_RUN_DIR = flags.DEFINE_string(
    "run_dir", "", "Where the run lives; default: runs/<name of the config>."
)
_DRY_RUN = flags.DEFINE_bool(
    "dry_run", False, "Say what would be done, and write nothing."
)


def main(argv: list[str]) -> None:
    """Runs the main job, or continues it."""
    command.no_arguments(argv)
    file = config_flags.get_config_filename(flags.FLAGS["config"])
    if not pathlib.Path(file).is_file():
        raise errors.ConfigError(f"--config is {file}, where no file is")
    experiment = _CONFIG.value
    config_flag.split_lists(experiment)
    experiment.validate()
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    from stylex_tf import dry_run, main_job

    if _DRY_RUN.value:
        print(dry_run.describe(experiment))
        return
    root = pathlib.Path(_RUN_DIR.value or f"runs/{experiment.name}")
    root = root.expanduser().absolute()
    print(main_job.run(experiment, run_folder.RunFolder(root)))


if __name__ == "__main__":
    command.run(main)
