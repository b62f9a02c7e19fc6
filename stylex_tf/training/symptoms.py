"""Says in words what goes wrong in a training, from its validations.

Each rule is a function of one validation's figures: a text, or None where
all is well or nothing was measured. What lasts is a symptom.
"""

import dataclasses
from collections.abc import Iterator, Sequence

from stylex_tf.training import validation_history

LASTS = 3
"""A symptom is what so many validations show, one after the other.

The first look at an average that still holds the initial weights says
nothing, nor does one bad moment.
"""

# A limit of the mean of sign D(real) - sign D(fake), halved: 1 is one
# that is never wrong. Sound trainings come to 0.94 after 20,000 images, and
# fall later (docs/training.md), so this alone is no symptom ...
DISCRIMINATOR_MARGIN = 0.95
# ... but a generator whose images get a probability of 2 % to be real (its
# loss is softplus(-D), so the score is about -4) has lost touch: wherever it
# turns, it is wrong. Sound trainings stay below 3.
ADVERSARIAL_LOSS = 4.0
# A reconstruction whose distance to its image is this share of that to another
# image of the class says nothing of it. Sound trainings: 0.7 after 16,000
# images, 0.3 after 60,000.
OTHER_IMAGE = 0.95
# Near 0: share of a class's images that keep their class, and the spread of
# its reconstructions as a share of that of its images, which is 0.6 after
# 16,000 images of a sound training.
CLASS_AGREEMENT = 0.1
CLASS_DIVERSITY = 0.1
# With fewer images of a class nothing is said: 0 of 8 is no accident, 0 of 2
# is.
CLASS_IMAGES = 8

_OF_CLASS = "validation/images/"
_PATHS = ("encoded", "sampled")
_REAL = tuple(f"discriminator/{path}/real_sign" for path in _PATHS)
_FAKE = tuple(f"discriminator/{path}/fake_sign" for path in _PATHS)
_ADVERSARIAL = tuple(f"generator/{path}/adversarial" for path in _PATHS)


@dataclasses.dataclass(frozen=True, slots=True)
class Symptom:
    """One warning: `code` for programs, the rest for people."""

    code: str
    headline: str
    text: str


def find(
    validations: Sequence[validation_history.Validation],
) -> tuple[Symptom, ...]:
    """Lists what the last validations all show, the gravest first.

    Args:
        validations: the validations of one run, in order.
    """
    recent = validations[-LASTS:]
    if len(recent) < LASTS:
        return ()
    seen = [
        {symptom.code: symptom for symptom in _in_one(figures)}
        for figures in recent
    ]
    return tuple(
        symptom
        for code, symptom in seen[-1].items()
        if all(code in earlier for earlier in seen)
    )


def encoder_ignored(figures: validation_history.Validation) -> str | None:
    """Reports reconstructions that fit other images as well as their own."""
    own = figures.get("validation/l1")
    other = figures.get("validation/l1_of_another_image")
    mean = figures.get("validation/l1_of_mean_image")
    if own is None:
        return None
    if other is not None and own >= OTHER_IMAGE * other:
        beside = (
            f"of {own:.3f} from its image, and of {other:.3f} from another "
            "image of its class"
        )
    elif mean is not None and own >= mean:
        beside = (
            f"of {own:.3f} from its image; the mean of all images is at "
            f"{mean:.3f}"
        )
    else:
        return None
    return (
        f"A reconstruction has a mean L1 distance {beside}: the generator "
        "does not use what the encoder tells. Raise loss.l1 and "
        "loss.perceptual, or lower loss.adversarial; "
        "model.conditioning='none' leaves the encoder as its only source."
    )


def discriminator_wins(figures: validation_history.Validation) -> str | None:
    """Reports a discriminator that is never wrong, by a wide margin."""
    if not all(name in figures for name in (*_REAL, *_FAKE, *_ADVERSARIAL)):
        return None
    real, fake, loss = (
        sum(figures[name] for name in names) / len(names)
        for names in (_REAL, _FAKE, _ADVERSARIAL)
    )
    margin = (real - fake) / 2
    if margin <= DISCRIMINATOR_MARGIN or loss <= ADVERSARIAL_LOSS:
        return None
    return (
        f"It tells real from generated images in {(1 + margin) / 2:.1%} of "
        f"the cases, and the generator's adversarial loss is {loss:.1f} "
        f"(above {ADVERSARIAL_LOSS:g} it learns little from it). Raise "
        "loss.r1, lower training.learning_rate, or train on more images; "
        "lowering loss.adversarial leaves the work to the reconstruction."
    )


def class_collapsed(
    figures: validation_history.Validation, name: str
) -> str | None:
    """Says what is wrong with a class whose reconstructions collapse.

    Either the classifier hardly ever gives them the class, or they look like
    one and the same picture.

    Args:
        figures: the figures of a validation.
        name: the name of the class; its images are those that the classifier
            gives it.

    Returns:
        A sentence of advice; None where nothing is wrong, or where there are
        too few images to tell.
    """
    images = figures.get(f"{_OF_CLASS}{name}", 0)
    agreement = figures.get(f"validation/agreement/{name}")
    diversity = figures.get(f"validation/diversity/{name}")
    if images < CLASS_IMAGES:
        return None
    if agreement is not None and agreement <= CLASS_AGREEMENT:
        return (
            f"The classifier gives {agreement:.0%} of the reconstructions of "
            f"its {images:.0f} images their class. Raise "
            "loss.classification, or give more images of this class."
        )
    if diversity is not None and diversity <= CLASS_DIVERSITY:
        return (
            f"The reconstructions of its {images:.0f} images differ from "
            f"each other by {diversity:.0%} of what the images do: one "
            "picture stands for all. Raise loss.l1 and loss.perceptual, "
            "lower loss.classification, or give more images of this class."
        )
    return None


def _in_one(figures: validation_history.Validation) -> Iterator[Symptom]:
    text = encoder_ignored(figures)
    if text:
        yield Symptom("encoder_ignored", "The encoder is ignored", text)
    text = discriminator_wins(figures)
    if text:
        yield Symptom("discriminator_wins", "The discriminator wins", text)
    for key in figures:
        name = key.removeprefix(_OF_CLASS)
        text = class_collapsed(figures, name) if name != key else None
        if text:
            headline = f"The class “{name}” collapses"
            yield Symptom(f"class_collapsed/{name}", headline, text)
