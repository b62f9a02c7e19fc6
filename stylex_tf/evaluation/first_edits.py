"""Edits each unseen image by the first attribute of another class.

One edit an image, so that what is measured of edits is measured of the ones
that are shown first.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space, selection
from stylex_tf.evaluation import led, reconstruction
from stylex_tf.ops import batching, carried, preprocessing
from stylex_tf.search import model as model_lib

# Numbers of one set of pictures that are in memory at once, of four such sets:
# 8,138 images of 64 pixels, 508 of 256.
_MOST_VALUES = 100_000_000


@dataclasses.dataclass(frozen=True, eq=False)
class FirstEdits:
    """M images and their edits; pictures are float32 [M, H, W, 3] in [-1, 1].

    Attributes:
        rows: which of the N unseen images they are, [M].
        sources: the class of each reconstruction, [M].
        targets: the class that each is led to, [M].
        coordinates: moved, [M].
        directions: 0 for the minimum, 1 for the maximum, [M].
        styles: the styles of the images, unedited, [M, T].
        photographs: the images themselves.
        reconstructions: the reconstructions of the images.
        edited: the reconstructions after the edit.
        carried: the photographs with the edit carried onto them.
    """

    rows: np.ndarray
    sources: np.ndarray
    targets: np.ndarray
    coordinates: np.ndarray
    directions: np.ndarray
    styles: np.ndarray
    photographs: np.ndarray
    reconstructions: np.ndarray
    edited: np.ndarray
    carried: np.ndarray

    def __len__(self) -> int:
        """Counts the images, M."""
        return len(self.rows)

    def take(self, count: int) -> "FirstEdits":
        """Returns the first `count` images, or all where they are fewer."""
        return FirstEdits(
            **{
                field.name: getattr(self, field.name)[:count]
                for field in dataclasses.fields(self)
            }
        )


def make(
    model: model_lib.Model,
    space: edit_space.EditSpace,
    held_out: reconstruction.Reconstruction,
    images: np.ndarray,
    attributes: Mapping[int, Sequence[selection.Attribute]],
    *,
    batch_size: int = 256,
) -> FirstEdits | None:
    """Edits every image whose target class has an attribute.

    Where images are large, only the first several hundred are edited, which
    fit into memory; figures say of how many they are.

    Args:
        model: its generator is asked.
        space: the edits.
        held_out: reconstructions of the unseen images, N.
        images: the same images, uint8 [N, H, W, 3].
        attributes: each class's list, best first.
        batch_size: pictures at once.

    Returns:
        The edits; None where no image has one: no reconstruction keeps its
        class, or nothing is listed.
    """
    images_led = led.Led.of(held_out)
    first = _best(attributes)
    has = np.isin(images_led.targets, list(first))
    if not has.any():
        return None
    most = max(2, _MOST_VALUES // math.prod(images.shape[1:]))
    has &= np.cumsum(has) <= most
    rows, targets = images_led.rows[has], images_led.targets[has]
    coordinates = np.array([first[target].coordinate for target in targets])
    directions = np.array([first[target].direction for target in targets])
    styles = held_out.styles[rows]
    moved = space.apply(styles, coordinates[:, None], directions[:, None])
    generate = tf.function(
        model.generate, reduce_retracing=True, autograph=False
    )
    rebuilt, edited = (
        batching.apply(generate, some, batch_size=batch_size)
        for some in (styles, moved)
    )
    photographs = preprocessing.to_float_numpy(images[rows])
    return FirstEdits(
        rows=rows,
        sources=images_led.sources[has],
        targets=targets,
        coordinates=coordinates,
        directions=directions,
        styles=styles,
        photographs=photographs,
        reconstructions=rebuilt,
        edited=edited,
        carried=batching.apply(
            carried.carry, photographs, rebuilt, edited, batch_size=batch_size
        ),
    )


def _best(
    attributes: Mapping[int, Sequence[selection.Attribute]],
) -> dict[int, selection.Attribute]:
    """Returns the first of each class that has one."""
    return {
        target: listed[0] for target, listed in attributes.items() if listed
    }
