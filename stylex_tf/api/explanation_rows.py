"""Lists what a sheet and a page show of each image of an explanation."""

from typing import Any

import numpy as np

from stylex_tf.api import cells
from stylex_tf.attributes import default_name
from stylex_tf.report import marks, wording

# An explanation, whose module imports this one, is Any here.


def rows(explanation: Any, limit: int) -> list[cells.Row]:
    """Lists the first images, a row each.

    Args:
        explanation: the explanation.
        limit: rows, at most.
    """
    trust = explanation.trust
    return [
        cells.Row(
            heading=_heading(explanation, n),
            trust=trust[n].words,
            level=trust[n].level,
            cells=(*_given(explanation, n), *_edits(explanation, n)),
        )
        for n in range(min(limit, len(explanation)))
    ]


def shown_class(explanation: Any, n: int) -> int:
    """Returns the class whose probability an image's pictures show."""
    target = int(explanation.target_classes[n])
    if target >= 0:
        return target
    return int(np.argmax(explanation.probabilities_before[n]))


def caution(*, effect: float, strongest: float, turns: bool) -> str:
    """Says what to be careful about with one edit: see `marks.find`."""
    return marks.find(effect=effect, strongest=strongest, turns=turns)


def change(class_name: str, before: float, after: float, careful: str) -> str:
    """Says what an edit does to a class: "cat goes from 0.80 to 0.10; weak".

    Args:
        class_name: the class.
        before: its probability.
        after: the same, after the edit.
        careful: what `caution` says; may be empty.
    """
    way = f"{wording.probability(before)} to {wording.probability(after)}"
    return f"{class_name} goes from {way}{f'; {careful}' if careful else ''}"


def _heading(explanation: Any, n: int) -> str:
    shown = explanation.class_names[shown_class(explanation, n)]
    # Two images of two folders may have one name.
    name = wording.without_folders(explanation.image_ids[n], keep=2)
    return f"{name}: probability of {shown}"


def _given(explanation: Any, n: int) -> list[cells.Cell]:
    shown = shown_class(explanation, n)
    return [
        cells.Cell(
            picture=picture,
            corner=wording.probability(said[shown]),
            caption=caption,
        )
        for picture, said, caption in (
            (explanation.images[n], explanation.probabilities[n], "image"),
            (
                explanation.reconstructions[n],
                explanation.probabilities_before[n],
                "reconstruction",
            ),
        )
    ]


def _edit(explanation: Any, n: int, a: int) -> str:
    """Names an edit: "glasses (style 3 to min)".

    The end is the coordinate's and not the name's: a mouth opens at the
    minimum of one coordinate, and at the maximum of another.
    """
    coordinate = int(explanation.coordinates[n, a])
    end = ("min", "max")[explanation.directions[n, a]]
    moved = f"{default_name.of(coordinate)} to {end}"
    if coordinate not in explanation.attribute_names:
        return moved
    return f"{explanation.attribute_name(n, a)} ({moved})"


def _edits(explanation: Any, n: int) -> list[cells.Cell]:
    shown = shown_class(explanation, n)
    there = np.flatnonzero(explanation.coordinates[n] >= 0)
    carried = explanation.carried[n] if len(there) else None
    cautions = explanation.cautions(n)
    cautions_carried = explanation.cautions(n, carried=True)
    made = []
    for a in there:
        caption = f"{a + 1}. {_edit(explanation, n, a)}"
        said = explanation.probabilities_carried
        made.append(
            cells.Cell(
                picture=explanation.edited[n, a],
                corner=wording.probability(
                    explanation.probabilities_after[n, a, shown]
                ),
                caption=caption,
                caution=cautions[a],
                carried=cells.Cell(
                    picture=carried[a],
                    corner=(
                        "?"
                        if said is None
                        else wording.probability(said[n, a, shown])
                    ),
                    caption=f"{caption}, on the image",
                    caution=cautions_carried[a],
                )
                if carried is not None
                else None,
            )
        )
    return made
