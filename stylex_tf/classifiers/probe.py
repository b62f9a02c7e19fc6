"""Tries a classifier on the user's own pictures, before anything is trained.

It finds what would otherwise show after hours of training: an answer that is
the same for every picture, is not finite, changes from call to call or with
the other pictures, or has no gradient, and pixels in another range than those
of its training.
"""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf import errors, graph_purity
from stylex_tf.classifiers import adapter, output_kind, pixel_readings
from stylex_tf.ops import batching, preprocessing

IMAGES = 64
"""How many pictures are enough to see what is wrong."""

# At once: the pictures may be large.
_BATCH = 16
# So many layers that write or draw are named.
_NAMED = 3
# So many are asked again, each by itself.
_ALONE = 4
# An answer that differs by more than this share of the largest is another one.
_SAME = 1e-3
# A reading is named where its accuracy is better by so much. With 64 pictures,
# that is 2.5 standard errors of a share of one half.
_BETTER = 0.15
# For each class, how far its probabilities reach: less is next to nothing. A
# reading that is to be named reaches so many times as far.
_FLAT = 0.1
_LIVELIER = 5.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """What a classifier says of a few pictures.

    Attributes:
        images: how many there were.
        answers: how many of them were given each class, [K].
        accuracy: share of right answers; None without labels.
        commonest: share of the commonest label; None without labels.
        spread: how far the probabilities of a class differ from picture to
            picture, of the class where they differ most; 0 to 1.
        readings: accuracy by other common readings of the pixels, by name.
        warnings: what is probably wrong, a sentence each.
    """

    images: int
    answers: tuple[int, ...]
    accuracy: float | None
    commonest: float | None
    spread: float
    readings: dict[str, float]
    warnings: tuple[str, ...]

    def lines(self, class_names: Sequence[str]) -> list[str]:
        """Writes the finding as lines of text."""
        given = ", ".join(
            f"{name} {count}"
            for name, count in zip(class_names, self.answers, strict=True)
        )
        lines = [f"Classifier, tried on {self.images} of the images: {given}"]
        if self.accuracy is not None:
            lines.append(f"  accuracy as declared: {self.accuracy:.2f}")
            lines += [
                f"  with {name}: {accuracy:.2f}"
                for name, accuracy in self.readings.items()
            ]
        return lines + [f"  Warning: {text}" for text in self.warnings]


# Longer than 60 lines: one check after the other, in the order of their use.
def examine(
    classifier: adapter.Classifier, images: np.ndarray, labels: np.ndarray
) -> Finding:
    """Tries a classifier on pictures.

    Args:
        classifier: outside of any strategy's scope.
        images: uint8, [N, H, W, 3].
        labels: the true classes [N]; below 0 where nobody knows.

    Raises:
        ClassifierError: it cannot be explained: its answers are not finite,
            are no probabilities, are the same for all pictures, change from
            call to call or with the other pictures of a call, or give no
            gradient to the pixels.
    """
    pixels = images.astype(np.float32)
    inputs = preprocessing.to_float_numpy(images)
    _check_pure(classifier, inputs)
    logits = _in_parts(classifier.check_answers, inputs)
    if logits.shape != (len(images), classifier.num_classes):
        raise errors.ClassifierError(
            f"the classifier puts out shape {logits.shape} for {len(images)} "
            f"images of {classifier.num_classes} classes; expected [N, K]"
        )
    _check_repeats(classifier, inputs, logits)
    _check_alone(classifier, inputs[:_ALONE], logits[:_ALONE])
    known = labels >= 0
    declared = _try(logits, labels)
    readings = _try_readings(classifier, pixels, labels)
    commonest = (
        float(np.bincount(labels[known]).max() / known.sum())
        if known.any()
        else None
    )
    hint = _better_reading(declared, readings, commonest or 0.0)
    _check_differ(images, logits, hint)
    if classifier.differentiable:
        _check_gradient(classifier, inputs, hint)
    answers = np.bincount(
        logits.argmax(axis=1), minlength=classifier.num_classes
    )
    return Finding(
        images=len(images),
        answers=tuple(answers.tolist()),
        accuracy=declared.accuracy,
        commonest=commonest,
        spread=declared.spread,
        readings={
            reading.name: tried.accuracy
            for reading, tried in readings.items()
            if tried.accuracy is not None
        },
        warnings=tuple(
            _warnings(classifier.class_names, answers, declared, commonest)
            + ([hint] if hint else [])
            + _like_tags(classifier, logits)
        ),
    )


@dataclasses.dataclass(frozen=True)
class _Tried:
    """What comes of one reading of the pixels."""

    accuracy: float | None
    spread: float


def _try_readings(
    classifier: adapter.Classifier, pixels: np.ndarray, labels: np.ndarray
) -> dict[pixel_readings.Reading, _Tried]:
    """Tries the other common readings of a file's pixels, 0 to 255."""
    return {
        reading: _try(
            _in_parts(
                classifier,
                pixel_readings.as_images(classifier, reading.pixels(pixels)),
            ),
            labels,
        )
        for reading in pixel_readings.others(classifier)
    }


def _try(logits: np.ndarray, labels: np.ndarray) -> _Tried:
    """Judges logits [N, K] by labels [N], below 0 where nobody knows."""
    known = labels >= 0
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = odds / odds.sum(axis=1, keepdims=True)
    return _Tried(
        _accuracy(logits[known], labels[known]) if known.any() else None,
        float(np.ptp(p, axis=0).max()),
    )


def _warnings(
    names: Sequence[str],
    answers: np.ndarray,
    declared: _Tried,
    commonest: float | None,
) -> list[str]:
    warnings = []
    accuracy = declared.accuracy
    if declared.spread < _FLAT:
        warnings.append(
            "the classifier hardly tells the pictures apart: no probability "
            f"differs by more than {declared.spread:.2g} from one to another; "
            "is classifier.input_range right?"
        )
    if (answers > 0).sum() == 1 and answers.sum() > 1:
        warnings.append(
            f"the classifier says {names[int(answers.argmax())]} of every "
            "picture; classifier.input_range may be wrong"
        )
    if accuracy is not None and commonest is not None:
        if accuracy <= commonest:
            warnings.append(
                f"the classifier's accuracy is {accuracy:.2f}, no better than "
                "to say the commonest class of every picture "
                f"({commonest:.2f}): are classifier.input_range and the order "
                "of data.classes right?"
            )
    return warnings


def _like_tags(classifier: adapter.Classifier, logits: np.ndarray) -> list[str]:
    """Warns of logits that look as if they were none."""
    if (
        classifier.output != output_kind.Output.LOGITS
        or logits.min() < 0
        or logits.max() > 1
    ):
        return []
    return [
        "the classifier's scores are taken for logits, and all of them are "
        "from 0 to 1, as those of independent answers (sigmoids, tags) are; "
        "is classifier.output right?"
    ]


def _better_reading(
    declared: _Tried,
    readings: dict[pixel_readings.Reading, _Tried],
    commonest: float,
) -> str:
    """Returns a sentence about a reading that fits better, or nothing.

    A reading at which one class is said of every picture is right as often as
    the commonest label is, and no better than any.
    """
    if declared.accuracy is not None and readings:
        best = max(
            readings, key=lambda reading: readings[reading].accuracy or 0.0
        )
        accuracy = readings[best].accuracy or 0.0
        if accuracy >= declared.accuracy + _BETTER and accuracy > commonest:
            return (
                f"with {best.name} the accuracy is {accuracy:.2f} in place of "
                f"{declared.accuracy:.2f}: {best.remedy}"
            )
    # A classifier that only compares pixels is right at any range, and sure of
    # nothing at the wrong one.
    livelier = {
        reading: tried.spread
        for reading, tried in readings.items()
        if (tried.accuracy or 0.0) >= (declared.accuracy or 0.0)
        and tried.spread >= max(_FLAT, _LIVELIER * declared.spread)
    }
    if declared.spread >= _FLAT or not livelier:
        return ""
    best = max(livelier, key=lambda reading: livelier[reading])
    return (
        f"with {best.name} the probabilities differ by {livelier[best]:.2f} in "
        f"place of {declared.spread:.2g}: {best.remedy}"
    )


def _check_pure(classifier: adapter.Classifier, inputs: np.ndarray) -> None:
    spec = tf.TensorSpec([None, *inputs.shape[1:]], tf.float32)
    traced = tf.function(classifier.__call__, autograph=False)
    used = graph_purity.impure_places(traced.get_concrete_function(spec))
    if used:
        more = f" and {len(used) - _NAMED} more" if len(used) > _NAMED else ""
        raise errors.ClassifierError(
            "the classifier does more than answer: it draws random numbers "
            "(dropout that is on when it is used), writes a variable (a batch "
            "normalisation that works as in training, a count of its calls) "
            f"or calls Python, by {', '.join(used[:_NAMED])}{more}. Its answer "
            "is not a function of the picture, and StylEx could not be "
            "exported; expected layers that work as after training: call them "
            "without training=True, and save it again"
        )


def _check_repeats(
    classifier: adapter.Classifier, inputs: np.ndarray, logits: np.ndarray
) -> None:
    again = _in_parts(classifier, inputs)
    difference = _difference(again, logits)
    if difference:
        raise errors.ClassifierError(
            "the classifier gives another answer when it is asked again: "
            f"logits differ by {difference:.3g}; save it without what it "
            "draws at random"
        )


def _check_alone(
    classifier: adapter.Classifier, inputs: np.ndarray, logits: np.ndarray
) -> None:
    alone = np.concatenate(
        [
            np.asarray(classifier(tf.constant(picture[None])))
            for picture in inputs
        ]
    )
    difference = _difference(alone, logits)
    if difference:
        raise errors.ClassifierError(
            "the classifier's answer to a picture depends on the others that "
            f"are asked with it: logits differ by {difference:.3g} when it is "
            "asked alone. Is there a batch normalisation that works as in "
            "training? Save it with training=False"
        )


def _difference(again: np.ndarray, logits: np.ndarray) -> float:
    """Returns by how much answers differ; 0 for what rounding makes."""
    difference = float(np.abs(again - logits).max())
    limit = _SAME * max(1.0, float(np.abs(logits).max()))
    return difference if difference > limit else 0.0


def _check_differ(images: np.ndarray, logits: np.ndarray, hint: str) -> None:
    if not np.ptp(images, axis=0).any():
        return
    spread = float(np.ptp(logits, axis=0).max())
    if spread <= 1e-6 * max(1.0, float(np.abs(logits).max())):
        raise errors.ClassifierError(
            f"the classifier gives the same answer to all {len(images)} "
            "pictures, so that there is nothing to explain; "
            + (hint or "is classifier.input_range right?")
        )


def _check_gradient(
    classifier: adapter.Classifier, inputs: np.ndarray, hint: str
) -> None:
    @tf.function(
        input_signature=[tf.TensorSpec([None, *inputs.shape[1:]], tf.float32)],
        autograph=False,
    )
    def gradients(batch):
        with tf.GradientTape() as tape:
            tape.watch(batch)
            logits = classifier(batch)
            # Not the plain sum, which two opposite logits make constant.
            weights = tf.range(1.0, classifier.num_classes + 1.0)
            scores = tf.reduce_sum(logits * weights)
        return tape.gradient(scores, batch)

    slopes = _in_parts(gradients, inputs)
    if not np.isfinite(slopes).all():
        raise errors.ClassifierError(
            "the classifier's gradient to a picture is not finite (NaN or "
            "infinity), so that StylEx cannot be trained on it; is there a "
            "square root or a logarithm of 0, or a division by 0, in it?"
        )
    if not slopes.any():
        raise errors.ClassifierError(
            "the classifier's gradient to every picture is zero, so that "
            "StylEx cannot be trained on it; "
            + (hint or "are its units all dead at this classifier.input_range?")
        )


def _accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean(logits.argmax(axis=1) == labels))


def _in_parts(
    function: Callable[[tf.Tensor], tf.Tensor], inputs: np.ndarray
) -> np.ndarray:
    return batching.apply(function, inputs, batch_size=_BATCH)
