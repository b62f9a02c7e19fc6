"""Counts which decisions about real images each attribute turns."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space, selection
from stylex_tf.evaluation import reconstruction
from stylex_tf.ops import batching, carried, preprocessing
from stylex_tf.search import model as model_lib

# With so many classes at most, an image may be turned to any other.
_FEW_CLASSES = 10


@dataclasses.dataclass(frozen=True, eq=False)
class Turned:
    """Decisions about the n images that a class's attributes could turn.

    Attributes:
        by_edit: whether each edit turns each of them, bool [A, n]: each
            attribute's alone, or the first 1 to A of a list together.
        by_rebuilding: whether the generator's reconstruction alone, without
            any edit, is decided that way, bool [n].
    """

    by_edit: np.ndarray
    by_rebuilding: np.ndarray

    def __post_init__(self):
        """Raises ValueError where the arrays are not about the same images."""
        shape = np.shape(self.by_edit)
        if len(shape) != 2 or np.shape(self.by_rebuilding) != shape[1:]:
            raise ValueError(
                f"by_edit {shape} and by_rebuilding "
                f"{np.shape(self.by_rebuilding)}; expected [A, n] and [n]"
            )


def measure(
    model: model_lib.Model,
    images: np.ndarray,
    rebuilt: reconstruction.Reconstruction,
    space: edit_space.EditSpace,
    attributes: Mapping[int, Sequence[selection.Attribute]],
    *,
    reverse: bool = False,
    batch_size: int = 256,
) -> dict[int, Turned]:
    """Carries every edit onto the images themselves, and asks the classifier.

    What is asked about is x + (x'_edited - x'), clipped: the image, changed by
    what the edit changes. The generator does not draw everything that the
    classifier may look at. Where that is lost, decisions about x' turn at the
    slightest touch, and say nothing about x.

    With up to ten classes an image may be turned to any but its own. With more,
    most are out of reach of any one change, and only the one that comes second
    for it counts. Every edit is made once, however many classes list it.

    Args:
        model: its generator and classifier are asked.
        images: that the selection has not seen, uint8 [N, H, W, 3].
        rebuilt: the reconstructions of these images.
        space: the edits.
        attributes: each class's list, A long; they lead to the class.
        reverse: make the opposite edits on the target's own images, which
            should leave it, instead.
        batch_size: pictures at once.

    Returns:
        For each class, whether each edit turns each of the n images: to the
        class, or with `reverse` away from it.
    """
    of_class = _concerned(rebuilt.logits, list(attributes), reverse)
    turned = {
        target: np.zeros((len(listed), len(of_class[target])), bool)
        for target, listed in attributes.items()
    }
    decide = _decide(model, images, rebuilt, space, batch_size)
    for (coordinate, direction), users in _users(attributes).items():
        rows = np.unique(
            np.concatenate([of_class[listing] for listing, _ in users])
        )
        if not rows.size:
            continue
        decisions = decide(
            rows, np.array([coordinate]), np.array([direction ^ reverse])
        )
        for target, rank in users:
            mine = np.searchsorted(rows, of_class[target])
            turned[target][rank] = (decisions[mine] == target) != reverse
    return _beside_rebuilding(turned, rebuilt, of_class, reverse)


# More than seven parameters: those of `measure`, and which edits are made.
def together(
    model: model_lib.Model,
    images: np.ndarray,
    rebuilt: reconstruction.Reconstruction,
    space: edit_space.EditSpace,
    attributes: Mapping[int, Sequence[selection.Attribute]],
    *,
    whole: bool = False,
    reverse: bool = False,
    batch_size: int = 256,
) -> dict[int, Turned]:
    """Makes the first 1, 2, ... edits of a list at once, and asks the same.

    Args:
        model: its generator and classifier are asked.
        images: that the selection has not seen, uint8 [N, H, W, 3].
        rebuilt: the reconstructions of these images.
        space: the edits.
        attributes: each class's list, best first, A long.
        whole: make all A edits of a list alone, and not its beginnings.
        reverse: make the opposite edits on the target's own images, which
            should leave it, instead.
        batch_size: pictures at once.

    Returns:
        For each class, whether the first 1 to A edits of its list together
        turn each of the n images that `measure` asks about; with `whole`,
        whether all A do.
    """
    of_class = _concerned(rebuilt.logits, list(attributes), reverse)
    decide = _decide(model, images, rebuilt, space, batch_size)
    turned = {}
    for target, listed in attributes.items():
        rows = of_class[target]
        counts = range(1, len(listed) + 1)[-1 if whole else 0 :]
        turned[target] = np.zeros((len(counts), len(rows)), bool)
        coordinates = np.array([edit.coordinate for edit in listed], int)
        directions = np.array([edit.direction for edit in listed], int)
        for place, count in enumerate(counts if rows.size else ()):
            decisions = decide(
                rows, coordinates[:count], directions[:count] ^ reverse
            )
            turned[target][place] = (decisions == target) != reverse
    return _beside_rebuilding(turned, rebuilt, of_class, reverse)


def _beside_rebuilding(
    turned: Mapping[int, np.ndarray],
    rebuilt: reconstruction.Reconstruction,
    of_class: Mapping[int, np.ndarray],
    reverse: bool,
) -> dict[int, Turned]:
    """Compares what edits turn with what rebuilding alone turns."""
    alone = rebuilt.reconstructed_logits.argmax(axis=1)
    return {
        target: Turned(
            by_edit=by_edit,
            by_rebuilding=(alone[of_class[target]] == target) != reverse,
        )
        for target, by_edit in turned.items()
    }


def _concerned(
    logits: np.ndarray, targets: Sequence[int], reverse: bool
) -> dict[int, np.ndarray]:
    """Finds the rows of the images that each class's attributes could turn.

    Args:
        logits: the logits of the images themselves, [N, K].
        targets: the classes.
        reverse: whether the edits lead away from the class.
    """
    order = np.argsort(-logits, axis=1, kind="stable")
    first, second = order[:, 0], order[:, 1]
    few = logits.shape[1] <= _FEW_CLASSES

    def is_concerned(target: int) -> np.ndarray:
        if reverse:
            return first == target
        return first != target if few else second == target

    return {target: np.flatnonzero(is_concerned(target)) for target in targets}


def _decide(
    model: model_lib.Model,
    images: np.ndarray,
    rebuilt: reconstruction.Reconstruction,
    space: edit_space.EditSpace,
    batch_size: int,
) -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """Returns what decides about images with edits carried onto them.

    It takes the rows of the images, [n], and the coordinates and directions of
    the edits that are made at once, and returns classes, [n].
    """

    @functools.partial(tf.function, autograph=False, reduce_retracing=True)
    def classify(
        pixels: tf.Tensor, styles: tf.Tensor, edited: tf.Tensor
    ) -> tf.Tensor:
        return model.classify(
            carried.carry(
                preprocessing.to_float(pixels),
                model.generate(styles),
                model.generate(edited),
            )
        )

    def decide(
        rows: np.ndarray, coordinates: np.ndarray, directions: np.ndarray
    ) -> np.ndarray:
        styles = rebuilt.styles[rows]
        return batching.apply(
            classify,
            images[rows],
            styles,
            space.apply(styles, coordinates, directions),
            batch_size=batch_size,
        ).argmax(axis=1)

    return decide


def _users(
    attributes: Mapping[int, Sequence[selection.Attribute]],
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Says which classes list each edit, and where in their lists."""
    users: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for target, listed in attributes.items():
        for rank, attribute in enumerate(listed):
            key = (attribute.coordinate, attribute.direction)
            users.setdefault(key, []).append((target, rank))
    return users
