"""Do the top attributes suffice to turn the classifier's decision?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import (
    edit_space,
    selection,
)
from stylex_tf.evaluation import proportions, reconstruction, schema
from stylex_tf.search import batching
from stylex_tf.search import model as model_lib

_TOP = schema.FLIP_RATES


def measure(
    model: model_lib.Model,
    held_out: reconstruction.Reconstruction,
    space: edit_space.EditSpace,
    attributes: Mapping[int, Sequence[selection.Attribute]],
    *,
    wu: Mapping[int, Sequence[selection.Attribute]] | None = None,
    no_classification_loss: Sequence[float] | None = None,
    second_classify: Callable[[tf.Tensor], tf.Tensor] | None = None,
    images: np.ndarray | None = None,
    swap_label: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    batch_size: int = 256,
    seed: int = 0,
) -> dict[str, object]:
    """Flip rates with the top 1 to 10 attributes, beside its baselines.

    Images whose reconstruction keeps the class are led to another class: the
    other of two, else the one that comes second. All of the first k
    attributes are applied at once; where a list is shorter, all there are.

    Args:
        model: its generator and classifier are asked.
        held_out: images that the search has not seen.
        space: the edits.
        attributes: each class's list, best first.
        wu: each class's list by the ranking of Wu et al. (`wu_ranking`).
        no_classification_loss: flip rates with the top 1 to 10 of another
            run, trained with that loss at 0.
        second_classify: images -> logits of a classifier of the same classes
            that was trained independently. Noise that fools the first one
            leaves it cold; a changed feature does not.
        images: the same images, uint8; needed for the label swap.
        swap_label: (images, p) -> styles of the same w under another
            condition; None where the generator has no condition.
        batch_size: pictures at once.
        seed: of the random baseline's coordinates.

    Returns:
        The `sufficiency` section of `evaluation.json`; figures are None where
        there is no image to flip.
    """
    kept = np.flatnonzero(held_out.keeps_class)
    section = _empty_section(len(kept), no_classification_loss)
    if not kept.size:
        return section
    sources = held_out.reconstructed_logits[kept].argmax(axis=1)
    targets = _targets(held_out.reconstructed_logits[kept])
    classify = model.classify
    edits = _Edits(model.generate, held_out.styles[kept], space, batch_size)
    listed = _lists(attributes, targets)
    ranked = edits.decisions(classify, *listed) == targets
    random = _random_lists(space.size, len(kept), seed)
    baselines: dict[str, object] = {
        "random": _rates(edits.decisions(classify, *random) == targets)
    }
    if wu is not None:
        by_wu = edits.decisions(classify, *_lists(wu, targets))
        baselines["wu"] = _rates(by_wu == targets)
    if swap_label is not None and images is not None:
        swapped = _swap_labels(
            swap_label,
            images[kept],
            held_out.logits[kept],
            sources,
            targets,
            batch_size,
        )
        flips = edits.decide(classify, swapped) == targets
        baselines["label_swap"] = float(flips.mean())
    if second_classify is not None:
        agrees = edits.decide(second_classify, edits.styles) == sources
        turned = edits.decisions(second_classify, *listed) == targets
        section["second_classifier"] = {
            "agreement": float(agrees.mean()),
            "flip_rate": _rates(turned[:, agrees]),
            "images": int(agrees.sum()),
        }
    section["flip_rate"] = _rates(ranked)
    section["interval"] = [
        list(proportions.wilson_interval(int(k.sum()), len(kept)))
        for k in ranked
    ]
    section["baselines"] |= baselines
    section["by_target"] = {
        str(target): {
            "flip_rate": _rates(ranked[:, targets == target]),
            "images": int(np.sum(targets == target)),
        }
        for target in np.unique(targets)
    }
    return section


class _Edits:
    """Edits images and asks a classifier about them."""

    def __init__(
        self,
        generate: Callable[[tf.Tensor], tf.Tensor],
        styles: np.ndarray,
        space: edit_space.EditSpace,
        batch_size: int,
    ):
        self.styles = styles
        self._generate, self._space = generate, space
        self._batch_size = batch_size

    def decide(
        self, classify: Callable[[tf.Tensor], tf.Tensor], styles: np.ndarray
    ) -> np.ndarray:
        """The class of every picture, [N, T] -> [N]."""
        return self._decide(self._compile(classify), styles)

    def decisions(
        self,
        classify: Callable[[tf.Tensor], tf.Tensor],
        coordinates: np.ndarray,
        directions: np.ndarray,
    ) -> np.ndarray:
        """Classes after the first 1 to 10 edits, twice [N, 10] -> [10, N]."""
        compiled = self._compile(classify)
        return np.stack(
            [
                self._decide(
                    compiled,
                    self._space.apply(
                        self.styles, coordinates[:, :k], directions[:, :k]
                    ),
                )
                for k in range(1, _TOP + 1)
            ]
        )

    def _compile(self, classify):
        return tf.function(
            lambda rows: classify(self._generate(rows)), reduce_retracing=True
        )

    def _decide(self, compiled, styles: np.ndarray) -> np.ndarray:
        logits = batching.apply(compiled, styles, batch_size=self._batch_size)
        return logits.argmax(axis=1)


def _targets(logits: np.ndarray) -> np.ndarray:
    """The class with the second largest logit, [N, K] -> [N]."""
    return np.argsort(-logits, axis=1, kind="stable")[:, 1]


def _lists(
    attributes: Mapping[int, Sequence[selection.Attribute]],
    targets: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Each image's edits, twice [N, 10], -1 where the list has ended."""
    coordinates = np.full((len(targets), _TOP), -1)
    directions = np.zeros((len(targets), _TOP), int)
    for target, attributes_of_class in attributes.items():
        rows = targets == target
        for rank, attribute in enumerate(attributes_of_class[:_TOP]):
            coordinates[rows, rank] = attribute.coordinate
            directions[rows, rank] = attribute.direction
    return coordinates, directions


def _random_lists(
    size: int, images: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Other coordinates and directions for every image, twice [N, 10]."""
    rng = np.random.default_rng(seed)
    coordinates = np.full((images, _TOP), -1)
    for row in coordinates:
        row[: min(_TOP, size)] = rng.permutation(size)[:_TOP]
    return coordinates, rng.integers(0, 2, (images, _TOP))


def _swap_labels(
    swap_label: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    images: np.ndarray,
    logits: np.ndarray,
    sources: np.ndarray,
    targets: np.ndarray,
    batch_size: int,
) -> np.ndarray:
    """Styles of the images with source and target probability exchanged."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = shifted / shifted.sum(axis=1, keepdims=True)
    rows = np.arange(len(p))
    p[rows, sources], p[rows, targets] = p[rows, targets], p[rows, sources]

    @tf.function
    def of_batch(batch: tf.Tensor, condition: tf.Tensor) -> tf.Tensor:
        reals = tf.cast(batch, tf.float32) / 127.5 - 1.0
        return swap_label(reals, condition)

    return batching.apply(
        of_batch, images, p.astype(np.float32), batch_size=batch_size
    )


def _empty_section(
    images: int, no_classification_loss: Sequence[float] | None
) -> dict[str, Any]:
    """All figures of the section that need no image to flip."""
    return {
        "flip_rate": None,
        "interval": None,
        "images": images,
        "by_target": None,
        "baselines": {
            "random": None,
            "wu": None,
            "no_classification_loss": None
            if no_classification_loss is None
            else list(no_classification_loss),
            "label_swap": None,
        },
        "second_classifier": {
            "agreement": None,
            "flip_rate": None,
            "images": None,
        },
    }


def _rates(flips: np.ndarray) -> list[float] | None:
    """Shares over the images, [10, N] -> 10; None where there is no image."""
    return flips.mean(axis=1).tolist() if flips.shape[1] else None
