"""Begins a training with the weights of another one.

Karras et al. 2020 (https://arxiv.org/abs/2006.06676), section 4.3: a start
from a model of other images reaches the same quality with a part of the
images. Here the encoder is transferred as well.
"""

import dataclasses
import re
from collections.abc import Mapping

import numpy as np

from stylex_tf import errors
from stylex_tf.training import state, weights

# Less than this share of the numbers is another model, not a start.
_LEAST = 0.9
# The last layers of either discriminator.
_HEAD = re.compile(r"discriminator/(head|head\d+/score)/")
_AFFINE = "generator/affine/kernel"
_ENCODER_HEAD = "encoder/head/bias"


@dataclasses.dataclass(frozen=True)
class Taken:
    """The weights that a new model took over from a trained one.

    Attributes:
        share: how much of the numbers in the new model's weights was taken.
        names: the names of the weights that were taken.
        partly: the names of those of which a part was taken: the rest belongs
            to the classes.
        fresh: the names of those that begin anew, with the reason.
    """

    share: float
    names: tuple[str, ...]
    partly: tuple[str, ...]
    fresh: Mapping[str, str]

    def lines(self) -> list[str]:
        """Returns what was taken and what was not, in words."""
        lines = [
            f"{self.share:.1%} of the weights are taken over: "
            f"{len(self.names)} arrays"
        ]
        lines += [f"  in part, for other classes: {n}" for n in self.partly]
        lines += [f"  anew: {n} ({why})" for n, why in self.fresh.items()]
        return lines


def start(
    train_state: state.TrainState,
    trained: weights.Weights,
    averages: weights.Weights,
    *,
    same_classes: bool,
    source: str,
) -> Taken:
    """Gives a fresh state the weights of a trained model, where they fit.

    Optimizers, the mean path length and the strength of the augmentation stay
    those of a fresh state: they say something of the other training.

    Args:
        train_state: fresh; is changed only if enough fits.
        trained: for the networks.
        averages: for their averages.
        same_classes: whether the classes are those of this model; of others,
            what belongs to a class begins anew.
        source: where the weights come from, for the error.

    Raises:
        CheckpointError: less than nine tenths of the numbers fit.
    """
    named = weights.named(train_state.networks)
    fits = _Fits(trained, train_state.networks.mapping.w_dim)
    values: dict[str, np.ndarray] = {}
    fresh: dict[str, str] = {}
    partly = []
    taken = total = 0
    for name, variable in named.items():
        total += variable.shape.num_elements()
        value, count, why = fits.of(name, variable.numpy(), same_classes)
        if value is None:
            fresh[name] = why
            continue
        values[name] = value
        taken += count
        if why:
            partly.append(name)
    if taken < _LEAST * total:
        whys = "; ".join(f"{name}: {why}" for name, why in fresh.items())
        raise errors.CheckpointError(
            f"training.initialize_from is {source}, whose weights give "
            f"{taken / total:.0%} of this model; expected {_LEAST:.0%} or "
            f"more, of a model of the same sizes. What does not fit: {whys}"
        )
    for name, value in values.items():
        named[name].assign(value)
    of_averages = _Fits(averages, fits.width)
    for name, variable in weights.named(train_state.averages).items():
        if name in values:
            value, _, _ = of_averages.of(
                name, named[name].numpy(), same_classes
            )
            variable.assign(named[name] if value is None else value)
    return Taken(taken / total, tuple(values), tuple(partly), fresh)


class _Fits:
    """What weights give to another model."""

    def __init__(self, source: weights.Weights, width: int):
        """Binds the source.

        Args:
            source: the weights.
            width: how wide w is in the other model.
        """
        self._arrays = source.arrays
        self.width = width

    def of(
        self, name: str, fresh: np.ndarray, same_classes: bool
    ) -> tuple[np.ndarray | None, int, str]:
        """Returns a weight's value, how many numbers it takes, and a remark.

        Args:
            name: the name of the weight.
            fresh: its value in the other model.
            same_classes: whether classes are the same.

        Returns:
            No value where nothing fits; the remark says why, or why not all.
        """
        array = self._arrays.get(name)
        if array is None:
            return None, 0, "not among them"
        if name == _AFFINE and not (
            same_classes and array.shape == fresh.shape
        ):
            return self._of_latent(fresh, array.astype(np.float32))
        if _HEAD.match(name) and not same_classes:
            return None, 0, "of other classes"
        if array.shape != fresh.shape:
            return None, 0, f"shape {array.shape}; expected {fresh.shape}"
        return array.astype(np.float32), array.size, ""

    def _of_latent(
        self, fresh: np.ndarray, array: np.ndarray
    ) -> tuple[np.ndarray | None, int, str]:
        """Takes over the affine map's rows of w; those of p begin anew."""
        # As wide as the w that the affine map reads, without a spatial code.
        head = self._arrays.get(_ENCODER_HEAD, np.zeros(0))
        if len(head) != self.width or array.shape[1] != fresh.shape[1]:
            return None, 0, f"shape {array.shape}; expected {fresh.shape}"
        # The layer divides by the root of its rows (see EqualizedDense), so
        # that of other rows the same numbers would mean less or more.
        rows = array[: self.width] * np.sqrt(len(fresh) / len(array))
        value = np.concatenate([rows, fresh[self.width :]])
        why = "of other classes" if len(fresh) > self.width else ""
        return value.astype(np.float32), rows.size, why
