"""Does what every command does before and after its work."""

import errno
import logging
import os
import signal
import sys
from collections.abc import Callable

from absl import app
from absl import logging as absl_logging

from stylex_tf import errors
from stylex_tf.cli import config_flag

# Also for the user: a disk that is full or cannot be written.
_OF_THE_DISK = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
)


def run(main: Callable[[list[str]], None]) -> None:
    """Runs a command in the folder from which the user called it."""
    # `bazel run` changes to the tree of the built files.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()))
    # TensorFlow's own chatter, which starts when it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow takes oneDNN by itself on few processors only; on one with AVX2
    # alone a training step took 271 ms with it, 384 without.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    # Not all of a GPU at once: an export is tried in a process beside this one.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    absl_logging.set_verbosity(absl_logging.WARNING)
    logging.getLogger("stylex_tf").setLevel(logging.INFO)
    app.run(lambda argv: _guarded(main, argv), flags_parser=_parse)


def _parse(argv: list[str]) -> list[str]:
    """Reads the flags; what ml_collections refuses is a mistake as well."""
    try:
        return app.parse_flags_with_usage(argv)
    except (KeyError, OSError) as mistake:
        # A field that the config does not have, or a config that is not there.
        sys.exit(f"error: in the flags: {config_flag.explain(mistake, argv)}")


def no_arguments(argv: list[str]) -> None:
    """Raises UsageError where something follows the flags."""
    if len(argv) > 1:
        raise app.UsageError(f"unexpected arguments: {' '.join(argv[1:])}")


def _guarded(main: Callable[[list[str]], None], argv: list[str]) -> None:
    try:
        main(argv)
    except errors.UserError as mistake:
        # For the user to mend, not for us: one line, no traceback.
        sys.exit(f"error: {mistake}")
    except OSError as mistake:
        if mistake.errno not in _OF_THE_DISK:
            raise
        where = f"{mistake.filename}: " if mistake.filename else ""
        sys.exit(f"error: {where}{mistake.strerror}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
