"""Tests of the edits in a graph."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.search import moves


def _ranges():
    return style_ranges.StyleRanges(
        minimum=np.array([-1.0, -2.0]), maximum=np.array([3.0, 4.0])
    )


_STYLES = np.array([[1.0, 2.0, 5.0], [0.0, 0.0, 6.0]], np.float32)


class MovesTest(tf.test.TestCase):
    def test_the_graph_edit_is_the_same_edit(self):
        edited, strengths = moves.move(
            tf.constant(_STYLES),
            edit_space.EditSpace(_ranges(), 1.5),
            tf.constant([0, 1]),
            tf.constant([1, 0]),
            tf.constant([0.5, 0.5]),
        )
        expected = edit_space.EditSpace(_ranges(), 0.75).apply(
            _STYLES, [[0], [1]], [[1], [0]]
        )
        self.assertAllClose(edited, expected)
        self.assertAllClose(strengths, [1.5, -1.5])

    def test_several_graph_edits_are_the_same_edits(self):
        rng = np.random.default_rng(0)
        styles = rng.normal(size=[50, 5]).astype(np.float32)
        ranges = style_ranges.StyleRanges.from_styles(styles, searched=4)
        for edits in (0, 1, 6):
            # 6 edits of 4 coordinates name some twice, and some are none.
            coordinates = rng.integers(-1, 4, [50, edits])
            directions = np.where(
                coordinates >= 0, rng.integers(0, 2, [50, edits]), -1
            )
            edited = moves.move_all(
                tf.constant(styles),
                ranges,
                tf.constant(coordinates, tf.int32),
                tf.constant(directions, tf.int32),
                tf.fill([50, edits], 0.75),
            )
            expected = edit_space.EditSpace(ranges, 0.75).apply(
                styles, coordinates, directions
            )
            self.assertAllClose(edited, expected, atol=1e-6)

    def test_each_graph_edit_has_its_own_strength(self):
        edited = moves.move_all(
            tf.constant(_STYLES),
            _ranges(),
            tf.constant([[0, 1], [-1, 1]]),
            tf.constant([[1, 0], [-1, 1]]),
            tf.constant([[0.5, 0.0], [-1.0, 2.0]]),
        )
        self.assertAllEqual(edited, [[2, 2, 5], [0, 8, 6]])


if __name__ == "__main__":
    absltest.main()
