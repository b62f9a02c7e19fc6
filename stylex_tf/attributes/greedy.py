"""Picks edits one by one until images are explained, in both published ways.

Both read a matrix of effects on the target class, images by edits, whose
columns are direction * S + coordinate.
"""

import numpy as np

from stylex_tf import choice


class Procedure(choice.Choice):
    """How edits are picked: `notebook` or `paper`, below."""

    NOTEBOOK = "notebook"
    PAPER = "paper"


def notebook(
    towards: np.ndarray,
    top_k: int,
    *,
    cap: float,
    refill: bool,
    minimum_effect: float,
) -> list[int]:
    """Selects as Google's notebook does: accounts that fill up.

    Takes the edit with the largest mean positive effect over the images whose
    account is below the cap, and adds to every account what the edit does to
    that image.

    Args:
        towards: signed effects, [n, 2S].
        top_k: at most so many edits.
        cap: an image is explained once its account reaches this.
        refill: begin another round when every image is explained or nothing
            helps those that are left; the edits taken stay taken.
        minimum_effect: at least 0; an edit whose mean is not above it does not
            help.

    Returns:
        Columns, best first; none twice.
    """
    helps = np.maximum(towards, 0.0)
    account = np.zeros(len(helps))
    selected: list[int] = []
    while len(selected) < top_k:
        unexplained = account < cap
        # No image left: the mean over none is 0 here, not NaN.
        mean = helps[unexplained].sum(axis=0) / max(unexplained.sum(), 1)
        best = int(mean.argmax())
        if mean[best] <= minimum_effect:
            # Nothing helps those that are left, or none is left.
            if not refill or not account.any():
                break
            account[:] = 0.0
            continue
        selected.append(best)
        account += helps[:, best]
        helps[:, best] = 0.0
    return selected


def paper(
    towards: np.ndarray,
    top_k: int,
    *,
    threshold: float,
    minimum_effect: float,
) -> list[int]:
    """Selects by Lang et al. 2021, Algorithm 1: images that leave.

    A coordinate that raises the target in both directions, by its mean over
    all images, is inconsistent and never taken. Then, repeatedly, the edit
    with the largest mean effect over the images that are not yet explained is
    taken, its coordinate with it, and the images on which its own effect
    exceeds the threshold leave.

    Args:
        towards: signed effects, [n, 2S].
        top_k: M, at most so many edits.
        threshold: t, in the unit of the effects.
        minimum_effect: at least 0; an edit whose mean is not above it does not
            raise the target.

    Returns:
        Columns, in the order taken; no coordinate twice.
    """
    size = towards.shape[1] // 2
    left = towards.copy()
    raises = left.sum(axis=0) > minimum_effect * len(left)
    left[:, np.tile(raises[:size] & raises[size:], 2)] = 0.0
    selected: list[int] = []
    while len(selected) < top_k and len(left):
        mean = left.mean(axis=0)
        best = int(mean.argmax())
        if mean[best] <= minimum_effect:
            break
        selected.append(best)
        left = left[left[:, best] <= threshold]
        left[:, best % size :: size] = 0.0
    return selected
