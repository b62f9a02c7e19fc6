"""What is served: the SavedModel, reloaded and compared."""

import dataclasses
import io
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from stylex_tf.attributes import calibration as calibration_lib
from stylex_tf.attributes import (
    gradient_effects,
    screened_search,
    screening,
)
from stylex_tf.export import saved_model, servables
from stylex_tf.stages import searching
from stylex_tf.stages import trained as trained_lib

# Images that the reloaded export is compared on.
_COMPARED = 3


def export(
    trained: trained_lib.Trained,
    found: searching.Found,
    evaluation: dict[str, Any],
) -> str:
    """Exports the model, reloads it, compares it; returns its folder.

    Raises:
        ValueError: the reloaded model answers differently.
    """
    run, functions = trained.run, trained.functions

    calibration = _calibrate(trained, found)

    def find_attributes(
        styles: tf.Tensor, target_class: tf.Tensor, *, top_k: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        return screening.find_attributes(
            functions.generate,
            functions.classify,
            styles,
            found.table.ranges,
            target_class,
            top_k=top_k,
            shift_size=found.table.shift_size,
            calibration=calibration,
        )

    servable = servables.Servable(
        servables.Functions(
            encode=functions.encode,
            generate=functions.generate,
            classify=functions.classify,
            find_attributes=find_attributes,
        ),
        class_names=run.classifier.class_names,
        resolution=run.settings.model.resolution,
        num_styles=functions.style_space.total,
        resources=[run.classifier],
    )
    version = saved_model.export(
        servable,
        run.folder.export,
        assets={
            "style_space": functions.style_space.to_dict(),
            "style_ranges": {
                "minimum": found.table.ranges.minimum.tolist(),
                "maximum": found.table.ranges.maximum.tolist(),
            },
            "class_attributes": {
                str(target): [dataclasses.asdict(one) for one in attributes]
                for target, attributes in found.by_class.items()
            },
            "config": dataclasses.asdict(run.settings),
            "evaluation": evaluation,
        },
    )
    saved_model.reload_and_compare(
        version,
        [_png(image) for image in trained.unseen.images[:_COMPARED]],
        servable,
    )
    return str(version)


def _calibrate(
    trained: trained_lib.Trained, found: searching.Found
) -> calibration_lib.Calibration:
    """Learns what gradients miss from images that were measured whole."""
    table = found.table
    rows = screened_search.pilot_rows(table.num_images)
    estimate = gradient_effects.GradientEffects(
        trained.functions.generate,
        trained.functions.classify,
        table.ranges,
        shift_size=table.shift_size,
        batch_size=trained.run.settings.attributes.batch_size,
    )
    return calibration_lib.fit(estimate, found.styles[rows], table.take(rows))


def _png(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()
