"""What a sheet and a page say of each image of an explanation."""

from typing import Any

import numpy as np

from stylex_tf.api import cells
from stylex_tf.report import marks, wording

# An explanation, whose module imports this one, is Any here.


def rows(found: Any, limit: int) -> list[cells.Row]:
    """Lists the first images, a row each.

    Args:
        found: the explanation.
        limit: rows, at most.
    """
    trust = found.trust
    return [
        cells.Row(
            heading=_heading(found, n),
            trust=trust[n].words,
            level=trust[n].level,
            cells=(*_given(found, n), *_edits(found, n)),
        )
        for n in range(min(limit, len(found)))
    ]


def shown_class(found: Any, n: int) -> int:
    """Returns the class whose probability an image's pictures show."""
    target = int(found.target_classes[n])
    if target >= 0:
        return target
    return int(np.argmax(found.probabilities_before[n]))


def caution(*, effect: float, strongest: float, turns: bool) -> str:
    """Says what to be careful about with one edit: see `marks.find`."""
    return marks.find(effect=effect, strongest=strongest, turns=turns)


def _heading(found: Any, n: int) -> str:
    shown = found.class_names[shown_class(found, n)]
    # Two images of two folders may have one name.
    name = wording.without_folders(found.image_ids[n], keep=2)
    return f"{name}: probability of {shown}"


def _given(found: Any, n: int) -> list[cells.Cell]:
    shown = shown_class(found, n)
    return [
        cells.Cell(
            picture=picture,
            corner=wording.probability(said[shown]),
            caption=caption,
        )
        for picture, said, caption in (
            (found.images[n], found.probabilities[n], "image"),
            (
                found.reconstructions[n],
                found.probabilities_before[n],
                "reconstruction",
            ),
        )
    ]


def _edits(found: Any, n: int) -> list[cells.Cell]:
    shown = shown_class(found, n)
    there = np.flatnonzero(found.coordinates[n] >= 0)
    carried = found.carried[n] if len(there) else None
    cautions = found.cautions(n)
    made = []
    for a in there:
        end = ("min", "max")[found.directions[n, a]]
        caption = f"{a + 1}. {found.attribute_name(n, a)} to {end}"
        said = found.probabilities_carried
        made.append(
            cells.Cell(
                picture=found.edited[n, a],
                corner=wording.probability(
                    found.probabilities_after[n, a, shown]
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
                )
                if carried is not None
                else None,
            )
        )
    return made
