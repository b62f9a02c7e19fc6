"""Says which images are led to which other class."""

import dataclasses

import numpy as np

from stylex_tf.evaluation import reconstruction


@dataclasses.dataclass(frozen=True, eq=False)
class Led:
    """Images whose reconstruction keeps the class, and where they are led.

    Attributes:
        rows: which of the unseen images they are, [M].
        sources: the class of image and reconstruction, [M].
        targets: the other of two classes, else the one that comes second in
            the reconstruction, [M].
    """

    rows: np.ndarray
    sources: np.ndarray
    targets: np.ndarray

    @classmethod
    def of(cls, held_out: reconstruction.Reconstruction) -> "Led":
        """Takes every image whose reconstruction keeps the class."""
        rows = np.flatnonzero(held_out.keeps_class)
        order = np.argsort(
            -held_out.reconstructed_logits[rows], axis=1, kind="stable"
        )
        return cls(rows=rows, sources=order[:, 0], targets=order[:, 1])

    @classmethod
    def between(
        cls, held_out: reconstruction.Reconstruction, source: int, target: int
    ) -> "Led":
        """Takes the images of one class, to lead all of them to another.

        Args:
            held_out: reconstructions of the unseen images.
            source: the class of image and reconstruction.
            target: where they are led, whatever comes second for them.
        """
        all_led = cls.of(held_out)
        mine = all_led.sources == source
        return cls(
            rows=all_led.rows[mine],
            sources=all_led.sources[mine],
            targets=np.full(mine.sum(), target),
        )

    def __len__(self) -> int:
        """Counts the images, M."""
        return len(self.rows)
