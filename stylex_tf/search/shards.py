"""Measures the table in shards: resumed after a kill, shared by workers.

A shard holds the effects of some images in one file, written atomically. It is
a pure function of its inputs, whose digest is in its name: whoever measures
it, in whatever order, the merged table is the same.
"""

import dataclasses
import hashlib
import logging
import os
import pathlib
import uuid
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf import disk_room
from stylex_tf.attributes import edit_space
from stylex_tf.attributes import effects as effects_lib
from stylex_tf.search import exact
from stylex_tf.search import model as model_lib

_LOGGER = logging.getLogger(__name__)
_SHARD = "shard-"

Measure = Callable[[np.ndarray, Sequence[str]], effects_lib.StyleEffects]
"""Styles [n, T] and the names of n images -> their table."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """The shards of one search: where they begin, and what they depend on.

    Attributes:
        images: how many there are, N.
        images_per_shard: in all but the last.
        digest: a hexadecimal digest of everything that the effects depend on,
            so that shards of another search are not taken for these.
    """

    images: int
    images_per_shard: int
    digest: str

    @classmethod
    def of(
        cls,
        styles: np.ndarray,
        space: edit_space.EditSpace,
        *,
        image_ids: Sequence[str],
        images_per_shard: int,
        batch_size: int,
        identity: str,
        scored: bool,
    ) -> "Plan":
        """Plans the shards of one search.

        Args:
            styles: the styles of the images to search, [N, T].
            space: the edits.
            image_ids: N names.
            images_per_shard: after a kill, at most so many images are measured
                again.
            batch_size: edits at once; it is a part of the digest, since the
                last bits of an effect may depend on it.
            identity: names the networks: the same name must mean the same
                networks.
            scored: whether changes of the discriminator's score are measured
                as well.

        Raises:
            ValueError: there are no images, or `images_per_shard` is below 1.
        """
        styles = np.ascontiguousarray(styles, np.float32)
        if not len(styles):
            raise ValueError("there are no images to search")
        if images_per_shard < 1:
            raise ValueError(
                f"images_per_shard is {images_per_shard}; expected at least 1"
            )
        digest = hashlib.sha256(
            repr(
                (
                    styles.shape,
                    [str(name) for name in image_ids],
                    images_per_shard,
                    space.shift_size,
                    int(batch_size),
                    identity,
                    scored,
                )
            ).encode()
        )
        digest.update(styles.tobytes())
        digest.update(space.ranges.ends().tobytes())
        return cls(len(styles), images_per_shard, digest.hexdigest())

    @property
    def shards(self) -> list[tuple[int, int]]:
        """Returns the first image of each shard, and the first after it."""
        starts = range(0, self.images, self.images_per_shard)
        return [
            (start, min(start + self.images_per_shard, self.images))
            for start in starts
        ]

    def path(self, index: int, directory: str | os.PathLike) -> str:
        """Says where a shard is kept."""
        name = f"{self._prefix}{index:05d}-of-{len(self.shards):05d}"
        return tf.io.gfile.join(os.fspath(directory), name)

    def is_of(self, path: str) -> bool:
        """Says whether a file is named as a shard of this plan."""
        return path.rsplit("/", 1)[-1].startswith(self._prefix)

    @property
    def _prefix(self) -> str:
        return f"{_SHARD}{self.digest[:16]}-"


def check_room(
    directory: str | os.PathLike, values: int, *, copies: int = 2
) -> None:
    """Refuses a disk without room for what a search writes.

    Args:
        directory: where shards are kept; what is there of them needs no room
            any more. A remote one (gs://) is not looked at.
        values: how many numbers the table has.
        copies: how often they are written: in the shards, and as the table.

    Raises:
        RunFolderError: there is too little room.
    """
    if "://" in os.fspath(directory):
        return
    folder = pathlib.Path(directory)
    there = 0
    if folder.is_dir():
        there = sum(
            file.stat().st_size
            for file in folder.iterdir()
            if file.name.startswith(_SHARD)
        )
    disk_room.require(
        folder,
        max(0, copies * values * np.dtype(np.float32).itemsize - there),
        "the effects of this search need",
    )


# More than seven parameters: those of `exact.measure_effects`, and where
# shards are kept.
def measure(
    model: model_lib.Model,
    styles: np.ndarray,
    space: edit_space.EditSpace,
    *,
    directory: str | os.PathLike,
    image_ids: Sequence[str],
    identity: str,
    images_per_shard: int = 32,
    batch_size: int = 256,
    progress: exact.Progress | None = None,
) -> effects_lib.StyleEffects:
    """Measures as `exact` does, so that a killed process can go on.

    Args:
        model: see `exact.measure_effects`.
        styles: see there, [N, T].
        space: see there.
        directory: where shards are kept, also gs:// and the like. Those of
            other inputs are removed in the end.
        image_ids: see there.
        identity: what identifies the networks: the same words must mean the
            same networks.
        images_per_shard: what a kill can lose, at most.
        batch_size: see there.
        progress: called with a number of edits, also for shards found.

    Returns:
        The whole table, the same bytes whether it was interrupted or not.

    Raises:
        ValueError: shapes that do not fit.
        FloatingPointError: an answer that is not finite.
    """
    plan = Plan.of(
        styles,
        space,
        image_ids=image_ids,
        images_per_shard=images_per_shard,
        batch_size=batch_size,
        identity=identity,
        scored=model.score is not None,
    )
    most = min(plan.images, images_per_shard)
    measure_images = exact.Search(
        model, space, images=most, batch_size=batch_size
    )
    for index, (start, end) in enumerate(plan.shards):
        if not complete(index, plan, directory):
            measure_shard(
                index,
                plan,
                lambda rows, names: measure_images(rows, names, progress),
                styles,
                image_ids,
                directory=directory,
            )
        elif progress is not None:
            progress((end - start) * 2 * space.size)
    return merge(plan, directory)


def measure_shard(
    index: int,
    plan: Plan,
    measure_images: Measure,
    styles: np.ndarray,
    image_ids: Sequence[str],
    *,
    directory: str | os.PathLike,
) -> str:
    """Measures a shard and writes it; a reader sees all of it or nothing.

    Args:
        index: the shard's place among all.
        plan: the inputs' cut into shards.
        measure_images: measures the images of one shard.
        styles: the styles of all images, [N, T].
        image_ids: the image ids of all images.
        directory: where shards are kept.

    Returns:
        The path of the shard.
    """
    start, end = plan.shards[index]
    part = measure_images(styles[start:end], image_ids[start:end])
    path = plan.path(index, directory)
    tf.io.gfile.makedirs(directory)
    # Two workers may write the same shard: the same bytes, in two files.
    name = f".{uuid.uuid4().hex}.tmp"
    temporary = tf.io.gfile.join(os.fspath(directory), name)
    with tf.io.gfile.GFile(temporary, "wb") as file:
        file.write(effects_lib.to_bytes(part))
    tf.io.gfile.rename(temporary, path, overwrite=True)
    return path


def read(
    index: int, plan: Plan, directory: str | os.PathLike
) -> effects_lib.StyleEffects | None:
    """Returns a shard, None where it is missing or damaged."""
    path = plan.path(index, directory)
    if not tf.io.gfile.exists(path):
        return None
    with tf.io.gfile.GFile(path, "rb") as file:
        content = file.read()
    try:
        return effects_lib.from_bytes(content)
    except ValueError as error:
        _LOGGER.warning("%s: %s; it is measured again.", path, error)
        return None


def complete(index: int, plan: Plan, directory: str | os.PathLike) -> bool:
    """Says whether a shard was measured, and is whole."""
    return read(index, plan, directory) is not None


def merge(plan: Plan, directory: str | os.PathLike) -> effects_lib.StyleEffects:
    """Joins the shards, then removes those of other inputs.

    Raises:
        ValueError: a shard is missing or damaged.
    """

    def part(index: int) -> effects_lib.StyleEffects:
        stored = read(index, plan, directory)
        if stored is None:
            raise ValueError(
                f"{plan.path(index, directory)}: there is no such shard, or it "
                "is damaged; measure it first"
            )
        return stored

    table = effects_lib.merge(
        map(part, range(len(plan.shards))), images=plan.images
    )
    folder = os.fspath(directory)
    # Not by a pattern: the folder's own name may be one.
    for name in tf.io.gfile.listdir(folder):
        path = tf.io.gfile.join(folder, name)
        if name.startswith(_SHARD) and not plan.is_of(path):
            tf.io.gfile.remove(path)
    return table
