"""Tests of stylex_tf.data.worlds.factor_masks."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data.records import manifest
from stylex_tf.data.worlds import factor_masks, worlds


def _render(values, resolution):
    """A bar as wide as the first factor says, and a pixel for the second."""
    picture = np.zeros((resolution, resolution, 3), np.uint8)
    picture[0, : int(values[0])] = 255
    picture[1, round(values[1] * (resolution - 1)), 2] = 9
    return picture


_WORLD = worlds.World(
    name="bars",
    factors=(
        manifest.Factor("bar", ("none", "short", "longer")),
        manifest.Factor("place"),
    ),
    render=_render,
    version="1",
)


class FactorMasksTest(parameterized.TestCase):
    def test_marks_what_any_value_touches_and_nothing_else(self):
        masks = factor_masks.factor_masks(
            _WORLD, np.array([[0, 0.0], [1, 1.0]]), "bar", resolution=4
        )
        expected = np.zeros([2, 4, 4], bool)
        expected[:, 0, :2] = True
        np.testing.assert_array_equal(masks, expected)

    def test_a_continuous_factor_sweeps_its_range(self):
        masks = factor_masks.factor_masks(
            _WORLD, np.array([[2, 0.3]]), "place", resolution=4
        )
        expected = np.zeros([1, 4, 4], bool)
        expected[:, 1] = True
        np.testing.assert_array_equal(masks, expected)

    def test_does_not_touch_the_factors_it_was_given(self):
        factors = np.array([[1, 0.5]])
        factor_masks.factor_masks(_WORLD, factors, "bar", resolution=4)
        self.assertEqual(factors.tolist(), [[1, 0.5]])

    def test_refuses_a_factor_that_is_not_there(self):
        with self.assertRaisesRegex(ValueError, "no factor 'hat'.*'bar'"):
            factor_masks.factor_masks(
                _WORLD, np.zeros([1, 2]), "hat", resolution=4
            )


if __name__ == "__main__":
    absltest.main()
