"""Holds the right answers of a study, kept from those who are asked."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping
from typing import Any

from stylex_tf import errors
from stylex_tf.studies import questions

FORMAT = "stylex study key 1"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Key:
    """What scoring needs to know of a study.

    Attributes:
        study: the study's id.
        facts: where it comes from, for people.
        pairs: the attributes left and right, by the question's id.
        answers: the right side, by the question's id.
        described: the attribute to describe, by the question's id.
    """

    study: str
    facts: Mapping[str, Any]
    pairs: Mapping[str, tuple[str, str]]
    answers: Mapping[str, str]
    described: Mapping[str, str]

    def attribute(self, question: str) -> str:
        """Returns the attribute that a question asks for."""
        if question in self.described:
            return self.described[question]
        side = questions.SIDES.index(self.answers[question])
        return self.pairs[question][side]

    def save(self, path: pathlib.Path) -> None:
        """Writes the key as JSON."""
        content = {"format": FORMAT} | dataclasses.asdict(self)
        path.write_text(
            json.dumps(content, indent=1, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )


def of_study(study: questions.Study, facts: Mapping[str, Any]) -> Key:
    """Collects the right answers of a study's questions into its key."""
    asked = study.classifications
    return Key(
        study=study.id,
        facts=facts,
        pairs={question.id: question.attributes for question in asked},
        answers={question.id: question.answer for question in asked},
        described={
            description.id: description.attribute
            for description in study.descriptions
        },
    )


def load(path: pathlib.Path) -> Key:
    """Reads what `Key.save` wrote.

    Raises:
        StudyError: the file is not there, or is no key.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise KeyError("format")
        pairs = {
            question: (left, right)
            for question, (left, right) in content.pop("pairs").items()
        }
        return Key(pairs=pairs, **content)
    except OSError as error:
        raise errors.StudyError(f"{path}: {error.strerror}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise errors.StudyError(
            f"{path}: is no key of a study; expected the key.json that "
            "make_study wrote"
        ) from error
