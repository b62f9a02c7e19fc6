r"""Measures the server under load, beside calls in this process.

    ./bazelw run //benchmarks/serving:load -- --model_base_path=DIR

DIR holds the versions of an exported StylEx; the newest is copied and served.
benchmarks/serving.md says what is measured, what it needs, and how to read it.
About five minutes; a quick try:

    ... --seconds=0.2 --clients=1,4 --swap_requests=200 --overload_seconds=1
"""

import os
import pathlib
import shutil
import signal
import sys
import tempfile

from absl import app, flags
from absl import logging as absl_logging

_MODEL_BASE_PATH = flags.DEFINE_string(
    "model_base_path", None, "Holds the versions of an export.", required=True
)
_CLIENTS = flags.DEFINE_list("clients", ["1", "8", "32"], "At the same time.")
_REQUESTS = flags.DEFINE_list(
    "requests",
    ["classify", "reconstruct", "edit", "find_attributes"],
    "Which of these to measure.",
)
_SECONDS = flags.DEFINE_float(
    "seconds", 1.5, "About as long takes one measurement.", 0.01
)
_SERVER_FLAGS = flags.DEFINE_multi_string(
    "server_flag", [], "A flag of the server; may be given again, for others."
)
_SWAP_REQUESTS = flags.DEFINE_integer(
    "swap_requests", 10_000, "Requests while versions change; 0: none.", 0
)
_SWAPS = flags.DEFINE_integer("swaps", 3, "Versions published meanwhile.", 1)
_OVERLOAD = flags.DEFINE_enum(
    "overload",
    "reconstruct",
    ["classify", "reconstruct", "edit", "find_attributes"],
    "The signature that is asked more often than the server can answer.",
)
_OVERLOAD_TIMES = flags.DEFINE_float(
    "overload_times", 10.0, "Times the capacity.", 1.0
)
_OVERLOAD_SECONDS = flags.DEFINE_float(
    "overload_seconds", 8.0, "0: not measured.", 0.0
)


def main(argv: list[str]) -> None:
    """Prints the report."""
    if len(argv) > 1:
        raise app.UsageError(f"unexpected arguments: {' '.join(argv[1:])}")
    newest = _newest(pathlib.Path(_MODEL_BASE_PATH.value))
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    from benchmarks.serving import report

    with tempfile.TemporaryDirectory() as folder:
        base_path = pathlib.Path(folder, "versions")
        shutil.copytree(newest, base_path / "1")
        try:
            report.run(
                base_path,
                report.Plan(
                    requests=_REQUESTS.value,
                    clients=[int(text) for text in _CLIENTS.value],
                    seconds=_SECONDS.value,
                    server_flags=_SERVER_FLAGS.value,
                    swap_requests=_SWAP_REQUESTS.value,
                    swaps=_SWAPS.value,
                    overload=_OVERLOAD.value,
                    overload_times=_OVERLOAD_TIMES.value,
                    overload_seconds=_OVERLOAD_SECONDS.value,
                ),
            )
        except (ValueError, RuntimeError) as error:
            sys.exit(f"error: {error}")


def _newest(base_path: pathlib.Path) -> pathlib.Path:
    versions = [
        path
        for path in (base_path.iterdir() if base_path.is_dir() else ())
        if path.name.isdigit() and (path / "saved_model.pb").exists()
    ]
    if not versions:
        sys.exit(
            f"error: --model_base_path is {base_path}, where no version is; "
            "expected folders 1, 2, ... as in RUN/export"
        )
    return max(versions, key=lambda path: int(path.name))


if __name__ == "__main__":
    # `bazel run` changes to the tree of the built files.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # As an exception, so that the server ends with this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # Each line as it comes, also to a file.
    sys.stdout.reconfigure(line_buffering=True)
    absl_logging.set_verbosity(absl_logging.WARNING)
    app.run(main)
