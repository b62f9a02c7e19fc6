"""Holds pictures with their words, as a sheet and a page show them."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cell:
    """A picture with the words around it."""

    # uint8 [H, W, 3].
    picture: np.ndarray
    # Over its top-left corner: a probability.
    corner: str
    # Below it: what it is.
    caption: str
    # Below that: what to be careful about; may be empty.
    caution: str = ""
    # For an edit: the same, carried onto the image itself; None: not known.
    carried: "Cell | None" = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """A row of pictures that explains one image."""

    # Which image, and what the numbers are of.
    heading: str
    # Whether the explanation means anything for this image: one sentence.
    trust: str
    # Of "fair", "doubtful" and "unknown".
    level: str
    cells: tuple[Cell, ...]

    def on_the_image(self) -> "Row":
        """Returns the row with every edit carried onto the image itself."""
        return dataclasses.replace(
            self, cells=tuple(cell.carried or cell for cell in self.cells)
        )
