"""Tests of stylex_tf.data.worlds.distance_fields."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data.worlds import distance_fields


class DistanceFieldsTest(parameterized.TestCase):
    def test_a_circle_is_exact(self):
        x, y = np.meshgrid(np.linspace(-4, 4, 9), np.linspace(-4, 4, 9))
        np.testing.assert_allclose(
            distance_fields.ellipse(x, y, 2.5, 2.5)[x**2 + y**2 > 0],
            (np.hypot(x, y) - 2.5)[x**2 + y**2 > 0],
        )

    def test_an_ellipse_is_where_it_should_be(self):
        angle = np.linspace(0, 2 * np.pi, 50)
        x, y = 5 * np.cos(angle), 2 * np.sin(angle)
        on = distance_fields.ellipse(x, y, 5, 2)
        np.testing.assert_allclose(on, 0, atol=1e-9)
        self.assertTrue(
            (distance_fields.ellipse(0.5 * x, 0.5 * y, 5, 2) < 0).all()
        )
        self.assertTrue(
            (distance_fields.ellipse(1.5 * x, 1.5 * y, 5, 2) > 0).all()
        )
        middle = distance_fields.ellipse(np.zeros(1), np.zeros(1), 5, 2)
        self.assertLess(middle[0], 0)

    def test_a_segment_is_a_distance(self):
        x, y = np.array([3.0, -2.0, 3.0]), np.array([4.0, 0.0, 0.0])
        np.testing.assert_allclose(
            distance_fields.segment(x, y, (0, 0), (6, 0), 1.0), [3, 1, -1]
        )

    def test_paints_inside_and_nothing_outside(self):
        painting = distance_fields.Painting(16, 32, (10, 20, 30))
        shape = distance_fields.ellipse(painting.x - 16, painting.y - 16, 8, 8)
        painting.fill(shape, (200, 100, 0))
        pixels = painting.pixels()
        self.assertEqual(pixels[8, 8].tolist(), [200, 100, 0])
        self.assertEqual(pixels[0, 0].tolist(), [10, 20, 30])
        area = (pixels[..., 0] - 10.0).sum() / 190 * 4
        self.assertAlmostEqual(area / (np.pi * 64), 1, delta=0.03)

    def test_moves_by_less_than_a_pixel(self):
        def middle(cx: float) -> float:
            painting = distance_fields.Painting(16, 16, (0, 0, 0))
            shape = distance_fields.ellipse(
                painting.x - cx, painting.y - 8, 3, 3
            )
            painting.fill(shape, (255, 255, 255))
            column = painting.pixels()[..., 0].sum(axis=0).astype(float)
            return float((column * painting.x[0]).sum() / column.sum())

        for cx in (7.6, 7.7, 8.0):
            self.assertAlmostEqual(middle(cx), cx, delta=0.02)

    def test_opacity_and_light(self):
        painting = distance_fields.Painting(4, 4, (0, 100, 200))
        painting.fill(np.full([4, 4], -9.0), (100, 100, 100), opacity=0.5)
        self.assertEqual(painting.pixels()[0, 0].tolist(), [50, 100, 150])
        self.assertEqual(painting.pixels(0.5)[0, 0].tolist(), [25, 50, 75])


if __name__ == "__main__":
    absltest.main()
