"""Decides how much of every attribute fits on a page of bounded size."""

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


@dataclasses.dataclass(frozen=True, slots=True)
class _Choice:
    """One size of the report: how many pictures an attribute may have."""

    examples: int
    # Where the knob can stand.
    places: int
    # Whether the edits are shown on the photographs too, and whether the knob
    # turns those.
    carried: bool
    carried_knob: bool

    @property
    def pictures(self) -> int:
        """Returns how many pictures an attribute takes."""
        # Before, after, and where they differ.
        of_one = 3 + self.places + 2 * self.carried
        return self.examples * (of_one + self.places * self.carried_knob)


# The better before the worse.
_CHOICES = (
    _Choice(6, 11, True, True),
    _Choice(5, 11, True, True),
    _Choice(4, 11, True, True),
    _Choice(5, 11, True, False),
    _Choice(4, 11, True, False),
    _Choice(4, 9, True, False),
    _Choice(3, 9, True, False),
    _Choice(3, 7, True, False),
    _Choice(2, 7, True, False),
    _Choice(1, 7, True, False),
    _Choice(1, 5, True, False),
    _Choice(1, 0, True, False),
    _Choice(1, 0, False, False),
)
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
    # Whether edits are shown on the photographs too.
    carried: bool = True
    # Whether the knob turns those.
    carried_knob: bool = True
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
        choice for choice in _CHOICES if attributes * choice.pictures <= allowed
    ]
    chosen = fitting[0] if fitting else _CHOICES[-1]
    measured = 0
    if chosen.places:
        affordable = _MEASURED // max(attributes * chosen.places, 1)
        measured = max(1, min(_MEASURED_OF_ONE, affordable))
    return Layout(
        chosen.examples,
        chosen.places,
        measured,
        chosen.carried,
        chosen.carried_knob,
        _note(chosen),
    )


def _note(chosen: _Choice) -> str:
    best = _CHOICES[0]
    dropped = []
    if chosen.examples < best.examples:
        dropped.append(
            f"{chosen.examples} of {best.examples} examples of each attribute"
        )
    if not chosen.places:
        dropped.append("no knobs")
    elif chosen.places < best.places:
        dropped.append(f"{chosen.places} of {best.places} places of each knob")
    if not chosen.carried:
        dropped.append("no attribute on the photographs")
    elif chosen.places and not chosen.carried_knob:
        dropped.append("knobs of reconstructions alone")
    if not dropped:
        return ""
    return (
        f"To stay below {MAX_BYTES / 1e6:.0f} MB the page shows "
        f"{' and '.join(dropped)}."
    )
