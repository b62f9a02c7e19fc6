"""Tests of stylex_tf.data.worlds.canvas."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data.worlds import canvas

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


class CanvasTest(parameterized.TestCase):
    def test_a_shape_covers_what_it_covers(self):
        paper = canvas.Canvas(8, 4, _BLACK)
        paper.rectangle(1, 1, 3, 2, (100, 50, 20))
        picture = paper.picture()
        inside = picture[2:4, 2:6]
        np.testing.assert_allclose(
            inside, np.broadcast_to((100, 50, 20), inside.shape), atol=1
        )
        self.assertEqual(picture[5:].sum(), 0)
        self.assertEqual(picture[:2].sum(), 0)

    def test_has_the_area_of_an_ellipse(self):
        paper = canvas.Canvas(64, 64, _BLACK)
        paper.ellipse(32, 32, 20, 10, _WHITE)
        area = paper.picture()[..., 0].sum() / 255
        self.assertAlmostEqual(area / (np.pi * 200), 1, delta=0.03)

    def test_edges_are_soft(self):
        paper = canvas.Canvas(8, 8, _BLACK)
        paper.polygon(((0, 0), (8, 0), (0, 8)), _WHITE)
        diagonal = np.diag(np.fliplr(paper.picture()[..., 0]))
        self.assertBetween(diagonal.mean(), 80, 230)

    def test_a_line_has_round_ends(self):
        paper = canvas.Canvas(32, 32, _BLACK)
        paper.line(((10, 16), (22, 16)), 6, _WHITE)
        row = paper.picture()[16, :, 0]
        self.assertGreater(row[8], 200)
        self.assertEqual(row[5], 0)

    @parameterized.parameters((0, (0, 10, 20)), (0.5, (50, 55, 60)))
    def test_mixes(self, share, mixed):
        self.assertEqual(canvas.mix((0, 10, 20), (100, 100, 100), share), mixed)

    def test_pixels_are_cut_and_rounded(self):
        pixels = canvas.to_pixels(np.array([[[-3.0, 1.6, 300.0]]]))
        self.assertEqual(pixels.tolist(), [[[0, 2, 255]]])
        self.assertEqual(pixels.dtype, np.uint8)


if __name__ == "__main__":
    absltest.main()
