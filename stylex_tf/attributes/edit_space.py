"""Defines edits of styles: tensor additions, which change no weight."""

import dataclasses

import numpy as np

from stylex_tf.attributes import style_ranges


@dataclasses.dataclass(frozen=True, eq=False)
class EditSpace:
    """Which edits there are: 2S, each of a coordinate and a direction.

    Attributes:
        ranges: the ends of the first S of the T styles.
        shift_size: how far an edit goes: from s to
            s + shift_size * (end - s), so that 1 reaches the end.
    """

    ranges: style_ranges.StyleRanges
    shift_size: float = 1.0

    def __post_init__(self):
        """Raises ValueError where the shift is no finite number."""
        object.__setattr__(self, "shift_size", float(self.shift_size))
        if not np.isfinite(self.shift_size):
            raise ValueError(
                f"shift_size is {self.shift_size}; expected a finite number"
            )

    @property
    def size(self) -> int:
        """Returns the number of searched coordinates, S."""
        return self.ranges.size

    def apply(
        self,
        styles: np.ndarray,
        coordinates: np.ndarray,
        directions: np.ndarray,
        strengths: float | np.ndarray = 1.0,
    ) -> np.ndarray:
        """Moves several coordinates of every image at once.

        Where a list names a coordinate twice, the first one counts: lists
        are ranked, and the second would undo the first.

        Args:
            styles: [N, T].
            coordinates: one list for all images [A], or one an image [N, A].
                A negative coordinate is no edit.
            directions: 0 for the minimum, 1 for the maximum; same shape.
            strengths: how much of each edit is made, 1 is all of it; one for
                all edits, or of the same shape.

        Returns:
            A new array, [N, T].

        Raises:
            ValueError: the shapes do not fit, or a coordinate is not searched.
        """
        styles = np.asarray(styles, np.float32)
        coordinates = np.asarray(coordinates, np.int64)
        directions = np.asarray(directions, np.int64)
        fits = coordinates.shape == directions.shape
        if not fits or coordinates.ndim not in (1, 2):
            raise ValueError(
                f"coordinates {coordinates.shape} and directions "
                f"{directions.shape} must both be [A] or [N, A]"
            )
        if np.any(coordinates >= self.size):
            raise ValueError(
                f"coordinate {coordinates.max()} is not one of the "
                f"{self.size} searched"
            )
        shape = (styles.shape[0], coordinates.shape[-1])
        coordinates = np.broadcast_to(coordinates, shape)
        directions = np.broadcast_to(directions, shape)
        shares = np.broadcast_to(
            np.asarray(strengths, np.float32) * np.float32(self.shift_size),
            shape,
        )
        edited = styles.copy()
        rows = np.arange(styles.shape[0])
        ends = self.ranges.ends()
        # From the last to the first, always from the unedited style: so the
        # first mention of a coordinate is the one that stays.
        for column in reversed(range(shape[1])):
            real = coordinates[:, column] >= 0
            row, coordinate = rows[real], coordinates[real, column]
            here = styles[row, coordinate]
            end = ends[directions[real, column], coordinate]
            edited[row, coordinate] = here + shares[real, column] * (end - here)
        return edited
