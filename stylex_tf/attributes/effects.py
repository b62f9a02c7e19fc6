"""Holds the table of what every edit does to the classifier's logits."""

import dataclasses
import functools
import hashlib
import io
import json
import os
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

import numpy as np

from stylex_tf import atomic_file, errors
from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.attributes import edited_logits as edited_logits_lib

_INDEX = "effects.json"
_FIELDS = frozenset(
    """
    arrays axes image_ids index_sha256 screened sha256 shape shift_size
    """.split()
)
# What reading a damaged index raises.
_OF_DAMAGE = (
    *(ValueError, KeyError, TypeError, AttributeError),
    *(RecursionError, OSError),
)


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class StyleEffects:
    """Logit changes for every image, direction and coordinate.

    Selection reads this table and nothing else.

    Attributes:
        effects: logits(edited) - logits(reconstruction), [N, 2, S, K].
            Direction 0 moves towards the minimum, 1 towards the maximum.
        base_logits: logits of the reconstructions, [N, K].
        ranges: the ends of the S coordinates.
        image_ids: names of the images, N of them, all different.
        shift_size: the share of the way to the end that was moved.
        score_changes: discriminator(edited) - discriminator(reconstruction),
            [N, 2, S]; None where it was not asked.
        screened: how many edits of each image were measured, the most
            promising; the others count as no effect, 0. Where this is 0,
            every edit was measured.
    """

    effects: np.ndarray
    base_logits: np.ndarray
    ranges: style_ranges.StyleRanges
    image_ids: tuple[str, ...]
    shift_size: float
    score_changes: np.ndarray | None = None
    screened: int = 0

    def __post_init__(self):
        """Raises ValueError where the parts do not fit together."""
        images, classes = np.shape(self.base_logits)
        expected = (images, 2, self.ranges.size, classes)
        if np.shape(self.effects) != expected:
            raise ValueError(
                f"effects have shape {np.shape(self.effects)}; the base "
                f"logits and the ranges ask for {expected}"
            )
        if self.score_changes is not None:
            shape = np.shape(self.score_changes)
            if shape != expected[:3]:
                raise ValueError(
                    f"score_changes have shape {shape}; expected {expected[:3]}"
                )
        if self.screened < 0:
            raise ValueError(
                f"screened is {self.screened}; expected 0, or the number of "
                "edits measured an image"
            )
        object.__setattr__(self, "image_ids", tuple(self.image_ids))
        if len(self.image_ids) != images:
            raise ValueError(
                f"{len(self.image_ids)} image ids for {images} images"
            )
        if len(set(self.image_ids)) != images:
            raise ValueError("image ids are not unique")

    @property
    def num_images(self) -> int:
        """Counts the images, N."""
        return self.base_logits.shape[0]

    @property
    def num_coordinates(self) -> int:
        """Counts the searched coordinates, S."""
        return self.ranges.size

    @property
    def space(self) -> edit_space.EditSpace:
        """Returns the edits that were measured."""
        return edit_space.EditSpace(self.ranges, self.shift_size)

    @property
    def num_classes(self) -> int:
        """Counts the classes, K."""
        return self.base_logits.shape[1]

    def take(self, rows: np.ndarray) -> "StyleEffects":
        """Returns the table of some of the images.

        Args:
            rows: their indices, all different.
        """
        changes = self.score_changes
        return dataclasses.replace(
            self,
            effects=self.effects[rows],
            base_logits=self.base_logits[rows],
            image_ids=tuple(self.image_ids[row] for row in rows),
            score_changes=None if changes is None else changes[rows],
        )

    @functools.cached_property
    def edited_logits(self) -> edited_logits_lib.EditedLogits:
        """Returns logits before any edit and after each, [N, 1 + 2S].

        An edit is at 1 + direction * S + coordinate. One image after another:
        of 200 classes the table in float64 would not fit in memory.
        """
        columns = 2 * self.num_coordinates
        return edited_logits_lib.joined(
            edited_logits_lib.EditedLogits.of(
                edited_logits_lib.after(base, changes.reshape(columns, -1))
            )
            for base, changes in zip(
                self.base_logits, self.effects, strict=True
            )
        )

    def large_changes(self, limit: float) -> np.ndarray:
        """Counts the changes of each image's logits above a limit, [N]."""
        if limit not in self._large_changes:
            self._large_changes[limit] = np.array(
                [
                    np.count_nonzero(np.abs(changes) > limit)
                    for changes in self.effects
                ],
                dtype=int,
            )
        return self._large_changes[limit]

    @functools.cached_property
    def _large_changes(self) -> dict[float, np.ndarray]:
        return {}

    @property
    def predictions(self) -> np.ndarray:
        """Returns the class of every reconstruction, [N]."""
        return self.base_logits.argmax(axis=1)


def save(effects: StyleEffects, directory: str | os.PathLike) -> None:
    """Writes the table into a folder; a reader sees the old or the new one.

    The arrays go to a file named by their content; the JSON index, replaced
    last and atomically, says which file counts.
    """
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    temporary = directory / f".effects.{os.getpid()}.tmp"
    # Straight into the file: of 200 classes a copy in memory may not fit.
    with temporary.open("wb") as file:
        np.savez(file, **_arrays(effects))
        file.flush()
        os.fsync(file.fileno())
    with temporary.open("rb") as file:
        index = _index(effects, _sha256(file))
    arrays = f"effects-{index['sha256'][:12]}.npz"
    temporary.replace(directory / arrays)
    index = {"arrays": arrays, **index}
    index["index_sha256"] = _digest(index)
    content = json.dumps(index, indent=1).encode()
    atomic_file.write(directory / _INDEX, content)
    for stale in directory.glob("effects-*.npz"):
        if stale.name != arrays:
            stale.unlink(missing_ok=True)


def load(directory: str | os.PathLike) -> StyleEffects:
    """Reads what `save` wrote.

    Raises:
        FileNotFoundError: there is no table in the folder.
        DataError: a file is damaged, or not the one that it was written with.
    """
    directory = pathlib.Path(directory)
    content = (directory / _INDEX).read_bytes()
    try:
        index = json.loads(content)
        digest = _digest(index)
        # Tables of earlier versions have no such checksum.
        if index.get("index_sha256", digest) != digest:
            raise ValueError("its checksum is another")
        if set(index) - _FIELDS:
            raise ValueError(f"it has {sorted(set(index) - _FIELDS)}")
        with (directory / index["arrays"]).open("rb") as file:
            return _decode(file, index, file.name)
    except _OF_DAMAGE as error:
        raise errors.DataError(
            f"{directory / _INDEX}: the table of effects is damaged "
            f"({error}); measure the effects again"
        ) from error


def to_bytes(effects: StyleEffects) -> bytes:
    """Returns the table in one piece; equal tables are equal bytes.

    A line with the checksum, a line of JSON, then the arrays.
    """
    buffer = io.BytesIO()
    np.savez(buffer, **_arrays(effects))
    buffer.seek(0)
    index = _index(effects, _sha256(buffer))
    body = json.dumps(index).encode() + b"\n" + buffer.getvalue()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def from_bytes(content: bytes) -> StyleEffects:
    """Reads what `to_bytes` returned.

    Raises:
        ValueError: the bytes are not those that were written.
    """
    digest, _, body = content.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise ValueError("the effects are damaged: their checksum is another")
    index, _, arrays = body.partition(b"\n")
    return _decode(io.BytesIO(arrays), json.loads(index), "the table")


def merge(
    parts: Iterable[StyleEffects], *, images: int | None = None
) -> StyleEffects:
    """Joins tables of different images into one, in the order given.

    Args:
        parts: the tables.
        images: how many images all parts have together. Where it is given, the
            parts may be made one after another, and only one of them is in
            memory.

    Raises:
        ValueError: no parts, parts measured with other ranges or another
            shift, some screened or scored otherwise than others, or an image
            that is in two parts.
    """
    if images is None:
        parts = list(parts)
        images = sum(part.num_images for part in parts)
    first: StyleEffects | None = None
    joined: dict[str, np.ndarray] = {}
    names: list[str] = []
    for part in parts:
        if first is None:
            first = part.take(np.arange(0))
            joined = {
                name: np.empty((images, *array.shape[1:]), array.dtype)
                for name, array in _by_image(part).items()
            }
        _check_alike(first, part)
        rows = slice(len(names), len(names) + part.num_images)
        for name, array in _by_image(part).items():
            joined[name][rows] = array
        names += part.image_ids
        # Or it would still be there while the next one is made.
        del part
    if first is None:
        raise ValueError("there are no effects to merge")
    return dataclasses.replace(
        first,
        effects=joined["effects"],
        base_logits=joined["base_logits"],
        image_ids=tuple(names),
        score_changes=joined.get("score_changes"),
    )


def _check_alike(first: StyleEffects, part: StyleEffects) -> None:
    """Raises ValueError where a table cannot follow another."""
    if part.shift_size != first.shift_size:
        raise ValueError(
            f"cannot merge shift {part.shift_size} into {first.shift_size}"
        )
    if not part.ranges.equals(first.ranges):
        raise ValueError("cannot merge effects over different ranges")
    if part.screened != first.screened:
        raise ValueError(
            f"cannot merge effects with screened {part.screened} into "
            f"those with {first.screened}"
        )
    if (part.score_changes is None) != (first.score_changes is None):
        raise ValueError("cannot merge effects with score_changes and without")


def _by_image(effects: StyleEffects) -> dict[str, np.ndarray]:
    """Collects the arrays whose first axis are the images."""
    arrays = {"effects": effects.effects, "base_logits": effects.base_logits}
    if effects.score_changes is not None:
        arrays["score_changes"] = effects.score_changes
    return arrays


def _arrays(effects: StyleEffects) -> dict[str, np.ndarray]:
    """Collects what is written as npz."""
    scores = _by_image(effects)
    return {
        "effects": scores.pop("effects"),
        "base_logits": scores.pop("base_logits"),
        "minimum": effects.ranges.minimum,
        "maximum": effects.ranges.maximum,
        **scores,
    }


def _index(effects: StyleEffects, sha256: str) -> dict[str, Any]:
    """Collects what is written of the table beside its arrays."""
    return {
        "sha256": sha256,
        "shape": list(effects.effects.shape),
        "axes": "images, directions, coordinates, classes",
        "shift_size": effects.shift_size,
        "screened": effects.screened,
        "image_ids": list(effects.image_ids),
    }


def _decode(
    file: BinaryIO, index: Mapping[str, Any], name: str
) -> StyleEffects:
    if _sha256(file) != index["sha256"]:
        raise ValueError(f"the checksum of {name} is another")
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        return StyleEffects(
            effects=arrays["effects"],
            base_logits=arrays["base_logits"],
            ranges=style_ranges.StyleRanges(
                minimum=arrays["minimum"], maximum=arrays["maximum"]
            ),
            image_ids=tuple(index["image_ids"]),
            shift_size=index["shift_size"],
            score_changes=arrays.get("score_changes"),
            # Not in the index of the first tables, which measured every edit.
            screened=index.get("screened", 0),
        )


def _digest(index: Mapping[str, Any]) -> str:
    """Digests what an index says, but for its own checksum."""
    rest = {key: index[key] for key in index if key != "index_sha256"}
    return hashlib.sha256(json.dumps(rest).encode()).hexdigest()


def _sha256(file: BinaryIO) -> str:
    """Digests the rest of a file, a part at a time."""
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
