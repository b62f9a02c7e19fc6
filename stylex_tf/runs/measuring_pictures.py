"""Measures how reconstructions and edits look, beside comparisons."""

import dataclasses
import math

import numpy as np
import tensorflow as tf

from stylex_tf.evaluation import (
    blur,
    first_edits,
    linear_code,
    realism,
    reconstruction,
    record,
)
from stylex_tf.ops import batching
from stylex_tf.runs import second_opinion
from stylex_tf.runs import trained as trained_lib

# Training images that a linear code is fitted to, as far as their numbers fit
# into memory: 508 of 256 pixels.
_PCA_IMAGES = 2_000
_PCA_VALUES = 100_000_000


class Pictures:
    """Reconstructions of the unseen images, and what they are compared with."""

    def __init__(
        self,
        trained: trained_lib.TrainedRun,
        rebuilt: reconstruction.Reconstruction,
        opinion: second_opinion.SecondOpinion,
    ):
        """Generates the reconstructions.

        Args:
            trained: the run.
            rebuilt: reconstructions of its unseen images.
            opinion: its features are the yardstick.
        """
        self._trained, self._opinion = trained, opinion
        self._measured = rebuilt
        # float [N, H, W, 3] in [-1, 1].
        self.rebuilt = batching.apply(
            trained.stylex.generate,
            rebuilt.styles,
            batch_size=trained.settings.attributes.batch_size,
        )

    def reconstruction(self) -> record.Reconstruction:
        """Measures reconstructions, beside those of a linear code (PCA)."""
        images = self._trained.held_out.unseen.images
        fitting = _PCA_VALUES // math.prod(images.shape[1:])
        train = self._trained.dataset.load(
            "train", limit=min(_PCA_IMAGES, max(2, fitting))
        )
        code = linear_code.LinearCode.fit(
            train.images, self._trained.stylex.style_space.total
        )
        l1, perceptual = reconstruction.distances(
            images, code.rebuild(images), self._opinion.features
        )
        return dataclasses.replace(
            self._measured.figures(), l1_pca=l1, perceptual_pca=perceptual
        )

    def realism(
        self,
        edits: first_edits.FirstEdits | None,
        drawn: np.ndarray | None,
    ) -> record.Realism:
        """Measures how far sets of pictures are from the training images.

        The sets are the reconstructions, the images blurred and, where there
        are edits, the edited and the carried pictures.

        Args:
            edits: the edits of the unseen images; None measures no edits.
            drawn: what the edits are compared with: their drawn
                counterfactuals, uint8; None takes real images of the classes
                that the edits lead to.
        """
        images = self._trained.held_out.unseen.images
        others = {"kid_blurred": blur.gaussian(images)}
        if edits is not None:
            others["kid_edited"] = edits.edited
            others["kid_carried"] = edits.carried
            others["kid_edited_floor"] = (
                self._of_targets(edits) if drawn is None else drawn
            )
        return realism.measure(
            tf.function(
                self._opinion.embed, reduce_retracing=True, autograph=False
            ),
            self._trained.dataset.load("train", limit=len(images)).images,
            images,
            self.rebuilt,
            extractor=self._opinion.extractor,
            others=others,
        )

    def _of_targets(self, edits: first_edits.FirstEdits) -> np.ndarray:
        """Returns unseen images of the classes that edits lead to.

        None is taken twice: where a class has fewer images than edits, its
        share is smaller.
        """
        classes = self._measured.logits.argmax(axis=1)
        rows = [
            np.flatnonzero(classes == target)[: np.sum(edits.targets == target)]
            for target in np.unique(edits.targets)
        ]
        return self._trained.held_out.unseen.images[np.concatenate(rows)]
