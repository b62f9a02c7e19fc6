"""Shows an edit in two ways: made, or carried onto the photograph."""

import dataclasses

from stylex_tf.report import demonstration, findings, single_image

# Classes of CSS: a switch of the page shows the one or the other.
MADE, CARRIED = "made", "carried"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Way:
    """The examples of an attribute, shown one way.

    Attributes:
        name: MADE or CARRIED; empty where there is no other way, so that no
            switch hides it.
        subject: what the edit is made on, for a text about the picture.
        edited: what the picture with the edit is, for the same.
        view: the examples.
        turned: what the knob shows of them; None where it shows nothing.
        turned_name: as `name`, of what the knob shows.
    """

    name: str
    subject: str
    edited: str
    view: findings.Examples
    turned: demonstration.Demonstration | demonstration.CarriedFrames | None
    turned_name: str


def of_attribute(
    view: findings.Examples, shown: demonstration.Demonstration | None
) -> list[Way]:
    """Lists the ways to show an attribute, or several; at least one.

    Args:
        view: the attribute.
        shown: what its knob does; None where it has none.
    """
    carried = view.on_photographs()
    carried_knob = shown.carried if shown is not None else None
    ways = [
        Way(
            name=MADE if carried else "",
            subject="Reconstruction of",
            edited="Edited",
            view=view,
            turned=shown,
            turned_name=MADE if carried and carried_knob else "",
        )
    ]
    if carried:
        ways.append(
            Way(
                name=CARRIED,
                subject="Photograph",
                edited="The edit on the photograph",
                view=carried,
                turned=carried_knob,
                turned_name=CARRIED,
            )
        )
    return ways


def has_two(
    shown: findings.Findings,
    single_images: tuple[single_image.SingleImage, ...],
) -> bool:
    """Says whether the page shows any edit on a photograph.

    Args:
        shown: the attributes on the page.
        single_images: the single images on the page, whose edits always are.
    """
    return any(
        view.carried is not None
        for of_class in shown.classes
        for view in of_class.attributes
    ) or any(image.independent or image.subset for image in single_images)
