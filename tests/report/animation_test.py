"""Tests of the animated GIFs."""

import io

import numpy as np
from absl.testing import absltest
from PIL import Image

from stylex_tf.report import animation
from tests.report import report_samples


class FlickerTest(absltest.TestCase):
    def test_two_frames_that_go_on_for_ever(self):
        view = report_samples.attribute(size=32)

        gif = Image.open(io.BytesIO(animation.flicker(view, 1)))

        self.assertEqual(gif.n_frames, 2)
        self.assertEqual(gif.info["loop"], 0)
        self.assertEqual(gif.info["duration"], 900)
        # Two examples of 128 pixels and a gap.
        self.assertEqual(gif.size, (260, 128))

    def test_before_comes_before_after(self):
        view = report_samples.attribute(size=32)
        gif = Image.open(io.BytesIO(animation.flicker(view, 1)))

        shades = []
        for frame in range(2):
            gif.seek(frame)
            pixels = np.asarray(gif.convert("RGB"))
            shades.append(pixels[100, 100].tolist())

        self.assertEqual(shades, [[99] * 3, [255] * 3])


if __name__ == "__main__":
    absltest.main()
