"""Explains a folder of images: pictures, a page, and a table.

Images are read, explained and written some at a time, so that thousands of them
fit in memory; all are looked at before the first is explained.
"""

import csv
import dataclasses
import pathlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

import numpy as np
import tqdm

from stylex_tf import addresses, atomic_folder, disk_room, errors
from stylex_tf.api import (
    asked_for,
    explainer,
    explanation,
    picture_inputs,
    shipped,
    trust,
)
from stylex_tf.apps import picture_folders

TABLE = "explanations.csv"
PAGE = "index.html"
PICTURES = "pictures"

# Images in memory at once.
_AT_ONCE = 16
# Images on the page; the table has all of them.
_SHOWN = 200


@dataclasses.dataclass(frozen=True)
class Checked:
    """Files that were looked at.

    Attributes:
        readable: the paths of the images, N of them, one or more.
        unreadable: why other files cannot be used, by their names.
    """

    readable: tuple[pathlib.Path, ...]
    unreadable: Mapping[str, str]


def check_output(output: pathlib.Path) -> None:
    """Refuses a folder that cannot be made, or holds something.

    Raises:
        UsageError: it is there, and no empty folder.
        OSError: it cannot be made, or not be written.
    """
    is_folder = output.is_dir()
    if is_folder and not any(output.iterdir()):
        return
    if is_folder or output.exists():
        is_what = "is there already" if is_folder else "is a file"
        raise errors.UsageError(
            f"{output} {is_what}; expected a new or empty folder: "
            "--output=... names another"
        )
    disk_room.check_folder(output)


def find_images(words: Sequence[str], *, model: str = "") -> list[pathlib.Path]:
    """Returns the files that the words of a command name.

    Args:
        words: files and folders, of which every image is taken, also of the
            folders in them; none: the samples of a model that ships.
        model: its name; empty: there are no samples.

    Raises:
        UsageError: a word is an address, or empty, or names a folder without
            images; or there is none.
    """
    if not words:
        samples = shipped.samples(model) if model else []
        if not samples:
            raise errors.UsageError(
                f"no images are named, and the model {model!r} has no samples; "
                "expected files or folders"
            )
        return samples
    return [path for word in words for path in _under(word)]


def _under(word: str) -> list[pathlib.Path]:
    address = addresses.refusal(word, "download it, and name the file")
    if address:
        raise errors.UsageError(address)
    picture_inputs.check_named(word)
    path = pathlib.Path(word).expanduser()
    if not path.is_dir():
        return [path]
    # What was explained into a folder of these images is none of them.
    made = {
        table.parent
        for table in path.rglob(TABLE)
        if table.with_name(PAGE).exists() and table.parent != path
    }
    files = picture_folders.find(path, without=made)
    if not files:
        raise errors.UsageError(f"{path} is a folder of explanations alone")
    return files


def check(
    paths: Sequence[pathlib.Path], *, skip_unreadable: bool = False
) -> Checked:
    """Looks at every file, and decodes it, which needs no model.

    Args:
        paths: the paths of the images.
        skip_unreadable: leaves out what is no image; its row says why.

    Raises:
        UsageError: a file cannot be used, and is not to be skipped; or none
            can.
    """
    unreadable: dict[str, str] = {}
    if skip_unreadable:
        unreadable = dict(picture_inputs.unusable(paths))
    else:
        picture_inputs.check(paths)
    readable = tuple(path for path in paths if str(path) not in unreadable)
    if not readable:
        raise errors.UsageError("none of the images can be used")
    return Checked(readable, unreadable)


def write(
    model: explainer.Explainer,
    images: Sequence[pathlib.Path] | Checked,
    output: pathlib.Path,
    *,
    target: str | int | None = None,
    top_k: int = 4,
    crop: str | None = None,
    progress: bool = True,
) -> pathlib.Path:
    """Explains images into a folder, which appears when it is complete.

    Args:
        model: that explains.
        images: their paths, or what `check` made of these.
        output: a new folder, or an empty one: `index.html` with the first
            images, `explanations.csv` with all, and `pictures/`, a sheet an
            image, named for its row.
        target: as for `Explainer.explain`.
        top_k: attributes of an image.
        crop: as for `Explainer.explain`.
        progress: False says nothing.

    Returns:
        The page.

    Raises:
        UsageError: an image cannot be used, there is no such class, top_k is
            out of bounds, or the folder holds something.
    """
    check_output(output)
    if target is not None:
        model.class_index(target)
    asked_for.check_top_k(top_k, model.max_top_k)
    checked = images if isinstance(images, Checked) else check(images)
    count, unreadable = len(checked.readable), checked.unreadable
    first: list[explanation.Explanation] = []
    bar = tqdm.tqdm(total=count, unit="image", disable=not progress)
    with (
        bar,
        atomic_folder.new_directory(output) as temporary,
        _open_table(temporary) as file,
    ):
        doubtful = 0
        table = csv.writer(file)
        table.writerow(_header(top_k))
        for start, explained in _in_parts(
            model, checked.readable, target=target, top_k=top_k, crop=crop
        ):
            table.writerows(_rows(explained, start, top_k, temporary))
            doubtful += _doubtful(explained)
            if start + len(explained) <= _SHOWN or not first:
                first.append(explained)
            bar.update(len(explained))
        table.writerows(unreadable.items())
        explanation.join(first).to_html(temporary / PAGE)
    if progress:
        _tell(count, doubtful, len(unreadable))
    return output / PAGE


def _open_table(folder: pathlib.Path) -> TextIO:
    # A file's name may be of other bytes than UTF-8.
    return (folder / TABLE).open(
        "w", newline="", encoding="utf-8", errors="backslashreplace"
    )


def _rows(
    explained: explanation.Explanation,
    start: int,
    top_k: int,
    folder: pathlib.Path,
) -> Iterator[list[str]]:
    """Yields the row of each image, and writes the sheet that it names."""
    (folder / PICTURES).mkdir(exist_ok=True)
    for n in range(len(explained)):
        name = f"{PICTURES}/{start + n:05d}.png"
        explained[n].plot().save(folder / name)
        yield _row(explained, n, top_k, name)


def _doubtful(explained: explanation.Explanation) -> int:
    return sum(said.level == trust.DOUBTFUL for said in explained.trust)


def _tell(count: int, doubtful: int, left_out: int) -> None:
    """Says what came out, and how much of it to rely on."""
    text = f"{count:,} image{'s' * (count != 1)} explained"
    if doubtful:
        text += f"; {doubtful} of them doubtful: do not rely on those"
    if left_out:
        text += f"; {left_out} left out, which are no images"
    print(text, file=sys.stderr)


def _in_parts(
    model: explainer.Explainer, paths: Sequence[pathlib.Path], **options: Any
) -> Iterator[tuple[int, explanation.Explanation]]:
    """Yields explanations of a few images, and the place of the first."""
    for start in range(0, len(paths), _AT_ONCE):
        part = paths[start : start + _AT_ONCE]
        yield start, model.explain(part, progress=False, **options)


def _header(top_k: int) -> list[str]:
    return [
        "image",
        "problem",
        "picture",
        "class",
        "probability",
        "class_of_reconstruction",
        "probability_of_reconstruction",
        "trust",
        "trust_in_words",
        *(
            f"{name}_{rank}"
            for rank in range(1, top_k + 1)
            for name in (
                "attribute",
                "coordinate",
                "direction",
                "effect",
                "class_after",
                "probability_after",
                "caution",
            )
        ),
    ]


def _row(
    explained: explanation.Explanation, n: int, top_k: int, picture: str
) -> list[str]:
    names = explained.class_names
    row = [explained.image_ids[n], "", picture]
    for said in (explained.probabilities[n], explained.probabilities_before[n]):
        row += _said(names, said)
    row += [explained.trust[n].level, explained.trust[n].words]
    for a in range(top_k):
        row += _attribute(explained, n, a)
    return row


def _attribute(explained: explanation.Explanation, n: int, a: int) -> list[str]:
    if a >= explained.coordinates.shape[1] or explained.coordinates[n, a] < 0:
        return [""] * 7
    return [
        explained.attribute_name(n, a),
        str(explained.coordinates[n, a]),
        ("min", "max")[explained.directions[n, a]],
        f"{explained.effects[n, a]:.4f}",
        *_said(explained.class_names, explained.probabilities_after[n, a]),
        explained.cautions(n)[a],
    ]


def _said(names: Sequence[str], probabilities: np.ndarray) -> list[str]:
    winner = int(np.argmax(probabilities))
    return [names[winner], f"{probabilities[winner]:.4f}"]
