"""Exports a run, and publishes the version if it answers as the run does."""

import dataclasses
import io
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from stylex_tf.evaluation import evaluation_file, record
from stylex_tf.export import functions as functions_lib
from stylex_tf.export import held_out, saved_model, servables
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import searching, sight
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import calibration as calibration_lib
from stylex_tf.search import (
    effects_chunk,
    gradient_effects,
    moves,
    screened_search,
    screening,
)
from stylex_tf.search import model as model_lib

# Images that the export is tried on.
_EXAMPLES = 32


def export(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    evaluation: record.Evaluation,
    names: Mapping[int, str],
) -> saved_model.Published:
    """Exports the model; publishes it if it answers as the run does.

    Args:
        trained: the run.
        search_result: what the search found, and is significant.
        evaluation: every figure.
        names: what people called the coordinates.

    Raises:
        ExportError: it answers otherwise; nothing is left of it.
    """
    functions = trained.stylex
    about = _about(trained, search_result, evaluation, names)
    class_attributes = {
        target: [dataclasses.asdict(attribute) for attribute in attributes]
        for target, attributes in search_result.by_class.items()
    }
    servable = servables.Servable(
        _functions(trained, search_result),
        class_names=trained.classifier.class_names,
        resolution=trained.settings.model.resolution,
        num_styles=functions.style_space.total,
        num_searched=search_result.table.ranges.size,
        class_attributes=class_attributes,
        style_strength=search_result.table.shift_size,
        crop=trained.dataset.manifest.crop,
        resources=[trained.classifier],
        about=about,
    )
    return saved_model.export(
        servable,
        trained.folder.export,
        examples=[
            _png(image) for image in trained.held_out.unseen.images[:_EXAMPLES]
        ],
        assets={
            "style_space": functions.style_space.to_dict(),
            "style_ranges": about["ranges"],
            "class_attributes": {
                str(target): attributes
                for target, attributes in class_attributes.items()
            },
            "attribute_names": about["attribute_names"],
            "config": _without_folders(dataclasses.asdict(trained.settings)),
            "evaluation": about["evaluation"],
        },
        storage=trained.settings.export.storage,
    )


def _functions(
    trained: trained_lib.TrainedRun, search_result: searching.SearchResult
) -> functions_lib.Functions:
    """Returns the model as functions of tensors, which an export traces."""
    functions, space = trained.stylex, search_result.table.space
    # Compiled apart, or each signature would hold a generator of its own.
    model = model_lib.Model(functions.generate, functions.classify)
    calibration = _calibrate(trained, search_result)

    def find_attributes(
        styles: tf.Tensor, target_class: tf.Tensor, *, top_k: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        return screening.find_attributes(
            model,
            styles,
            space,
            target_class,
            top_k=top_k,
            calibration=calibration,
        )

    def move(
        styles: tf.Tensor,
        coordinates: tf.Tensor,
        directions: tf.Tensor,
        strengths: tf.Tensor,
    ) -> tf.Tensor:
        return moves.move_all(
            styles, space.ranges, coordinates, directions, strengths
        )

    def measure_effects(
        styles: tf.Tensor, first_edit: tf.Tensor, *, count: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        return effects_chunk.measure(
            model, styles, space, first_edit, count=count
        )

    return functions_lib.Functions(
        encode=functions.encode,
        generate=functions.generate,
        classify=functions.classify,
        find_attributes=find_attributes,
        move=move,
        measure_effects=measure_effects,
    )


def _about(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    evaluation: record.Evaluation,
    names: Mapping[int, str],
) -> dict[str, Any]:
    """Collects what the export says of itself, besides its sizes."""
    ranges = search_result.table.ranges
    # Its config alone names files.
    run = dataclasses.replace(
        evaluation.run, config=_without_folders(evaluation.run.config)
    )
    evaluation = dataclasses.replace(evaluation, run=run)
    return {
        "name": trained.settings.name,
        "ranges": {
            "minimum": ranges.minimum.tolist(),
            "maximum": ranges.maximum.tolist(),
        },
        "attribute_names": {
            str(coordinate): name for coordinate, name in names.items()
        },
        "evaluation": evaluation_file.to_dict(evaluation),
        "held_out": _measure_held_out(trained).to_dict(),
    }


def _without_folders(part: Any) -> Any:
    """Returns a config, or a part of it, with files by their names alone.

    An export is given to others, who shall not read where its maker keeps
    patients' photographs.
    """
    if isinstance(part, Mapping):
        return {name: _without_folders(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_without_folders(value) for value in part]
    if isinstance(part, str) and part.startswith(("/", "~")):
        return pathlib.PurePath(part).name
    return part


def _measure_held_out(trained: trained_lib.TrainedRun) -> held_out.HeldOut:
    """Measures the model on images that nothing was chosen by."""
    functions, images = trained.stylex, trained.held_out.unseen.images
    size = trained.settings.attributes.batch_size

    def encode(pixels: np.ndarray) -> np.ndarray:
        return batching.apply(
            lambda batch: functions.encode(preprocessing.to_float(batch)),
            pixels,
            batch_size=size,
        )

    styles = encode(images)
    rebuilt = batching.apply(
        lambda batch: preprocessing.to_uint8(functions.generate(batch)),
        styles,
        batch_size=size,
    )
    known = trained.dataset.spread("train", sight.MOST_KNOWN).images
    return held_out.HeldOut.measure(
        images,
        rebuilt,
        styles,
        features=sight.features(images),
        known=held_out.Known(
            styles=encode(sight.styled(known)),
            features=sight.features(known),
            negatives=sight.features(255 - known),
        ),
    )


def _calibrate(
    trained: trained_lib.TrainedRun, search_result: searching.SearchResult
) -> calibration_lib.Calibration:
    """Learns what gradients miss from images that were measured whole."""
    table = search_result.table
    rows = screened_search.pilot_rows(table.num_images)
    estimate = gradient_effects.GradientEffects(
        trained.stylex.model,
        table.space,
        batch_size=trained.settings.attributes.batch_size,
    )
    return calibration_lib.fit(
        estimate, search_result.styles[rows], table.take(rows)
    )


def _png(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()
