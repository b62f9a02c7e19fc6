"""Holds what turning one attribute's knob does: pictures, probabilities."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CarriedFrames:
    """The examples at each place, with the edit carried onto the photographs.

    As in `Demonstration`: frames, probabilities, decisions.
    """

    frames: np.ndarray
    probabilities: np.ndarray
    decided: np.ndarray


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Demonstration:
    """One coordinate at F places, from one end of its range to the other.

    The places are evenly spaced; the last one is the end that leads to the
    class. N is the number of example images, M that of the images measured.
    """

    # The examples at each place, uint8 [N, F, H, W, 3], the probability of
    # the class, float [N, F], and whether the classifier decides for it.
    frames: np.ndarray
    probabilities: np.ndarray
    decided: np.ndarray
    # Where each example is by itself, [N]: 0 is the first place, 1 the last.
    own_places: np.ndarray
    # Dose and response of images of other classes, float [M, F].
    responses: np.ndarray
    # The same on the photographs; None where the page has no room for it.
    carried: CarriedFrames | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where the parts do not belong together."""
        if self.frames.dtype != np.uint8 or self.frames.ndim != 5:
            raise ValueError(
                f"frames are {self.frames.dtype} {self.frames.shape}; "
                "expected uint8 [N, F, H, W, 3]"
            )
        examples, places = self.frames.shape[:2]
        if places < 2:
            raise ValueError(f"frames have {places} places; expected 2 or more")
        for name, expected in (
            ("probabilities", (examples, places)),
            ("decided", (examples, places)),
            ("own_places", (examples,)),
            ("responses", (len(self.responses), places)),
        ):
            _check_shape(name, getattr(self, name), expected)
        if self.carried is not None:
            for name in ("frames", "probabilities", "decided"):
                _check_shape(
                    f"carried {name}",
                    getattr(self.carried, name),
                    getattr(self, name).shape,
                )

    @property
    def places(self) -> int:
        """Counts the places, F."""
        return self.frames.shape[1]


def _check_shape(
    name: str, array: np.ndarray, expected: tuple[int, ...]
) -> None:
    if array.shape != expected:
        raise ValueError(f"{name} has shape {array.shape}; expected {expected}")
