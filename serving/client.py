r"""Asks a served StylEx about images.

    bazel run //serving:client -- classify face.png --server=localhost:8500
    bazel run //serving:client -- explain face.png --output=explained
    bazel run //serving:client -- edit face.png --output=edited.png \
        --coordinates=12,40 --directions=1,0 --strengths=1,0.5
    bazel run //serving:client -- search faces/*.png --output=effects

docs/serving.md has them all; stylex_tf/api is the library behind it.
"""

import argparse
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Sequence

import tqdm
from PIL import Image

from serving import client_flags
from stylex_tf import atomic_file, errors
from stylex_tf.api import (
    asked_for,
    explainer,
    image_answers,
    picture_inputs,
    questions,
    served,
)
from stylex_tf.apps import effects_search, explain
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
        with client_flags.connect(flags) as backend:
            flags.run(backend, flags)
    except errors.UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _classify(backend: served.Served, flags: argparse.Namespace) -> None:
    picture_inputs.check(flags.images)
    asked = questions.Questions(backend)
    for start in range(0, len(flags.images), _CLASSIFIED_AT_ONCE):
        paths = flags.images[start : start + _CLASSIFIED_AT_ONCE]
        answer = asked.classify(
            [picture_inputs.file_bytes(path) for path in paths]
        )
        for path, winner, name, probabilities in zip(
            paths,
            answer["class"],
            answer["class_name"],
            answer["probabilities"],
            strict=True,
        ):
            probability = f"{probabilities[winner]:.4f}"
            print(path, name.decode(), probability, sep="\t", flush=True)


def _explain(backend: served.Served, flags: argparse.Namespace) -> None:
    model = explainer.Explainer(backend)
    if model.missing:
        print(
            f"the model is older than `describe`, and does not tell "
            f"{', '.join(model.missing)}",
            file=sys.stderr,
        )
    paths = explain.find_images([str(path) for path in flags.images])
    print(
        explain.write(
            model,
            paths,
            flags.output,
            target=asked_for.target(flags.target, model.class_names),
            top_k=flags.top_k,
            crop=flags.crop,
        )
    )


def _edit(backend: served.Served, flags: argparse.Namespace) -> None:
    edits = len(flags.coordinates)
    for name in ("directions", "strengths"):
        if len(getattr(flags, name)) != edits:
            raise errors.UsageError(
                f"--{name} has {len(getattr(flags, name))} values; expected "
                f"{edits}, as --coordinates"
            )
    picture_inputs.check([flags.image])
    known = backend.description
    (picture,) = picture_inputs.read(
        flags.image,
        resolution=known.resolution,
        max_pixels=known.max_pixels,
        own_crop=known.crop,
    )
    answer = questions.Questions(backend).edit(
        [picture.encoded],
        coordinates=[flags.coordinates],
        directions=[flags.directions],
        strengths=[flags.strengths],
    )
    edited = answer["edited_bytes"][0]
    before, after = (
        answer[f"probabilities_{name}"][0] for name in ("before", "after")
    )
    asked = image_answers.ImageAnswers(backend)
    given = asked.given(picture)
    if flags.carried:
        pictures, said = asked.carried(
            given["images"],
            given["reconstructions"],
            picture_inputs.decode_png(edited)[None],
        )
        edited = picture_inputs.png(Image.fromarray(pictures[0]))
        before, after = given["probabilities"], said[0]
    try:
        atomic_file.write(flags.output, edited)
    except OSError as error:
        raise errors.UsageError(
            f"{flags.output}: {error.strerror or error}"
        ) from error
    for name, numbers in (("before", before), ("after", after)):
        print(name, *(f"{number:.4f}" for number in numbers), sep="\t")
    trust = asked.trust(given)
    print("trust", trust.level, trust.words, sep="\t")


def _search(backend: served.Served, flags: argparse.Namespace) -> None:
    with _Bar("edit") as bar:
        effects_search.search(
            backend,
            flags.images,
            flags.output,
            edits_per_call=flags.edits_per_call,
            images_per_call=flags.images_per_call,
            progress=bar,
        )
    print(flags.output)


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


class _Commands:
    """The commands of the client, each with its flags."""

    def __init__(self, parser: argparse.ArgumentParser):
        self._common = client_flags.parser()
        self._commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        self,
        name: str,
        run: Callable[[served.Served, argparse.Namespace], None],
        meaning: str,
    ) -> argparse.ArgumentParser:
        """Adds a command that `run` does, and returns its parser."""
        made = self._commands.add_parser(
            name,
            parents=[self._common],
            help=meaning,
            description=meaning,
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        made.set_defaults(run=run)
        return made


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="client", description="Asks a served StylEx about images."
    )
    commands = _Commands(parser)
    for add in (_add_classify, _add_explain, _add_edit, _add_search):
        add(commands)
    return parser


def _add_classify(commands: _Commands) -> None:
    classify = commands.add(
        "classify", _classify, "Prints file, class and probability."
    )
    classify.add_argument("images", nargs="+", type=client_flags.path)


def _add_explain(commands: _Commands) -> None:
    explain = commands.add(
        "explain",
        _explain,
        "Writes what moves the classifier, with pictures, to a new folder.",
    )
    explain.add_argument("images", nargs="+", type=client_flags.path)
    explain.add_argument(
        "--output", type=client_flags.path, required=True, help="folder"
    )
    explain.add_argument(
        "--target",
        help="class to move towards, its name or index; default: away from "
        "the likeliest",
    )
    explain.add_argument(
        "--top_k", type=int, default=4, help="attributes of an image"
    )
    explain.add_argument(
        "--crop",
        choices=["center", "pad"],
        help="of an image that is not square: its centre, or all of it, added "
        "to; default: as the model was trained",
    )


def _add_edit(commands: _Commands) -> None:
    edit = commands.add(
        "edit",
        _edit,
        "Writes an edited picture; prints the probabilities, and how far to "
        "trust it.",
    )
    edit.add_argument("image", type=client_flags.path)
    edit.add_argument(
        "--output", type=client_flags.path, required=True, help="PNG"
    )
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
    edit.add_argument(
        "--carried",
        action="store_true",
        help="on the image itself: the image plus what the edit changes",
    )


def _add_search(commands: _Commands) -> None:
    search = commands.add(
        "search",
        _search,
        "Measures every edit of every image; stopped, it goes on.",
    )
    search.add_argument("images", nargs="+", type=client_flags.path)
    search.add_argument(
        "--output", type=client_flags.path, required=True, help="folder"
    )
    search.add_argument(
        "--edits_per_call",
        type=int,
        default=signatures.MAX_MEASURED,
        help="edits of an image in one request",
    )
    search.add_argument(
        "--images_per_call",
        type=int,
        default=4,
        help="images in one request, each with so many edits",
    )


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
