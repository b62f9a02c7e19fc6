"""Measures how far each style coordinate reaches over a set of images."""

import dataclasses

import numpy as np

from stylex_tf import choice


class Kind(choice.Choice):
    """How the ends are found, see `StyleRanges.from_styles`."""

    MIN_MAX = "min_max"
    PERCENTILE = "percentile"
    DEVIATION = "deviation"
    REALISTIC = "realistic"


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class StyleRanges:
    """The ends between which the S searched coordinates are moved.

    Attributes:
        minimum: the end of direction 0, [S].
        maximum: the end of direction 1, [S].
    """

    minimum: np.ndarray
    maximum: np.ndarray

    def __post_init__(self):
        """Raises ValueError unless both ends are finite and in order."""
        for name in ("minimum", "maximum"):
            value = np.asarray(getattr(self, name), np.float32)
            if value.ndim != 1:
                raise ValueError(
                    f"{name} has shape {value.shape}; expected [S]"
                )
            if not np.all(np.isfinite(value)):
                raise ValueError(f"{name} has values that are not finite")
            object.__setattr__(self, name, value)
        if self.minimum.shape != self.maximum.shape:
            raise ValueError(
                f"minimum has {self.minimum.size} coordinates, "
                f"maximum has {self.maximum.size}"
            )
        if np.any(self.minimum > self.maximum):
            first = int(np.argmax(self.minimum > self.maximum))
            raise ValueError(
                f"the minimum of coordinate {first} is above its maximum"
            )

    @classmethod
    def from_styles(
        cls,
        styles: np.ndarray,
        *,
        searched: int,
        kind: str = Kind.MIN_MAX,
        width: float = 2.0,
    ) -> "StyleRanges":
        """Returns how far the styles of some images reach.

        Differs from the notebook, where asked for: its minimum and maximum
        are those of two images out of N, and go on growing with N. The other
        kinds do not; an image beyond an end is moved back to it.

        Args:
            styles: all styles of the images, [N, T]; the searched ones first.
            searched: how many of the T coordinates are searched, S.
            kind: "min_max" over the images, as the notebook does;
                "percentile", the `width`-th and the (100 - `width`)-th; or
                "deviation", `width` standard deviations around the mean.
                "realistic" ends are found by `search/realistic_ranges`, which
                asks a discriminator.
            width: see `kind`; not used by "min_max".

        Raises:
            ValueError: there is no image, or there are fewer than S styles;
                an unknown kind, or a width that it cannot have.
        """
        styles = np.asarray(styles, np.float32)
        if styles.ndim != 2 or styles.shape[0] == 0:
            raise ValueError(
                f"styles have shape {styles.shape}; expected [N, T] with N > 0"
            )
        if not 0 < searched <= styles.shape[1]:
            raise ValueError(
                f"cannot search {searched} of {styles.shape[1]} coordinates"
            )
        # In float64: the sum of many squares, and the ends between images.
        minimum, maximum = _ends(
            styles[:, :searched].astype(np.float64), kind, width
        )
        return cls(minimum=minimum, maximum=maximum)

    @property
    def size(self) -> int:
        """Returns the number of searched coordinates, S."""
        return self.minimum.size

    def ends(self) -> np.ndarray:
        """Returns the minima, then the maxima, of the coordinates, [2, S]."""
        return np.stack([self.minimum, self.maximum])

    def equals(self, other: "StyleRanges") -> bool:
        """Says whether the ends are the same, bit for bit."""
        return np.array_equal(self.ends(), other.ends())


def _ends(
    styles: np.ndarray, kind: str, width: float
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the lower and the upper ends, [N, S] -> [S], [S]."""
    check_width(kind, width)
    if kind == Kind.REALISTIC:
        raise ValueError(
            f"'{kind}' ends cannot be told from styles alone; ask "
            "search/realistic_ranges"
        )
    if kind == Kind.MIN_MAX:
        return styles.min(axis=0), styles.max(axis=0)
    if kind == Kind.PERCENTILE:
        low, high = np.percentile(styles, [width, 100 - width], axis=0)
        return low, high
    mean, reach = styles.mean(axis=0), width * styles.std(axis=0)
    return mean - reach, mean + reach


def check_width(kind: str, width: float) -> None:
    """Raises ValueError for an unknown kind, or a width that it cannot have.

    Args:
        kind: a `Kind`.
        width: a percentile or a number of deviations, as in
            `StyleRanges.from_styles`; not checked for kinds without one.
    """
    kind = Kind(kind)
    if kind == Kind.PERCENTILE and not 0 <= width < 50:
        raise ValueError(
            f"width is {width}; expected 0 to below 50 for '{kind}'"
        )
    if kind == Kind.DEVIATION and not 0 < width < np.inf:
        raise ValueError(
            f"width is {width}; expected a finite number above 0 for '{kind}'"
        )
