"""A trained run without training: a linear world in a run's clothes."""

import types

import numpy as np
import tensorflow as tf

from stylex_tf import config
from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.ops import preprocessing
from stylex_tf.runs import searching
from stylex_tf.search import exact
from tests.testing import known_answers


class LinearRun:
    """What the stages of a report see of a run, and what was found in it.

    Attributes:
        world: with six searched coordinates, of which the classifier reads
            some.
        trained: has the functions, images and settings of a `TrainedRun`.
        found: what an exhaustive search found.
    """

    def __init__(self, **options):
        """Searches the world.

        Args:
            **options: of `LinearWorld`.
        """
        self.world = known_answers.LinearWorld(**options)
        styles = self.world.styles
        size = self.world.searched
        ranges = style_ranges.StyleRanges(
            minimum=np.full(size, -3.0), maximum=np.full(size, 3.0)
        )
        ids = tuple(f"image {index}" for index in range(len(styles)))
        table = exact.measure_effects(
            self.world.model,
            styles,
            edit_space.EditSpace(ranges, 1.0),
            image_ids=ids,
            batch_size=8,
        )
        by_class = {
            target: selection.select_class_attributes(
                table, target_class=target, top_k=3
            )
            for target in range(table.num_classes)
        }
        self.search_result = searching.SearchResult(table, styles, by_class, [])
        images = preprocessing.to_uint8(self.world.generate(styles)).numpy()
        # The reconstructions miss a little of the photographs.
        images = images - np.minimum(images, 7)
        self.trained = types.SimpleNamespace(
            stylex=types.SimpleNamespace(
                generate=self.world.generate,
                classify=self.world.classify,
                encode=self.world.encode,
                probabilities=lambda images: tf.nn.softmax(
                    self.world.classify(images)
                ).numpy(),
            ),
            held_out=types.SimpleNamespace(
                searched=types.SimpleNamespace(images=images, ids=ids)
            ),
            settings=config.ExperimentConfig(
                attributes=config.AttributesConfig(batch_size=4)
            ),
        )

    def probabilities(self, styles: np.ndarray) -> np.ndarray:
        """What the classifier says of styles, [N, T] -> [N, K]."""
        return tf.nn.softmax(
            self.world.classify(self.world.generate(styles))
        ).numpy()
