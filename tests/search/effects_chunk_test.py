"""Tests of the exact search a chunk at a time."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.search import effects_chunk, exact
from stylex_tf.search import model as model_lib
from tests.testing import known_answers


class EffectsChunkTest(tf.test.TestCase, parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.world = known_answers.LinearWorld()
        self.ranges = style_ranges.StyleRanges.from_styles(
            self.world.styles, searched=self.world.searched
        )

    def measure(self, first_edit, count, shift_size=1.0, batch_size=32):
        @tf.function(
            input_signature=[
                tf.TensorSpec([None, self.world.total]),
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([], tf.int32),
            ]
        )
        def in_graph(styles, first_edit, count):
            return effects_chunk.measure(
                self.world.model,
                styles,
                edit_space.EditSpace(self.ranges, shift_size),
                first_edit,
                count=count,
                batch_size=batch_size,
            )

        return in_graph(
            self.world.styles[: len(first_edit)], tf.constant(first_edit), count
        )

    @parameterized.parameters(1, 5, 7, 12, 64)
    def test_chunks_make_the_table_of_the_library(self, count):
        table = exact.measure_effects(
            self.world.model,
            self.world.styles,
            edit_space.EditSpace(self.ranges, 0.75),
            image_ids=list("abcde"),
        )
        edits = 2 * self.world.searched
        for first in range(0, edits, count):
            chunk = self.measure(
                [first] * 5, count, shift_size=0.75, batch_size=3
            )
            there = min(count, edits - first)
            expected = table.effects.reshape(5, edits, -1)
            self.assertAllClose(
                chunk["effects"][:, :there],
                expected[:, first : first + there],
                atol=1e-5,
            )
            self.assertAllClose(chunk["base_logits"], table.base_logits)
            for name in ("coordinates", "directions", "effects"):
                self.assertAllEqual(
                    chunk[name][:, there:],
                    -np.ones_like(chunk[name])[:, there:],
                )

    def test_every_image_begins_where_it_is_told_to(self):
        chunk = self.measure([0, 5, 11], 2)

        self.assertAllEqual(chunk["coordinates"], [[0, 1], [5, 0], [5, -1]])
        self.assertAllEqual(chunk["directions"], [[0, 0], [0, 1], [1, -1]])
        effects = self.world.effects(
            self.ranges.minimum, self.ranges.maximum, 1.0
        )
        self.assertAllClose(chunk["effects"][1, 1], effects[1, 1, 0], atol=1e-5)
        self.assertAllClose(chunk["effects"][2, 0], effects[2, 1, 5], atol=1e-5)

    @parameterized.parameters(2, 32)
    def test_never_draws_more_than_a_batch_and_the_image(self, batch_size):
        drawn = []

        def generate(styles):
            rows = tf.shape(styles)[0]
            tf.py_function(lambda rows: drawn.append(int(rows)), [rows], [])
            return self.world.generate(styles)

        effects_chunk.measure(
            model_lib.Model(generate, self.world.classify),
            tf.constant(self.world.styles),
            edit_space.EditSpace(self.ranges),
            tf.zeros([5], tf.int32),
            count=tf.constant(12),
            batch_size=batch_size,
        )

        self.assertEqual(max(drawn), min(batch_size, 12) + 1)
        # One unedited image a batch.
        self.assertEqual(sum(drawn), 5 * (12 + -(-12 // batch_size)))


if __name__ == "__main__":
    absltest.main()
