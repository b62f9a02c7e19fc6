"""Studies of noise, and people who answer them."""

import json
import pathlib
from collections.abc import Callable

import numpy as np

from stylex_tf.studies import answers, key, questions

ATTRIBUTES = ("113", "127", "91")
_IMAGES = 9


def clips(name: str, images: int = _IMAGES) -> list[questions.Clip]:
    """Animations in which the attribute's number decides what is added."""
    source = np.random.default_rng(0).integers(
        0, 128, (images, 8, 8, 3), dtype=np.uint8
    )
    return [
        questions.Clip(f"image {number}", picture, picture + np.uint8(name))
        for number, picture in enumerate(source)
    ]


def study(count: int = 12, seed: int = 0) -> questions.Study:
    """A study of three attributes."""
    attributes = {name: clips(name) for name in ATTRIBUTES}
    return questions.compose(attributes, count=count, seed=seed)


def study_key(made: questions.Study) -> key.Key:
    """Its key."""
    return key.of_study(made, {"run": "runs/one"})


def write_answers(
    path: pathlib.Path,
    known: key.Key,
    kind: str,
    answer: Callable[[str], object],
    **changes: object,
) -> pathlib.Path:
    """Writes what a page saves.

    Args:
        path: the file.
        known: the key of the study.
        kind: one of `answers.KINDS`.
        answer: from a question's id to the answer.
        **changes: fields that differ.
    """
    ids = known.answers if kind == answers.CLASSIFICATION else known.described
    content = {
        "format": answers.FORMAT,
        "study": known.study,
        "kind": kind,
        "participant": "",
        "answers": {question: answer(question) for question in ids},
    }
    path.write_text(json.dumps(content | changes))
    return path
