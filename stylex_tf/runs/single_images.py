"""Shows for single images what would change the decision about each."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import carried_edit, selection, subset
from stylex_tf.ops import preprocessing
from stylex_tf.report import single_image
from stylex_tf.runs import searching
from stylex_tf.runs import trained as trained_lib

_IMAGES = 8
# Strongest edits of an image, each by itself.
_INDEPENDENT = 4

# What one picture moves at once.
Moved = Sequence[selection.Attribute]


def explain(
    trained: trained_lib.TrainedRun, search_result: searching.SearchResult
) -> tuple[single_image.SingleImage, ...]:
    """Explains the first searched images of every class in turn.

    Args:
        trained: the run.
        search_result: what the search found.
    """
    return tuple(
        _explain_one(trained, search_result, row)
        for row in _in_turn(search_result.table.predictions)
    )


def _in_turn(predictions: np.ndarray) -> list[int]:
    """Picks rows of images in the classes' turn, so that none flatters.

    Args:
        predictions: the class of each image, [N].
    """
    place = np.zeros(len(predictions), int)
    for label in np.unique(predictions):
        of_class = predictions == label
        place[of_class] = np.arange(of_class.sum())
    order = np.lexsort((np.arange(len(predictions)), predictions, place))
    return order[:_IMAGES].tolist()


def _explain_one(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    row: int,
) -> single_image.SingleImage:
    functions, table = trained.stylex, search_result.table
    image = trained.held_out.searched.images[row]
    pixels = tf.constant(preprocessing.to_float_numpy(image[None]))
    target = int(np.argsort(-table.base_logits[row], kind="stable")[1])
    alone = _once_each(
        selection.independent(
            table,
            image=row,
            target_class=target,
            # Both ends of a coordinate may lead there.
            top_k=2 * _INDEPENDENT,
            measure=searching.selection_rules(trained).measure,
        )
    )[:_INDEPENDENT]
    together = subset.subset(
        table,
        image=row,
        ranked=search_result.by_class[target],
        target_class=target,
    ).attributes
    rebuilt = functions.generate(tf.constant(search_result.styles[row][None]))
    reconstruction = preprocessing.to_uint8(rebuilt).numpy()[0]
    return single_image.SingleImage(
        image_id=table.image_ids[row],
        image=image,
        reconstruction=reconstruction,
        probabilities_image=functions.probabilities(pixels)[0],
        probabilities_reconstruction=functions.probabilities(rebuilt)[0],
        target=target,
        independent=_edits(
            trained,
            search_result,
            row,
            reconstruction,
            alone,
            _by_itself(alone),
        ),
        subset=_edits(
            trained,
            search_result,
            row,
            reconstruction,
            together,
            _growing(together),
        ),
    )


def _once_each(
    attributes: Sequence[selection.Attribute],
) -> list[selection.Attribute]:
    """Keeps that end of each coordinate that does more."""
    best: dict[int, selection.Attribute] = {}
    for attribute in attributes:
        best.setdefault(attribute.coordinate, attribute)
    return list(best.values())


def _by_itself(named: Sequence[selection.Attribute]) -> list[Moved]:
    return [[attribute] for attribute in named]


def _growing(named: Sequence[selection.Attribute]) -> list[Moved]:
    return [named[: last + 1] for last in range(len(named))]


def _edits(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    row: int,
    reconstruction: np.ndarray,
    named: Sequence[selection.Attribute],
    moved: Sequence[Moved],
) -> tuple[single_image.Edit, ...]:
    """Draws one image several times, with some attributes moved in each."""
    if not named:
        return ()
    # A picture that moves fewer is filled up with no edit.
    coordinates = np.full((len(moved), len(moved[-1])), -1)
    directions = np.zeros_like(coordinates)
    for index, group in enumerate(moved):
        coordinates[index, : len(group)] = [
            attribute.coordinate for attribute in group
        ]
        directions[index, : len(group)] = [
            attribute.direction for attribute in group
        ]
    styles = search_result.table.space.apply(
        np.repeat(search_result.styles[row][None], len(moved), axis=0),
        coordinates,
        directions,
    )
    pixels = trained.stylex.generate(tf.constant(styles))
    pictures = preprocessing.to_uint8(pixels).numpy()
    (carried,) = carried_edit.carry(
        trained.held_out.searched.images[row][None],
        reconstruction[None],
        pictures[None],
    )
    said = trained.stylex.probabilities(pixels)
    said_carried = trained.stylex.probabilities(
        tf.constant(preprocessing.to_float_numpy(carried))
    )
    return tuple(
        single_image.Edit(
            coordinate=attribute.coordinate,
            direction=attribute.direction,
            effect=attribute.effect,
            picture=picture,
            probabilities=said[place],
            carried=carried[place],
            probabilities_carried=said_carried[place],
        )
        for place, (attribute, picture) in enumerate(
            zip(named, pictures, strict=True)
        )
    )
