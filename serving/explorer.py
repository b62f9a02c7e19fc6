r"""Serves a page over a running server: choose an image, turn its attributes.

    bazel run //serving:explorer -- --server=localhost:8500 --examples=faces

The server is ours or TensorFlow Serving. The page is at http://127.0.0.1:7860,
for this machine alone unless --address says otherwise. docs/explorer.md.
Without a server: `stylex demo`.
"""

import argparse
import contextlib
import os
import pathlib
import signal
import sys
import time
from collections.abc import Callable, Sequence

from serving import client_flags
from stylex_tf import errors
from stylex_tf.api import picture_inputs, served
from stylex_tf.apps import explorer, picture_folders

_MOST_EXAMPLES = 60
# What a server says that has not loaded its model yet, or is not there yet.
_NOT_YET = ("UNAVAILABLE", "NOT_FOUND")
_PAUSE = 1.0


def main(argv: Sequence[str] | None = None) -> int:
    """Shows the page until it is interrupted.

    Args:
        argv: its words; None: those of the process.

    Returns:
        The exit code: 0, or 1 after an error, which is one line.
    """
    flags = _parser().parse_args(argv)
    try:
        examples = _examples(flags.examples)
        with client_flags.connect(flags) as backend:
            wait(backend, seconds=flags.wait_seconds)
            explorer.show(
                backend,
                examples,
                most_knobs=flags.most_knobs,
                address=flags.address,
                port=flags.port,
                crop=flags.crop,
                host_names=flags.host_names,
            )
    except (errors.UsageError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def wait(
    backend: served.Served,
    *,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Waits until the model answers, and says that it does.

    Args:
        backend: the model.
        seconds: how long, at most.
        clock: tells seconds.
        sleep: lets some pass.

    Raises:
        ServerError: it does not answer in that time.
    """
    end = clock() + seconds
    said = False
    while True:
        try:
            _ = backend.description
            return
        except errors.ServerError as error:
            if error.code not in _NOT_YET or clock() >= end:
                raise
            if not said:
                print(
                    f"waiting for {backend.wanted.name} at {backend.server}, "
                    f"at most {seconds:g} seconds: {error}",
                    file=sys.stderr,
                    flush=True,
                )
                said = True
            sleep(_PAUSE)


def _examples(folder: pathlib.Path | None) -> list[pathlib.Path]:
    if folder is None:
        return []
    try:
        paths = picture_folders.find(folder)[:_MOST_EXAMPLES]
    except errors.UsageError as error:
        raise errors.UsageError(f"--examples: {error}") from error
    picture_inputs.check(paths)
    return paths


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Returns what reads a whole number of a flag, within bounds."""
    bounds = f"{least} or more" if most is None else f"{least} to {most}"

    def read(text: str) -> int:
        number = int(text) if text.strip().lstrip("+-").isdecimal() else None
        if number is None or number < least or (most and number > most):
            raise argparse.ArgumentTypeError(
                f"is {text!r}; expected a whole number, {bounds}"
            )
        return number

    return read


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="explorer",
        parents=[client_flags.parser()],
        description="A web page over a running server.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--examples",
        type=client_flags.path,
        help="folder of images to choose from",
    )
    parser.add_argument(
        "--most_knobs",
        type=_whole(1),
        default=8,
        help="of an image; at most the export's max_top_k, usually 16",
    )
    parser.add_argument(
        "--crop",
        choices=("center", "pad"),
        help="an image that is not square: take its centre, or add to it",
    )
    parser.add_argument(
        "--wait_seconds",
        type=float,
        default=60.0,
        help="for a server that is starting, or loading the model",
    )
    parser.add_argument(
        "--address", default="127.0.0.1", help="where the page listens"
    )
    parser.add_argument(
        "--port", type=_whole(1, 65535), default=7860, help="its port"
    )
    parser.add_argument(
        "--host_names",
        type=lambda text: text.split(","),
        default=[],
        help="other names under which browsers ask for the page; *: any",
    )
    return parser


if __name__ == "__main__":
    # `bazel run` changes to the tree of the built files.
    with contextlib.suppress(KeyError):
        os.chdir(os.environ["BUILD_WORKING_DIRECTORY"])
    # What gRPC tells of an attempt that failed; the error says it.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    # Told to end, it still removes what visitors have uploaded.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.exit(main())
