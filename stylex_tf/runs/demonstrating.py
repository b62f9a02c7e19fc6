"""Turns each attribute's knob from one end to the other, for the report."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import carried_edit
from stylex_tf.ops import batching, preprocessing
from stylex_tf.report import demonstration, findings, layout
from stylex_tf.runs import searching
from stylex_tf.runs import trained as trained_lib


def demonstrate(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    shown: findings.Findings,
    plan: layout.Layout,
) -> Mapping[tuple[int, int], demonstration.Demonstration]:
    """Turns the knob of every attribute.

    Args:
        trained: the run.
        search_result: what the search found.
        shown: the attributes, with the images that show them.
        plan: how many places a knob has, and how many images are measured.

    Returns:
        By the class and the attribute's rank; empty where the plan has no
        knobs.
    """
    if not plan.places:
        return {}
    rows = {name: row for row, name in enumerate(search_result.table.image_ids)}
    return {
        (of_class.class_index, view.rank): _turn(
            trained,
            search_result,
            of_class.class_index,
            view,
            np.array([rows[name] for name in view.image_ids], int),
            plan,
        )
        for of_class in shown.classes
        for view in of_class.attributes
        if view.image_ids
    }


def _turn(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    target: int,
    view: findings.AttributeView,
    examples: np.ndarray,
    plan: layout.Layout,
) -> demonstration.Demonstration:
    functions = trained.stylex
    batch_size = trained.settings.attributes.batch_size
    ends = search_result.table.ranges.ends()[:, view.coordinate]
    first, last = ends[1 - view.direction], ends[view.direction]
    doses = np.linspace(first, last, plan.places, dtype=np.float32)
    others = np.flatnonzero(search_result.table.predictions != target)

    def see(styles: tf.Tensor) -> tf.Tensor:
        return preprocessing.to_uint8(functions.generate(styles))

    def answer(styles: tf.Tensor) -> tf.Tensor:
        return tf.nn.softmax(functions.classify(functions.generate(styles)))

    turned = _at_all(search_result.styles[examples], view.coordinate, doses)
    measured = _at_all(
        search_result.styles[others[: plan.measured]], view.coordinate, doses
    )
    frames = batching.apply(see, turned, batch_size=batch_size)
    said = batching.apply(answer, turned, batch_size=batch_size)
    responses = batching.apply(answer, measured, batch_size=batch_size)
    by_example = (len(examples), plan.places)
    frames = frames.reshape(*by_example, *frames.shape[1:])
    own = search_result.styles[examples, view.coordinate]
    return demonstration.Demonstration(
        frames=frames,
        probabilities=said[:, target].reshape(by_example),
        decided=(said.argmax(axis=1) == target).reshape(by_example),
        # An image may lie beyond an end that is not the outermost.
        own_places=np.clip((own - first) / (last - first), 0.0, 1.0),
        responses=responses[:, target].reshape(-1, plan.places),
        carried=_carry(trained, target, view.sources, frames, examples)
        if plan.carried_knob
        else None,
    )


def _carry(
    trained: trained_lib.TrainedRun,
    target: int,
    pictures: np.ndarray,
    frames: np.ndarray,
    examples: np.ndarray,
) -> demonstration.CarriedFrames:
    """Carries every frame onto its photograph, and asks the classifier."""
    photographs = trained.held_out.searched.images[examples]
    carried = carried_edit.carry(photographs, pictures, frames)

    def answer(images: tf.Tensor) -> tf.Tensor:
        pixels = preprocessing.to_float(images)
        return tf.nn.softmax(trained.stylex.classify(pixels))

    said = batching.apply(
        answer,
        carried.reshape(-1, *carried.shape[2:]),
        batch_size=trained.settings.attributes.batch_size,
    )
    by_example = carried.shape[:2]
    return demonstration.CarriedFrames(
        frames=carried,
        probabilities=said[:, target].reshape(by_example),
        decided=(said.argmax(axis=1) == target).reshape(by_example),
    )


def _at_all(
    styles: np.ndarray, coordinate: int, doses: np.ndarray
) -> np.ndarray:
    """Gives each image all doses, side by side, [N, T], [F] -> [N * F, T]."""
    turned = np.repeat(styles, len(doses), axis=0)
    turned[:, coordinate] = np.tile(doses, len(styles))
    return turned
