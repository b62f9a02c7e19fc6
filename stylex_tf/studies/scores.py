"""Computes the figures of the paper's user studies from answers and key."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stylex_tf import errors
from stylex_tf.evaluation import proportions
from stylex_tf.studies import answers as answers_lib
from stylex_tf.studies import key as key_lib

CHANCE = 0.5
"""How often guessing is right: one of the two columns is."""


@dataclasses.dataclass(frozen=True)
class Share:
    """Right answers among all.

    Attributes:
        right: how many.
        total: how many answers there are; more than 0.
    """

    right: int
    total: int

    def figures(self) -> dict[str, Any]:
        """Returns shares with Wilson intervals, and whether beyond chance."""
        return {
            "accuracy": self.right / self.total,
            "interval": list(
                proportions.wilson_interval(self.right, self.total)
            ),
            "p_value": proportions.better_than_guessing(
                self.right, self.total, CHANCE
            ),
            "right": self.right,
            "answers": self.total,
        }


@dataclasses.dataclass(frozen=True)
class Scores:
    """What a study found.

    Attributes:
        study: its id.
        participants: how many answered each kind.
        classification: the score of all answers; None without any.
        by_attribute: the scores of the questions that asked for each attribute.
        by_pair: the scores of the questions that compared two attributes.
        by_participant: the scores of each participant's answers.
        descriptions: participants and their words, by attribute.
    """

    study: str
    participants: Mapping[str, int]
    classification: Share | None
    by_attribute: Mapping[str, Share]
    by_pair: Mapping[tuple[str, str], Share]
    by_participant: Mapping[str, Share]
    descriptions: Mapping[str, Sequence[tuple[str, str]]]

    def to_dict(self) -> dict[str, Any]:
        """Returns the scores as JSON can hold them."""
        whole = self.classification
        return {
            "study": self.study,
            "chance": CHANCE,
            "participants": dict(self.participants),
            "classification": whole.figures() if whole else None,
            "by_attribute": _figures(self.by_attribute),
            "by_pair": _figures(
                {f"{a}, {b}": share for (a, b), share in self.by_pair.items()}
            ),
            "by_participant": _figures(self.by_participant),
            "descriptions": {
                attribute: [
                    {"participant": name, "words": words}
                    for name, words in given
                ]
                for attribute, given in self.descriptions.items()
            },
        }

    def summary(self) -> str:
        """Returns some lines for people."""
        lines = [f"Study {self.study}"]
        if self.classification is not None:
            lines += [
                f"Classification: {self.participants['classification']} "
                f"participants; guessing is right in {CHANCE:.0%}",
                f"  all: {_words(self.classification)}",
            ]
            for title, shares in (
                ("attribute", self.by_attribute),
                ("participant", self.by_participant),
            ):
                lines += [
                    f"  {title} {name}: {_words(share)}"
                    for name, share in shares.items()
                ]
            lines += [
                f"  {a} against {b}: {_words(share)}"
                for (a, b), share in self.by_pair.items()
            ]
        if self.descriptions:
            lines.append(
                f"Descriptions: {self.participants['description']} participants"
            )
        for attribute, given in self.descriptions.items():
            lines.append(f"  attribute {attribute}:")
            lines += [f"    {words} ({name})" for name, words in given]
        return "\n".join(lines)


def score(key: key_lib.Key, given: Iterable[answers_lib.Answers]) -> Scores:
    """Scores the answers of all participants.

    Args:
        key: the key of the study.
        given: checked files of answers, of `answers.read`.

    Raises:
        StudyError: there is no file, or a participant has two of one kind.
    """
    by_kind: dict[str, dict[str, answers_lib.Answers]] = {
        kind: {} for kind in answers_lib.KINDS
    }
    for answers in given:
        same = by_kind[answers.kind].setdefault(answers.name, answers)
        if same is not answers:
            raise errors.StudyError(
                f"{answers.path}: {answers.name!r} has answered already, in "
                f"{same.path}; expected one file a participant"
            )
    if not any(by_kind.values()):
        raise errors.StudyError("there are no answers; expected some files")
    # Participant, question, whether it is right.
    marks = [
        (name, question, answer == key.answers[question])
        for name, answers in by_kind[answers_lib.CLASSIFICATION].items()
        for question, answer in answers.answers.items()
    ]
    descriptions: dict[str, list[tuple[str, str]]] = {}
    for name, answers in by_kind[answers_lib.DESCRIPTION].items():
        for question, words in answers.answers.items():
            descriptions.setdefault(key.attribute(question), []).append(
                (name, " ".join(words.split()))
            )
    return Scores(
        study=key.study,
        participants={kind: len(files) for kind, files in by_kind.items()},
        classification=(
            Share(sum(right for *_, right in marks), len(marks))
            if marks
            else None
        ),
        by_attribute=_group((key.attribute(q), r) for _, q, r in marks),
        by_pair=_group((tuple(sorted(key.pairs[q])), r) for _, q, r in marks),
        by_participant=_group((name, r) for name, _, r in marks),
        descriptions=descriptions,
    )


def _group(marks: Iterable[tuple[Any, bool]]) -> dict[Any, Share]:
    counts: dict[Any, list[int]] = {}
    for name, right in marks:
        count = counts.setdefault(name, [0, 0])
        count[0] += right
        count[1] += 1
    return {name: Share(*count) for name, count in sorted(counts.items())}


def _figures(shares: Mapping[str, Share]) -> dict[str, Any]:
    return {name: share.figures() for name, share in shares.items()}


def _words(share: Share) -> str:
    figures = share.figures()
    low, high = figures["interval"]
    return (
        f"{figures['accuracy']:.1%} of {share.total} right "
        f"({low:.1%} to {high:.1%}), p {figures['p_value']:.2g}"
    )
