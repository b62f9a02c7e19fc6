"""Decides which of the attributes that a search found are listed."""

import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from stylex_tf.attributes import edit_space, selection
from stylex_tf.evaluation import (
    reconstruction,
    significance,
    turned_decisions,
)
from stylex_tf.runs import searching
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import model as model_lib

# What edits turn, of each class's images.
Turned = dict[int, turned_decisions.Turned]


def find(
    trained: trained_lib.TrainedRun, search_result: searching.SearchResult
) -> tuple[searching.SearchResult, significance.Verdict]:
    """Tests the attributes of a run on images that its search has not seen.

    Args:
        trained: the run.
        search_result: the attributes that the search found.

    Returns:
        See `find_on`.
    """
    images = trained.held_out.tested.images
    functions, settings = trained.stylex, trained.settings.attributes
    return find_on(
        functions.model,
        images,
        reconstruction.reconstruct(functions.encode, functions.model, images),
        search_result,
        redundant=settings.redundant,
        batch_size=settings.batch_size,
    )


def find_on(
    model: model_lib.Model,
    images: np.ndarray,
    rebuilt: reconstruction.Reconstruction,
    search_result: searching.SearchResult,
    *,
    redundant: bool = False,
    batch_size: int = 256,
) -> tuple[searching.SearchResult, significance.Verdict]:
    """Tests attributes on images, by the rules of `significance`.

    Args:
        model: its generator and classifier are asked.
        images: that the search has not seen, all different, uint8
            [N, H, W, 3].
        rebuilt: their reconstructions.
        search_result: the attributes that the search found.
        redundant: list what turns no further decision as well.
        batch_size: pictures at once.

    Returns:
        The listed attributes, and the verdict on each of those found. Listed
        is what matters by itself, as far as it is needed. A class that has
        none lists what matters together, as far as it is needed.
    """
    ask = functools.partial(
        _ask, model, images, rebuilt, search_result.table.space, batch_size
    )
    candidates = search_result.by_class
    verdict = significance.judge(
        ask(turned_decisions.measure, candidates),
        ask(turned_decisions.measure, candidates, reverse=True),
        images=len(images),
    )
    alone = search_result.only(verdict.significant)
    if not redundant:
        together = ask(turned_decisions.together, alone.by_class)
        alone = alone.only(
            {
                target: significance.needed(turned.by_edit)
                for target, turned in together.items()
            }
        )
    without = {
        target: candidates[target]
        for target, listed in alone.by_class.items()
        if not listed
    }
    joint = matter_together(ask, without, redundant=redundant)
    lists = {**alone.by_class, **joint}
    return search_result.with_lists(lists, together=frozenset(joint)), verdict


def matter_together(
    ask: Callable[..., Turned],
    candidates: Mapping[int, Sequence[selection.Attribute]],
    *,
    redundant: bool = False,
) -> dict[int, list[selection.Attribute]]:
    """Returns the lists of the classes whose attributes matter together.

    Args:
        ask: takes a question of `turned_decisions`, each class's attributes,
            and the question's options; returns what they turn.
        candidates: the attributes of classes of which none matters by itself.
        redundant: see `find_on`.
    """
    at_once = {
        target: selection.one_a_coordinate(attributes)
        for target, attributes in candidates.items()
    }
    together = functools.partial(ask, turned_decisions.together)
    lists = {
        target: at_once[target]
        for target in significance.turn_together(together(at_once, whole=True))
    }
    if not redundant:
        lists = {
            target: lists[target][: sum(significance.needed(turned.by_edit))]
            for target, turned in together(lists).items()
        }
    back = together(lists, whole=True, reverse=True)
    return {
        target: attributes
        for target, attributes in lists.items()
        if all(significance.works_back(back[target]))
    }


# More than seven parameters: the question, and all that it asks for.
def _ask(
    model: model_lib.Model,
    images: np.ndarray,
    rebuilt: reconstruction.Reconstruction,
    space: edit_space.EditSpace,
    batch_size: int,
    question: Callable[..., Turned],
    attributes: Mapping[int, Sequence[selection.Attribute]],
    **options: bool,
) -> Turned:
    """Asks what attributes turn, each alone or the first so many together."""
    return question(
        model,
        images,
        rebuilt,
        space,
        attributes,
        batch_size=batch_size,
        **options,
    )
