"""Does what every command does before and after its work."""

import errno
import logging
import os
import re
import signal
import sys
from collections.abc import Callable

from absl import app, flags
from absl import logging as absl_logging

from stylex_tf import addresses, errors
from stylex_tf.cli import config_flag

# Also for the user: a disk that is full or cannot be written, and paths that no
# file or folder can have.
_OF_THE_DISK = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EEXIST,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.ENOTDIR,
)
# What Python says of a text that is no number, in the message about a flag.
_NO_NUMBERS = (
    (re.compile(r"invalid literal for int\(\) .*"), "expected a whole number"),
    (re.compile(r"could not convert string to float: .*"), "expected a number"),
)
# What pathlib raises of a "~" that leads nowhere.
_NO_HOME = "Could not determine home directory."


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
    """Reads the flags, and shows ours where help is asked for.

    What absl or ml_collections refuses is one line, as every mistake is.
    """
    # absl's own help has the flags of the program's file alone, which is none
    # of ours where `stylex` is installed.
    for module, defined in flags.FLAGS.flags_by_module_dict().items():
        if module.startswith("stylex_tf."):
            for flag in defined:
                flags.FLAGS.register_key_flag_for_module(argv[0], flag)
    try:
        return flags.FLAGS(argv)
    except flags.Error as mistake:
        sys.exit(f"error: in the flags: {_in_words(mistake)}")
    except (KeyError, OSError) as mistake:
        # A field that the config does not have, or a config that is not there.
        sys.exit(f"error: in the flags: {config_flag.explain(mistake, argv)}")


def _in_words(mistake: flags.Error) -> str:
    """Returns what absl says of a flag, and what a number is expected to be."""
    text = str(mistake)
    for pythons, words in _NO_NUMBERS:
        text = pythons.sub(words, text)
    return text


def _of_tensorflow(mistake: Exception) -> str:
    """Returns what TensorFlow says of a disk; '' where it is something else.

    It has errors of its own for what the system tells it, and not an OSError.
    """
    if not type(mistake).__module__.startswith("tensorflow."):
        return ""
    text = str(getattr(mistake, "message", ""))
    for code in _OF_THE_DISK:
        if text.endswith(os.strerror(code)):
            path = text.removesuffix(os.strerror(code)).rstrip("; ")
            return f"{path}: {os.strerror(code)}"
    return ""


def plain_log() -> None:
    """Writes what is logged without its date and place, as other output is."""
    handler = absl_logging.get_absl_handler()
    handler.setFormatter(logging.Formatter("%(message)s"))


def no_arguments(argv: list[str]) -> None:
    """Raises UsageError where something follows the flags."""
    if len(argv) > 1:
        raise app.UsageError(f"unexpected arguments: {' '.join(argv[1:])}")


def no_address(flag: flags.FlagHolder) -> None:
    """Raises UsageError where a flag that names a file or folder has a URL."""
    address = addresses.refusal(flag.value, "download it, and name the folder")
    if address:
        raise errors.UsageError(f"--{flag.name}: {address}")


def _guarded(main: Callable[[list[str]], None], argv: list[str]) -> None:
    try:
        main(argv)
    except app.UsageError as mistake:
        # absl would print the help, at whose end it is overlooked.
        sys.exit(f"error: {mistake}; {argv[0]} --help lists the flags")
    except errors.UserError as mistake:
        # For the user to mend, not for us: one line, no traceback.
        sys.exit(f"error: {mistake}")
    except OSError as mistake:
        if mistake.errno not in _OF_THE_DISK:
            raise
        where = f"{mistake.filename}: " if mistake.filename else ""
        sys.exit(f"error: {where}{mistake.strerror}")
    except RuntimeError as mistake:
        # In a container, whose user is often a number alone.
        if str(mistake) != _NO_HOME:
            raise
        sys.exit(
            "error: HOME is not set, and this user has no home folder; set "
            "HOME to a folder that can be written"
        )
    # TensorFlow has its own errors, and is not imported for them here.
    except Exception as mistake:
        told = _of_tensorflow(mistake)
        if not told:
            raise
        sys.exit(f"error: {told}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
