"""Keeps what a search has measured so far, in a folder that survives it.

`plan.json` says what is searched. `effects.npy`, float32 [N, 2S, K], fills up
from the left; `done.npy`, int32 [N], says how far, and is written after what it
speaks of. So a client that is killed anywhere loses one call.
"""

import dataclasses
import fcntl
import json
import pathlib
import shutil
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np

from stylex_tf import disk_room, errors
from stylex_tf.attributes import effects as effects_lib
from stylex_tf.attributes import style_ranges

_PLAN, _LOCK = "plan.json", "lock"
_LISTS = ("files", "sha256", "minimum", "maximum")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """What a search measures.

    Attributes:
        model: its name.
        version: the version of the model; all answers come from it.
        files: names of the N images.
        sha256: of their bytes.
        num_searched: S, the number of searched coordinates.
        num_classes: K, the number of classes.
        minimum: the end of direction 0 of each coordinate, S of them.
        maximum: the end of direction 1.
        shift_size: the share of the way to an end that is moved.
    """

    model: str
    version: int
    files: tuple[str, ...]
    sha256: tuple[str, ...]
    num_searched: int
    num_classes: int
    minimum: tuple[float, ...]
    maximum: tuple[float, ...]
    shift_size: float

    @property
    def num_edits(self) -> int:
        """Counts the edits that one image has: 2S."""
        return 2 * self.num_searched


def read_plan(folder: pathlib.Path) -> Plan | None:
    """Reads the plan of a search that was begun; None where none was.

    Raises:
        UsageError: the folder holds something else.
    """
    if not folder.exists():
        return None
    try:
        fields: Any = json.loads((folder / _PLAN).read_text("utf-8"))
        fields |= {name: tuple(fields[name]) for name in _LISTS}
        return Plan(**fields)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise errors.UsageError(
            f"{folder} holds no search that was begun: {error}"
        ) from error


def create(folder: pathlib.Path, plan: Plan) -> None:
    """Makes the folder of a search; it appears when it is complete.

    Raises:
        UsageError: it cannot be written, the disk has too little room, or
            another client was quicker.
    """
    images, edits, classes = len(plan.files), plan.num_edits, plan.num_classes
    temporary = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    # The arrays of the search, and the table that becomes of them.
    disk_room.require(
        folder,
        2 * images * (edits + 1) * classes * np.dtype(np.float32).itemsize,
        "the effects of this search need",
        errors.UsageError,
    )
    try:
        temporary.mkdir(parents=True)
        for name, dtype, shape in (
            ("effects", np.float32, (images, edits, classes)),
            ("base_logits", np.float32, (images, classes)),
            ("done", np.int32, (images,)),
        ):
            # Zeros that take no room on the disk yet.
            np.lib.format.open_memmap(
                temporary / f"{name}.npy", "w+", dtype, shape
            )
        (temporary / _LOCK).touch()
        text = json.dumps(dataclasses.asdict(plan), indent=1)
        (temporary / _PLAN).write_text(text, "utf-8")
        temporary.rename(folder)
    except OSError as error:
        raise errors.UsageError(
            f"{folder}: {error.strerror or error}"
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


class EffectsStore:
    """The folder of a search, held by one client at a time."""

    def __init__(self, folder: pathlib.Path, plan: Plan):
        """Opens what `create` made.

        Raises:
            UsageError: another client has it open, or it is damaged.
        """
        self.plan = plan
        self._folder = folder
        try:
            self._lock = (folder / _LOCK).open("rb")
        except OSError as error:
            raise errors.UsageError(f"{folder} is damaged: {error}") from error
        try:
            # It goes with the process, however that ends.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            images, classes = len(plan.files), plan.num_classes
            self._effects = self._open(
                "effects", images, plan.num_edits, classes
            )
            self._base_logits = self._open("base_logits", images, classes)
            self._done = self._open("done", images)
        except BlockingIOError as error:
            self._lock.close()
            raise errors.UsageError(
                f"another client is at work in {folder}"
            ) from error
        except (OSError, ValueError) as error:
            self._lock.close()
            raise errors.UsageError(f"{folder} is damaged: {error}") from error

    def __enter__(self) -> "EffectsStore":
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    @property
    def done(self) -> np.ndarray:
        """Counts each image's edits that are measured, the first ones, [N]."""
        return np.array(self._done)

    def add(
        self,
        rows: Sequence[int],
        effects: Sequence[np.ndarray],
        base_logits: np.ndarray,
    ) -> None:
        """Stores what the next edits of some images did, on the disk.

        Args:
            rows: indices of the images, B of them.
            effects: for each image [E, K], the effects of its next E edits:
                those that follow the ones that are done.
            base_logits: the logits of the unedited images, [B, K].
        """
        ends = {}
        for row, part in zip(rows, effects, strict=True):
            start = int(self._done[row])
            ends[row] = start + len(part)
            self._effects[row, start : ends[row]] = part
        self._base_logits[list(rows)] = base_logits
        self._effects.flush()
        self._base_logits.flush()
        for row, end in ends.items():
            self._done[row] = end
        self._done.flush()

    def publish(self, path: pathlib.Path) -> None:
        """Writes the table, then removes the folder.

        Args:
            path: a folder that `attributes.effects.load` reads; it appears when
                it is complete.

        Raises:
            UsageError: it cannot be written.
        """
        plan = self.plan
        shape = (len(plan.files), 2, plan.num_searched, plan.num_classes)
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            effects_lib.save(
                effects_lib.StyleEffects(
                    effects=self._effects.reshape(shape),
                    base_logits=self._base_logits,
                    ranges=style_ranges.StyleRanges(
                        minimum=np.array(plan.minimum, np.float32),
                        maximum=np.array(plan.maximum, np.float32),
                    ),
                    image_ids=plan.files,
                    shift_size=plan.shift_size,
                ),
                temporary,
            )
            temporary.rename(path)
        except OSError as error:
            raise errors.UsageError(
                f"{path}: {error.strerror or error}"
            ) from error
        finally:
            # Gone already, if it was renamed.
            shutil.rmtree(temporary, ignore_errors=True)
        # At once, or a client killed meanwhile would leave a damaged one.
        doomed = self._folder.with_name(
            f".{self._folder.name}.{uuid.uuid4().hex}"
        )
        self._folder.rename(doomed)
        shutil.rmtree(doomed)

    def _open(self, name: str, *shape: int) -> np.memmap:
        array = np.load(self._folder / f"{name}.npy", mmap_mode="r+")
        if array.shape != shape:
            raise ValueError(
                f"{name}.npy has shape {array.shape}; the plan says {shape}"
            )
        return array
