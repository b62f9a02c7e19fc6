"""How much of every attribute fits on a page of bounded size."""

import dataclasses

# A page that a mail server still takes and a telephone still opens.
MAX_BYTES = 15_000_000

LONGEST_SIDE = 256
"""Larger pictures are reduced to this side."""

# What WebP takes for a photograph, as text, of which small ones take more a
# pixel; measured from 16 to 256 pixels.
_BYTES_PER_PICTURE = 400
_BYTES_PER_PIXEL = 0.2
# The words and the curve of an attribute; measured, rounded up.
_BYTES_PER_ATTRIBUTE = 4_000
# What attributes may take; the rest is for everything else.
_SHARE = 0.75
# Examples of an attribute and places of its knob, the better before the worse.
_CHOICES = (
    (6, 11),
    (5, 11),
    (4, 11),
    (4, 9),
    (3, 9),
    (3, 7),
    (2, 7),
    (1, 7),
    (1, 5),
    (1, 0),
)
# Beside the places of the knob: before, after, and where they differ.
_PICTURES = 3
# Pictures that are generated for dose and response, of all attributes.
_MEASURED = 20_000
_MEASURED_OF_ONE = 48


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """What each attribute shows."""

    examples: int
    # Places of the knob; 0 leaves it out.
    places: int
    # Images of the dose-response curve.
    measured: int
    # What the page tells its reader about what was left out.
    note: str = ""


def plan(attributes: int, resolution: int) -> Layout:
    """Chooses what fits, before any picture is generated.

    Args:
        attributes: how many the page shows, of all classes.
        resolution: the side of the pictures.
    """
    pixels = min(resolution, LONGEST_SIDE) ** 2
    picture = _BYTES_PER_PICTURE + _BYTES_PER_PIXEL * pixels
    allowed = (_SHARE * MAX_BYTES - attributes * _BYTES_PER_ATTRIBUTE) / picture
    fitting = [
        (examples, places)
        for examples, places in _CHOICES
        if attributes * examples * (places + _PICTURES) <= allowed
    ]
    examples, places = fitting[0] if fitting else _CHOICES[-1]
    measured = 0
    if places:
        affordable = _MEASURED // max(attributes * places, 1)
        measured = max(1, min(_MEASURED_OF_ONE, affordable))
    return Layout(examples, places, measured, _note(examples, places))


def _note(examples: int, places: int) -> str:
    most, finest = _CHOICES[0]
    dropped = []
    if examples < most:
        dropped.append(f"{examples} of {most} examples of each attribute")
    if not places:
        dropped.append("no knobs")
    elif places < finest:
        dropped.append(f"{places} of {finest} places of each knob")
    if not dropped:
        return ""
    return (
        f"To stay below {MAX_BYTES / 1e6:.0f} MB the page shows "
        f"{' and '.join(dropped)}."
    )
