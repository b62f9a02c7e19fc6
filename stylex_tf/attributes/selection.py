"""Ranks the coordinates that explain a class, from the table of effects."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from stylex_tf import choice
from stylex_tf.attributes import effects as effects_lib
from stylex_tf.attributes import greedy, log_odds, reliability, target_effects


class Merge(choice.Choice):
    """How the lists of two classes become one, see `merge_binary`."""

    OTHER_CLASS = "other_class"
    ALL_IMAGES = "all_images"


@dataclasses.dataclass(frozen=True)
class Attribute:
    """One coordinate, moved one way.

    Attributes:
        coordinate: index into the S searched styles.
        direction: 0 towards the minimum, 1 towards the maximum.
        effect: what the edit adds to the target, mean over the images.
        share: the share of the images whose decision this edit alone turns.
    """

    coordinate: int
    direction: int
    effect: float
    share: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rules:
    """How class attributes are selected; `PAPER` and `NOTEBOOK` are parity.

    Attributes:
        procedure: "notebook" fills each image's account up to a cap, "paper"
            (Algorithm 1) drops inconsistent coordinates and lets an image
            leave after one strong edit. See `greedy`.
        measure: "logit" is the notebook's effect on the logit of the target,
            "probability" the paper's on its probability, "log_odds" the
            effect against all other classes.
            Differs from the notebook: log odds are the default, since a
            classifier's logits have a free common offset (a sigmoid head's
            first logit never moves at all).
            Differs from the paper: probabilities hardly move where the
            classifier is sure, log odds do.
        cap: "notebook": an image is explained once its accumulated effect
            reaches this; 1.0 is the notebook's for two classes.
        refill: "notebook": when every image is explained, begin another round
            instead of ending the list. Differs from the notebook, which goes
            on with the mean over no images, NaN.
        threshold: "paper": an image is explained once a selected edit's
            effect on it exceeds this; 0.3 of a probability is the paper's.
        minimum_effect: an edit whose mean effect is not above this does not
            help; smaller ones are rounding. 0 is the notebook's.
        leads: an edit that leads away from the class in the mean is left out,
            however strongly it leads some images to it. Differs from the
            notebook, which looks at what leads towards the class alone.
        unstable_effect, unstable_share: an image is left out where more than
            this share of all its changes of logits, one for each edit and
            class, is beyond the first (`reliability`). Differs from the
            notebook: its 750 of 23,040 are 3 %, which two strong coordinates
            are already in a generator of 28. More than half of all is an
            image that breaks whatever is done to it.
        merge: how the lists of two classes become one (`merge_binary`).
        score_limit: a coordinate whose edits change the discriminator's score
            by more than this in the mean is left out (`reliability`); 0.2 is
            the notebook's, 0 leaves none out.
    """

    procedure: str = greedy.Procedure.NOTEBOOK
    measure: str = target_effects.Measure.LOG_ODDS
    cap: float = 1.0
    refill: bool = True
    threshold: float = 0.3
    minimum_effect: float = log_odds.ROUNDING
    leads: bool = True
    unstable_effect: float = 2.0
    unstable_share: float = 0.5
    merge: str = Merge.OTHER_CLASS
    score_limit: float = 0.0

    def __post_init__(self):
        """Raises ValueError for a rule that cannot be followed."""
        for name, kind in (
            ("procedure", greedy.Procedure),
            ("measure", target_effects.Measure),
            ("merge", Merge),
        ):
            object.__setattr__(self, name, kind(getattr(self, name)))
        for name in ("cap", "threshold"):
            if not getattr(self, name) > 0:
                raise ValueError(
                    f"{name} is {getattr(self, name)}; expected more than 0"
                )
        for name in ("minimum_effect", "unstable_effect", "score_limit"):
            if not getattr(self, name) >= 0:
                raise ValueError(
                    f"{name} is {getattr(self, name)}; expected at least 0"
                )

        if not 0.0 <= self.unstable_share <= 1.0:
            raise ValueError(
                f"unstable_share is {self.unstable_share}; expected 0 to 1"
            )


PAPER = Rules(
    procedure=greedy.Procedure.PAPER,
    measure=target_effects.Measure.PROBABILITY,
    minimum_effect=1e-6,
    leads=False,
    unstable_share=1.0,
)
"""Lang et al. 2021, Algorithm 1.

Differs from the paper: with its 0, rounding alone in the other direction would
make a coordinate inconsistent. Probabilities of rare classes move by little, so
the limit is lower than for log odds.
"""

NOTEBOOK = Rules(
    measure=target_effects.Measure.LOGIT,
    refill=False,
    minimum_effect=0.0,
    leads=False,
    # 750 entries of the 5,760 coordinates, both ways, and two classes.
    unstable_share=750 / (2 * 5_760 * 2),
    merge=Merge.ALL_IMAGES,
)
"""Google's notebook for two classes."""


def select_class_attributes(
    effects: effects_lib.StyleEffects,
    *,
    target_class: int,
    top_k: int,
    rules: Rules | None = None,
    source_class: int | None = None,
) -> list[Attribute]:
    """Ranks the edits that lead images of other classes to one class.

    Args:
        effects: the table.
        target_class: y.
        top_k: at most so many attributes.
        rules: the selection's settings.
        source_class: look at the images whose reconstruction is predicted as
            this class (a to b) instead of as any but y (one against rest).

    Returns:
        Attributes in the order of selection. Fewer than `top_k`, possibly
        none, where no image is left or no edit helps any image.

    Raises:
        ValueError: there is no such class, source and target are the same, or
            the rules ask for score changes that the table does not have.
    """
    rules = rules or Rules()
    _check_top_k(top_k)
    images = _images(effects, target_class, source_class, rules)
    realistic = _realistic(effects, images, rules)
    if not images.size:
        return []
    towards, wins = target_effects.of_images(
        effects, images, target_class, rules.measure
    )
    order = _order(towards, realistic, top_k, rules)
    mean, share = towards.mean(axis=0), wins.mean(axis=0)
    return [
        _attribute(effects, column, mean[column], share[column])
        for column in order
    ]


# Longer than 60 lines: one rule, with the reason of each step beside it.
def merge_binary(
    effects: effects_lib.StyleEffects,
    *,
    top_k: int,
    rules: Rules | None = None,
) -> list[Attribute]:
    """Ranks one list for two classes; its directions lead to class 1.

    The lists of both classes are joined, with the directions of class 0's
    turned round. An edit of direction d (0 or 1) is ranked by the mean of its
    effect towards class 1 plus the mean effect of direction 1 - d towards class
    0; `effect` is that sum. The discriminator's verdict, where asked for, is
    over all these images.

    `Merge.OTHER_CLASS` takes the first mean over images of class 0 and the
    second over images of class 1, those that each edit is meant for, and
    drops an edit that both lists have.

    `Merge.ALL_IMAGES` is Google's notebook: both means are over all images,
    with zeros for the unstable ones. Where both lists have a coordinate, in
    whichever direction, class 1's edit is dropped.

    Raises:
        ValueError: there are not two classes, or the rules ask for score
            changes that the table does not have.
    """
    rules = rules or Rules()
    _check_top_k(top_k)
    if effects.num_classes != 2:
        raise ValueError(
            f"merge_binary needs 2 classes; the table has {effects.num_classes}"
        )
    size = effects.num_coordinates
    total = np.zeros(2 * size)
    flipped, looked_at = np.zeros(2 * size), 0
    lists: list[list[int]] = [[], []]
    sources = [_images(effects, target, None, rules) for target in (0, 1)]
    everybody = np.concatenate(sources)
    realistic = _realistic(effects, everybody, rules)
    over_all = rules.merge == Merge.ALL_IMAGES
    for target, images in enumerate(sources):
        if not images.size:
            continue
        towards, wins = target_effects.of_images(
            effects, images, target, rules.measure
        )
        order = np.array(_order(towards, realistic, top_k, rules), dtype=int)
        mean, flips = towards.mean(axis=0), wins.sum(axis=0)
        if over_all:
            mean = _mean_over_all(effects, everybody, target, rules)
        if target == 0:
            # The column of the other direction of the same coordinate.
            order = (order + size) % (2 * size)
            mean, flips = np.roll(mean, size), np.roll(flips, size)
        lists[target] = order.tolist()
        total += mean
        flipped += flips
        looked_at += images.size
    columns = _joined(lists, size, by_coordinate=over_all)
    ranked = sorted(columns, key=lambda column: (-total[column], column))
    return [
        _attribute(effects, column, total[column], flipped[column] / looked_at)
        for column in ranked[:top_k]
    ]


def _mean_over_all(
    effects: effects_lib.StyleEffects,
    stable: np.ndarray,
    target: int,
    rules: Rules,
) -> np.ndarray:
    """Averages effects over all images, unstable ones as 0, [2S]."""
    towards, _ = target_effects.of_images(
        effects, stable, target, rules.measure
    )
    return towards.sum(axis=0) / effects.num_images


def _joined(
    lists: Sequence[Sequence[int]], size: int, *, by_coordinate: bool
) -> list[int]:
    """Joins the columns of two lists; of equal ones, the first list's stays."""
    first, second = lists
    if not by_coordinate:
        return [*first, *(column for column in second if column not in first)]
    known = {column % size for column in first}
    return [
        *first,
        *(column for column in second if column % size not in known),
    ]


def one_a_coordinate(attributes: Sequence[Attribute]) -> list[Attribute]:
    """Keeps the first edit of each coordinate; a later one would undo it."""
    first: dict[int, Attribute] = {}
    for attribute in attributes:
        first.setdefault(attribute.coordinate, attribute)
    return list(first.values())


def interleave(lists: Sequence[Sequence[Attribute]]) -> list[Attribute]:
    """Joins several classes' lists by rank; keeps the first of equal ones."""
    joined: dict[tuple[int, int], Attribute] = {}
    for rank in range(max((len(ranked) for ranked in lists), default=0)):
        for ranked in lists:
            if rank < len(ranked):
                key = (ranked[rank].coordinate, ranked[rank].direction)
                joined.setdefault(key, ranked[rank])
    return list(joined.values())


def independent(
    effects: effects_lib.StyleEffects,
    *,
    image: int,
    target_class: int,
    top_k: int,
    measure: str = target_effects.Measure.LOG_ODDS,
) -> list[Attribute]:
    """Picks the edits with the largest effects on one image.

    Args:
        effects: the table.
        image: the row of the image.
        target_class: the class to lead to.
        top_k: at most so many; only edits that help are listed.
        measure: as in `Rules`.

    Raises:
        ValueError: there is no such image, class or measure.
    """
    _check_top_k(top_k)
    target_effects.check_image(effects, image)
    target_effects.check_class(effects, target_class)
    towards, wins = target_effects.of_images(
        effects, np.array([image]), target_class, measure
    )
    order = np.argsort(-towards[0], kind="stable")[:top_k]
    return [
        _attribute(effects, column, towards[0, column], wins[0, column])
        for column in order
        if towards[0, column] > log_odds.ROUNDING
    ]


def _check_top_k(top_k: int) -> None:
    if top_k < 1:
        raise ValueError(f"top_k is {top_k}; expected at least 1")


def _images(
    effects: effects_lib.StyleEffects,
    target_class: int,
    source_class: int | None,
    rules: Rules,
) -> np.ndarray:
    """Finds stable images of the source class, or of all but the target."""
    target_effects.check_class(effects, target_class)
    if source_class is None:
        looked_at = effects.predictions != target_class
    else:
        target_effects.check_class(effects, source_class)
        if source_class == target_class:
            raise ValueError(
                f"source_class and target_class are both {target_class}; "
                "expected two classes"
            )
        looked_at = effects.predictions == source_class
    return reliability.stable_images(
        effects,
        np.flatnonzero(looked_at),
        unstable_effect=rules.unstable_effect,
        unstable_share=rules.unstable_share,
    )


def _realistic(
    effects: effects_lib.StyleEffects, images: np.ndarray, rules: Rules
) -> np.ndarray:
    """Says of each coordinate whether it may be selected, [S]."""
    return reliability.realistic_coordinates(
        effects, images, score_limit=rules.score_limit
    )


def _order(
    towards: np.ndarray, realistic: np.ndarray, top_k: int, rules: Rules
) -> list[int]:
    """Orders columns of [n, 2S] as they are selected."""
    # An edit without effect is never selected.
    towards = np.where(np.tile(realistic, 2), towards, 0.0)
    if rules.leads:
        led = towards.mean(axis=0) > rules.minimum_effect
        towards = np.where(led, towards, 0.0)
    if rules.procedure == greedy.Procedure.PAPER:
        return greedy.paper(
            towards,
            top_k,
            threshold=rules.threshold,
            minimum_effect=rules.minimum_effect,
        )
    return greedy.notebook(
        towards,
        top_k,
        cap=rules.cap,
        refill=rules.refill,
        minimum_effect=rules.minimum_effect,
    )


def _attribute(
    effects: effects_lib.StyleEffects, column: int, effect: float, share: float
) -> Attribute:
    direction, coordinate = divmod(int(column), effects.num_coordinates)
    return Attribute(coordinate, direction, float(effect), float(share))
