"""How far every style coordinate reaches over a set of images."""

import dataclasses

import numpy as np


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
    def from_styles(cls, styles: np.ndarray, *, searched: int) -> "StyleRanges":
        """Takes plain minimum and maximum over images, as the notebook does.

        Args:
            styles: all styles of the images, [N, T]; the searched ones first.
            searched: how many of the T coordinates are searched, S.

        Raises:
            ValueError: there is no image, or there are fewer than S styles.
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
        return cls(
            minimum=styles[:, :searched].min(axis=0),
            maximum=styles[:, :searched].max(axis=0),
        )

    @property
    def size(self) -> int:
        """The number of searched coordinates, S."""
        return self.minimum.size

    def ends(self) -> np.ndarray:
        """Both ends, indexed by direction, [2, S]."""
        return np.stack([self.minimum, self.maximum])

    def equals(self, other: "StyleRanges") -> bool:
        """Whether the ends are the same, bit for bit."""
        return np.array_equal(self.ends(), other.ends())
