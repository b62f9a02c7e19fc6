"""Tests of benchmarks.class_pairs, where every answer is known."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from benchmarks import class_pairs
from stylex_tf import errors
from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.evaluation import reconstruction
from stylex_tf.ops import preprocessing
from stylex_tf.search import exact
from stylex_tf.search import model as model_lib
from tests.testing import known_answers

_NAMES = ("lion", "tiger", "puma")


def _classify(world, images):
    """Part k speaks for class k, the later ones louder; silence is class 2."""
    rows = tf.reduce_mean(images, axis=[2, 3])[:, : 4 * world.parts]
    bands = tf.reduce_mean(tf.reshape(rows, [-1, world.parts, 4]), axis=2)
    return bands[:, :3] * tf.constant([1.0, 1.5, 2.0]) + tf.constant(
        [0.0, 0.0, 1.5]
    )


class ListedTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.world = known_answers.PartsWorld(parts=4)
        # Twelve images of each class, with its own part alone.
        factors = np.repeat(np.eye(4)[:3], 12, axis=0)
        self.styles = self.world.styles(factors)
        self.model = model_lib.Model(
            self.world.generate, lambda images: _classify(self.world, images)
        )
        self.space = edit_space.EditSpace(
            style_ranges.StyleRanges(minimum=-np.ones(4), maximum=np.ones(4))
        )
        self.table = exact.measure_effects(
            self.model,
            self.styles,
            self.space,
            image_ids=[str(number) for number in range(36)],
        )
        self.tested = self._tested(slice(None))

    def _tested(self, rows):
        styles = self.styles[rows]
        pictures = self.world.generate(tf.constant(styles))
        logits = self.model.classify(pictures).numpy()
        return class_pairs.TestedImages(
            preprocessing.to_uint8_numpy(pictures.numpy()),
            reconstruction.Reconstruction(
                styles=styles,
                logits=logits,
                reconstructed_logits=logits,
                l1=np.zeros(len(styles)),
            ),
        )

    def _listed(self, pair, tested=None):
        attributes = class_pairs.listed(
            self.model,
            self.table,
            selection.Rules(),
            tested or self.tested,
            pair,
        )
        return [(edit.coordinate, edit.direction) for edit in attributes]

    def test_lists_what_makes_the_second_class_of_the_first(self):
        # A tiger's part is louder than a lion's, so that it is enough.
        self.assertEqual(self._listed((0, 1)), [(1, 1)])

    def test_an_edit_whose_opposite_changes_nothing_is_not_listed(self):
        # A puma's part makes a puma of a tiger; but a puma without it is still
        # one.
        self.assertEqual(self._listed((1, 2)), [])

    def test_edits_that_turn_somebody_only_together_are_listed_together(self):
        # A lion's part does not drown a tiger's, and a tiger without its own is
        # a puma; with a lion's and without its own it is a lion.
        self.assertEqual(self._listed((1, 0)), [(0, 1), (1, 0)])

    def test_lists_nothing_that_was_not_tested(self):
        self.assertEqual(self._listed((0, 1), self._tested(slice(12, 36))), [])


class ParseTest(parameterized.TestCase):
    def test_reads_names(self):
        self.assertEqual(
            class_pairs.parse(["lion:tiger", "puma:lion"], _NAMES),
            [(0, 1), (2, 0)],
        )

    @parameterized.parameters("lion", "lion:lion", "lion:cat", "lion:puma:lion")
    def test_refuses_what_is_no_pair(self, pair):
        with self.assertRaisesRegex(
            errors.UserError, f"--pairs: found '{pair}"
        ):
            class_pairs.parse([pair], _NAMES)


if __name__ == "__main__":
    absltest.main()
