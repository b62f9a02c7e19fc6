"""Reads one participant's answers, from the file that the page saves."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping
from typing import Any

from stylex_tf import errors
from stylex_tf.studies import key as key_lib
from stylex_tf.studies import questions

FORMAT = "stylex study answers 1"
CLASSIFICATION, DESCRIPTION = KINDS = ("classification", "description")
# Nobody describes a change at such length; what is longer is no answer.
_LONGEST = 1_000


@dataclasses.dataclass(frozen=True)
class Answers:
    """One participant's answers to one of the two studies.

    Attributes:
        path: the file.
        participant: how they call themselves; may be empty.
        kind: one of `KINDS`.
        answers: a side, or words, by the question's id.
    """

    path: pathlib.Path
    participant: str
    kind: str
    answers: Mapping[str, str]

    @property
    def name(self) -> str:
        """Returns what to call the participant."""
        return self.participant or self.path.stem


def read(path: pathlib.Path, key: key_lib.Key) -> Answers:
    """Reads and checks a file of answers.

    Raises:
        StudyError: it is no such file, is of another study, or does not
            answer every question of its kind in an allowed way.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.StudyError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise errors.StudyError(f"{path}: not JSON: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise errors.StudyError(
            f"{path}: is no file of answers; expected what the page saved"
        )
    if content.get("study") != key.study:
        raise errors.StudyError(
            f"{path}: answers study {content.get('study')!r}; the key is of "
            f"{key.study!r}"
        )
    kind = content.get("kind")
    if kind not in KINDS:
        raise errors.StudyError(
            f"{path}: kind is {kind!r}; expected one of {KINDS}"
        )
    expected = key.answers if kind == CLASSIFICATION else key.described
    participant = content.get("participant", "")
    if not isinstance(participant, str):
        raise errors.StudyError(
            f"{path}: participant is {participant!r}; expected a text"
        )
    return Answers(
        path,
        " ".join(participant.split()),
        kind,
        _check(path, kind, content.get("answers"), expected),
    )


def _check(
    path: pathlib.Path, kind: str, given: Any, expected: Mapping[str, str]
) -> Mapping[str, str]:
    if not isinstance(given, dict):
        raise errors.StudyError(
            f"{path}: answers is {given!r}; expected one a question"
        )
    for question in given:
        if question not in expected:
            raise errors.StudyError(
                f"{path}: there is no question {question!r}"
            )
    for question in expected:
        answer = given.get(question)
        if kind == CLASSIFICATION:
            fits, wanted = answer in questions.SIDES, f"{questions.SIDES}"
        else:
            fits = (
                isinstance(answer, str) and 0 < len(answer.strip()) <= _LONGEST
            )
            wanted = f"1 to {_LONGEST} characters"
        if not fits:
            raise errors.StudyError(
                f"{path}: the answer to {question} is {answer!r}; expected "
                f"{wanted}"
            )
    return given
