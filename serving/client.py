r"""Asks a served StylEx about images.

    bazel run //serving:client -- classify face.png --server=localhost:8500
    bazel run //serving:client -- explain face.png --output=explained
    bazel run //serving:client -- edit face.png --output=edited.png \
        --coordinates=12,40 --directions=1,0 --strengths=1,0.5
    bazel run //serving:client -- search faces/*.png --output=effects.npz

docs/serving.md has them all. The library is serving/stylex_client/client.py.
"""

import argparse
import contextlib
import logging
import os
import pathlib
import sys
import uuid
from collections.abc import Callable, Sequence

import tqdm

from serving import client_flags
from serving.stylex_client import client as clients
from serving.stylex_client import (
    effects_search,
    errors,
    explanation,
    image_files,
)
from stylex_tf.export import signatures

# Images held in memory.
_CLASSIFIED_AT_ONCE = 32


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        argv: its words; None: those of the process.

    Returns:
        The exit code: 0, or 1 after an error, which is one line.
    """
    flags = _parser().parse_args(argv)
    try:
        with client_flags.connect(flags) as client:
            flags.run(client, flags)
    except errors.ClientError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _classify(client: clients.StylexClient, flags: argparse.Namespace) -> None:
    image_files.check(flags.images)
    client = client.pinned()
    for start in range(0, len(flags.images), _CLASSIFIED_AT_ONCE):
        paths = flags.images[start : start + _CLASSIFIED_AT_ONCE]
        answer = client.classify([image_files.read(path) for path in paths])
        for path, winner, name, probabilities in zip(
            paths,
            answer["class"],
            answer["class_name"],
            answer["probabilities"],
            strict=True,
        ):
            probability = f"{probabilities[winner]:.4f}"
            print(path, name.decode(), probability, sep="\t", flush=True)


def _explain(client: clients.StylexClient, flags: argparse.Namespace) -> None:
    with _Bar("image") as bar:
        explanation.write(
            client,
            flags.images,
            flags.output,
            target_class=flags.target_class,
            top_k=flags.top_k,
            progress=bar,
        )
    print(flags.output / explanation.JSON_FILE)


def _edit(client: clients.StylexClient, flags: argparse.Namespace) -> None:
    edits = len(flags.coordinates)
    for name in ("directions", "strengths"):
        if len(getattr(flags, name)) != edits:
            raise errors.ClientError(
                f"--{name} has {len(getattr(flags, name))} values; expected "
                f"{edits}, as --coordinates"
            )
    image_files.check([flags.image])
    answer = client.edit(
        [image_files.read(flags.image)],
        coordinates=[flags.coordinates],
        directions=[flags.directions],
        strengths=[flags.strengths],
    )
    _write(flags.output, answer["edited_bytes"][0])
    for name in ("before", "after"):
        numbers = answer[f"probabilities_{name}"][0]
        print(name, *(f"{number:.4f}" for number in numbers), sep="\t")


def _search(client: clients.StylexClient, flags: argparse.Namespace) -> None:
    with _Bar("edit") as bar:
        effects_search.search(
            client,
            flags.images,
            flags.output,
            edits_per_call=flags.edits_per_call,
            images_per_call=flags.images_per_call,
            progress=bar,
        )
    print(flags.output)


def _write(path: pathlib.Path, content: bytes) -> None:
    """Writes a file; a reader sees the old or the new one."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise errors.ClientError(
            f"{path}: {error.strerror or error}"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


class _Bar:
    """A progress bar that is not there before the work has begun."""

    def __init__(self, unit: str):
        self._unit = unit
        self._bar: tqdm.tqdm | None = None

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None:
            # What was done before says nothing of the time left.
            self._bar = tqdm.tqdm(
                total=total,
                unit=self._unit,
                initial=done,
                dynamic_ncols=True,
            )
        self._bar.update(done - self._bar.n)


def _parser() -> argparse.ArgumentParser:
    common = client_flags.parser()
    parser = argparse.ArgumentParser(
        prog="client", description="Asks a served StylEx about images."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str,
        run: Callable[[clients.StylexClient, argparse.Namespace], None],
        meaning: str,
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            parents=[common],
            help=meaning,
            description=meaning,
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        made.set_defaults(run=run)
        return made

    path = pathlib.Path
    classify = command(
        "classify", _classify, "Prints file, class and probability."
    )
    classify.add_argument("images", nargs="+", type=path)

    explain = command(
        "explain",
        _explain,
        "Writes what moves the classifier, with pictures, to a new folder.",
    )
    explain.add_argument("images", nargs="+", type=path)
    explain.add_argument("--output", type=path, required=True, help="folder")
    explain.add_argument(
        "--target_class",
        type=int,
        default=-1,
        help="class to move towards; -1: away from the likeliest",
    )
    explain.add_argument(
        "--top_k", type=int, default=4, help="attributes of an image"
    )

    edit = command(
        "edit", _edit, "Writes an edited picture; prints the probabilities."
    )
    edit.add_argument("image", type=path)
    edit.add_argument("--output", type=path, required=True, help="PNG")
    edit.add_argument(
        "--coordinates", type=_list(int), required=True, help="as 12,40"
    )
    edit.add_argument(
        "--directions",
        type=_list(int),
        required=True,
        help="0: to the minimum, 1: to the maximum; as 1,0",
    )
    edit.add_argument(
        "--strengths",
        type=_list(float),
        required=True,
        help="share of the way to there; as 1,0.5",
    )

    search = command(
        "search",
        _search,
        "Measures every edit of every image; stopped, it goes on.",
    )
    search.add_argument("images", nargs="+", type=path)
    search.add_argument("--output", type=path, required=True, help=".npz")
    search.add_argument(
        "--edits_per_call",
        type=int,
        default=signatures.MAX_MEASURED,
        help="of one image",
    )
    search.add_argument(
        "--images_per_call", type=int, default=4, help="so many times that"
    )
    return parser


def _list(kind: type) -> Callable[[str], list]:
    def parse(text: str) -> list:
        return [kind(word) for word in text.split(",")]

    parse.__name__ = f"list of {kind.__name__}"
    return parse


if __name__ == "__main__":
    # `bazel run` changes to the tree of the built files.
    with contextlib.suppress(KeyError):
        os.chdir(os.environ["BUILD_WORKING_DIRECTORY"])
    # What these two tell of an attempt that failed; the error says it.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    sys.exit(main())
