"""After training: every edit of the held-out images, and what it does."""

import dataclasses

import numpy as np
import tqdm

from stylex_tf.attributes import (
    batching,
    effects,
    search,
    selection,
    style_ranges,
)
from stylex_tf.data import preprocessing, tfrecords
from stylex_tf.stages import functions as functions_lib
from stylex_tf.stages import run as run_lib


@dataclasses.dataclass(frozen=True)
class Found:
    """What the search found.

    Attributes:
        table: the effects of every edit of every searched image.
        styles: of the searched images, [N, T].
        by_class: each class's attributes, best first.
        ranked: one list for the figures; of two classes it leads to class 1.
    """

    table: effects.StyleEffects
    styles: np.ndarray
    by_class: dict[int, list[selection.Attribute]]
    ranked: list[selection.Attribute]


def find(
    run: run_lib.Run,
    functions: functions_lib.Functions,
    images: tfrecords.Examples,
) -> Found:
    """Measures every edit of the images and selects each class's attributes.

    Args:
        run: the trained run; its folder gets attributes/.
        functions: of that run.
        images: held-out images to search.
    """
    settings = run.settings.attributes
    styles = batching.apply(
        functions.encode,
        preprocessing.to_float_numpy(images.images),
        batch_size=settings.batch_size,
    )
    ranges = style_ranges.StyleRanges.from_styles(
        styles, searched=functions.style_space.size
    )
    edits = len(styles) * 2 * ranges.size
    with tqdm.tqdm(
        total=edits, desc="Searching", unit="edit", mininterval=1.0
    ) as bar:
        table = search.measure_effects(
            functions.generate,
            functions.classify,
            styles,
            ranges,
            image_ids=images.ids,
            shift_size=settings.shift_size,
            batch_size=settings.batch_size,
            progress=bar.update,
        )
    effects.save(table, run.folder.attributes)
    by_class = {
        target: selection.select_class_attributes(
            table, target_class=target, top_k=max(settings.top_k, 10)
        )
        for target in range(table.num_classes)
    }
    if table.num_classes == 2:
        ranked = selection.merge_binary(table, top_k=max(settings.top_k, 10))
    else:
        ranked = selection.interleave(list(by_class.values()))
    return Found(table, styles, by_class, ranked)
