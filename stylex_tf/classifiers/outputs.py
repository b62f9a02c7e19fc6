"""Turns whatever a classifier puts out into logits, one a class."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.classifiers import output_kind

# A softmax reaches down to the smallest float, but a sigmoid only up to the
# last float before 1.
_SMALLEST_SOFTMAX = 1e-30
_SMALLEST_SIGMOID = 2.0**-24
# The precision of float16, which many models are stored in.
_ROUNDING = 2e-3

KNOWN = (output_kind.Output.LOGITS, output_kind.Output.PROBABILITIES)
"""Names of outputs that say what they are."""


@dataclasses.dataclass(frozen=True)
class Threshold:
    """Makes two classes of a number: below a value, and from it on.

    A number y, such as an age in years, has the log odds (y - value) / scale to
    be at least the value.

    Attributes:
        value: where the second class begins.
        scale: how far above the value the odds are e to 1.
    """

    value: float
    scale: float = 1.0

    def __post_init__(self) -> None:
        """Raises ClassifierError where it separates nothing."""
        if not math.isfinite(self.value):
            raise errors.ClassifierError(
                f"classifier.threshold is {self.value}; expected a number"
            )
        if not 0 < self.scale < math.inf:
            raise errors.ClassifierError(
                f"classifier.threshold_scale is {self.scale}; expected more "
                "than 0"
            )

    @property
    def class_names(self) -> tuple[str, str]:
        """Returns the names of the two classes where the user gives none."""
        return f"below {self.value:g}", f"at least {self.value:g}"


def choose(names: Sequence[str], asked: str, where: str) -> str:
    """Returns the output to explain, where a model has several.

    Args:
        names: the names of the outputs, at least one.
        asked: the one that the user named; empty leaves it to the names.
        where: what has the outputs, for the error.

    Raises:
        ClassifierError: there is no such output, or nothing says which.
    """
    if asked:
        if asked not in names:
            raise errors.ClassifierError(
                f"{where} has no output {asked!r}; it has {list(names)}"
            )
        return asked
    known = [name for name in KNOWN if name in names]
    if len(names) > 1 and not known:
        raise errors.ClassifierError(
            f"{where} puts out {list(names)}; say which to explain: "
            f"classifier.output_name={names[0]!r}, for one; or name one of "
            "them 'logits' or 'probabilities'"
        )
    return known[0] if known else names[0]


def check_sigmoids(units: int | None, where: str) -> None:
    """Raises ClassifierError where sigmoids are several, or may be.

    Args:
        units: how many there are; None where nobody knows.
        where: what ends in them, for the error.
    """
    if units == 1:
        return
    raise errors.ClassifierError(
        f"{where} ends in {units or 'several'} sigmoid units, which are "
        "independent yes-or-no answers (tags), and not classes of which an "
        "image has one. Save a model of the one answer to explain, as "
        "keras.Model(model.input, model.output[:, 2:3]) for the third, and set "
        "classifier.output to 'probabilities'"
    )


def check_number(raw: np.ndarray, output: str | None) -> None:
    """Raises ClassifierError unless a threshold can be set to the outputs.

    Args:
        raw: outputs for a few images, [N, K].
        output: what the model says that it puts out; None where it says
            nothing.
    """
    if output == output_kind.Output.PROBABILITIES or raw.shape[1] != 1:
        kind = (
            "probabilities"
            if output == output_kind.Output.PROBABILITIES
            else f"{raw.shape[1]} numbers an image"
        )
        raise errors.ClassifierError(
            f"classifier.threshold is set, but the model puts out {kind}; "
            "expected one number, such as an age. If these are classes, leave "
            "the threshold away"
        )
    if not np.isfinite(raw).all():
        raise errors.ClassifierError(
            "the model's answer to an image is not a finite number (NaN or "
            "infinity)"
        )


def infer(raw: np.ndarray) -> output_kind.Output:
    """Tells logits from probabilities by the outputs for a few images.

    Args:
        raw: outputs for images as different as can be, [N, K].

    Raises:
        ClassifierError: for values within 0 and 1 that can be either.
    """
    if raw.min() < 0 or raw.max() > 1:
        return output_kind.Output.LOGITS
    if raw.shape[1] > 1 and np.allclose(raw.sum(axis=1), 1.0, atol=1e-3):
        return output_kind.Output.PROBABILITIES
    raise errors.ClassifierError(
        "what the classifier puts out can be logits or probabilities; say "
        "which: output='logits' or 'probabilities' (config.classifier.output)"
    )


def check(
    raw: np.ndarray, output: str | Threshold, *, certain: bool = False
) -> None:
    """Raises ClassifierError where outputs are not what they are taken for.

    Args:
        raw: outputs for a few images, [N, K].
        output: "logits", "probabilities" or a threshold.
        certain: it is read off the last layer. What goes into a softmax are
            logits, though it be what comes out of another.
    """
    if isinstance(output, Threshold):
        check_number(raw, None)
        return
    if not np.isfinite(raw).all():
        raise errors.ClassifierError(
            "the classifier's answer to an image is not a finite number "
            "(NaN or infinity)"
        )
    within = raw.min() >= -_ROUNDING and raw.max() <= 1.0 + _ROUNDING
    sums = raw.sum(axis=1)
    sums_to_one = bool(np.abs(sums - 1.0).max() <= _ROUNDING)
    several = raw.shape[1] > 1
    if output == output_kind.Output.PROBABILITIES and not within:
        raise errors.ClassifierError(
            f"probabilities from {raw.min():.4g} to {raw.max():.4g}; expected "
            "0 to 1. If these are logits, set classifier.output to 'logits'"
        )
    if (
        output == output_kind.Output.PROBABILITIES
        and several
        and not sums_to_one
    ):
        raise errors.ClassifierError(
            f"the probabilities of an image add up to {sums.min():.4g} to "
            f"{sums.max():.4g}; expected 1. Independent answers (sigmoids, "
            "tags) are not classes of which an image has one: export a model "
            "of the one answer to explain"
        )
    if output != output_kind.Output.LOGITS or certain or not several:
        return
    if within and sums_to_one:
        raise errors.ClassifierError(
            "the scores of every image are from 0 to 1 and add up to 1: these "
            "are probabilities, and no logits; set classifier.output to "
            "'probabilities'"
        )
    # Two opposite scores and a constant add up to the same as well.
    if raw.min() >= 0 and np.abs(sums - 100.0).max() <= 100.0 * _ROUNDING:
        raise errors.ClassifierError(
            "the scores of every image are 0 or more and add up to 100: these "
            "are percentages, and no logits. Export a model that puts out what "
            "goes into its softmax, or probabilities from 0 to 1"
        )


def to_logits(raw: tf.Tensor, output: str | Threshold) -> tf.Tensor:
    """Maps raw outputs [N, k] to logits [N, K]; k = 1 becomes K = 2.

    Probabilities of several classes become log p, so that their softmax is
    themselves. A single output is about class 1: its logit l becomes [0, l].
    """
    if isinstance(output, Threshold):
        raw = (raw - output.value) / output.scale
    if output == output_kind.Output.PROBABILITIES:
        raw = _logit(raw) if raw.shape[-1] == 1 else _log(raw)
    if raw.shape[-1] == 1:
        raw = tf.concat([tf.zeros_like(raw), raw], axis=-1)
    return raw


def _log(p: tf.Tensor) -> tf.Tensor:
    return tf.math.log(tf.maximum(p, _SMALLEST_SOFTMAX))


def _logit(p: tf.Tensor) -> tf.Tensor:
    p = tf.clip_by_value(p, _SMALLEST_SIGMOID, 1.0 - _SMALLEST_SIGMOID)
    return tf.math.log(p) - tf.math.log1p(-p)
