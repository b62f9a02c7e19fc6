"""Searches among candidates that gradients choose."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from stylex_tf.attributes import edit_space
from stylex_tf.attributes import effects as effects_lib
from stylex_tf.search import calibration as calibration_lib
from stylex_tf.search import (
    chosen_edits,
    gradient_effects,
    resumed_edits,
)
from stylex_tf.search import model as model_lib

Progress = resumed_edits.Progress

PILOT_IMAGES = 32
"""Images of which every edit is measured, to calibrate the gradients."""


def pilot_rows(images: int, pilot_images: int = PILOT_IMAGES) -> np.ndarray:
    """Returns the rows of images that are measured whole: evenly spaced."""
    count = min(images, pilot_images)
    return np.linspace(0, images - 1, count).astype(int)


class ScreenedSearch:
    """The fast search, compiled once for any number of calls.

    Every edit of the pilot images is measured; of the others the best
    candidates towards each class that is not predicted, and the rest counts
    as no effect, 0. With many classes nearly every edit is a candidate for
    one of them: then the exact search is as fast.
    """

    def __init__(
        self,
        model: model_lib.Model,
        space: edit_space.EditSpace,
        *,
        candidates: int,
        pilot_images: int = PILOT_IMAGES,
        batch_size: int = 256,
    ):
        """Compiles nothing yet.

        Args:
            model: see `screening.measure_effects`.
            space: see `screening.measure_effects`.
            candidates: M, at most 2S.
            pilot_images: how many are measured whole; 0 trusts the gradients.
            batch_size: see `screening.measure_effects`.

        Raises:
            ValueError: there are not so many edits, or a generator with
                another number of searched coordinates.
        """
        if not 0 < candidates <= 2 * space.size:
            raise ValueError(
                f"candidates is {candidates}; expected 1 to {2 * space.size}, "
                "the edits"
            )
        self._space = space
        self._candidates = candidates
        self._pilot_images = pilot_images
        self._measure = chosen_edits.ChosenEdits(
            model, space, batch_size=batch_size
        )
        self._estimate = gradient_effects.GradientEffects(
            model, space, batch_size=batch_size
        )

    def __call__(
        self,
        styles: np.ndarray,
        image_ids: Sequence[str],
        progress: Progress | None = None,
    ) -> effects_lib.StyleEffects:
        """Measures some images, [N, T]; see `screening.measure_effects`."""
        size = self._space.size
        styles = resumed_edits.check_images(styles, image_ids, size)
        images = len(styles)
        pilot = pilot_rows(images, self._pilot_images)
        others = np.setdiff1d(np.arange(images), pilot)
        parts, calibration = [], None
        if pilot.size:
            every = np.ones([len(pilot), 2, size], bool)
            ids = [image_ids[row] for row in pilot]
            parts.append(self._measure(styles[pilot], every, ids, progress))
            calibration = calibration_lib.fit(
                self._estimate, styles[pilot], parts[0]
            )
        if others.size:
            chosen = self._promising(styles[others], calibration)
            ids = [image_ids[row] for row in others]
            parts.append(self._measure(styles[others], chosen, ids, progress))
        order = np.argsort(np.concatenate([pilot, others]))
        return dataclasses.replace(
            effects_lib.merge(parts).take(order), screened=self._candidates
        )

    def _promising(
        self,
        styles: np.ndarray,
        calibration: calibration_lib.Calibration | None,
    ) -> np.ndarray:
        """Marks the candidates towards all classes not predicted, [N, 2, S]."""
        away = np.full(len(styles), gradient_effects.AWAY)
        promised, logits = self._estimate(styles, away)
        classes = logits.argmax(axis=1)
        rows, targets = np.arange(len(styles)), away
        if logits.shape[1] > 2:
            # With two classes, away from one is towards the other.
            other = np.arange(logits.shape[1]) != classes[:, None]
            rows, targets = np.nonzero(other)
            promised, _ = self._estimate(styles[rows], targets)
        if calibration is not None:
            promised = calibration.upper_bounds(
                promised,
                gradient_effects.moves_of(styles[rows], self._space),
                classes[rows],
                targets,
            )
        best = np.argsort(-promised, axis=1, kind="stable")
        chosen = np.zeros([len(styles), 2 * self._space.size], bool)
        chosen[rows[:, None], best[:, : self._candidates]] = True
        return chosen.reshape(len(styles), 2, -1)
