"""Tests of stylex_tf.data.worlds.faces."""

import itertools

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data.worlds import faces

# Rows of a 32 pixel picture outside of which a factor must change nothing.
_ROWS = {"glasses": (10, 21), "open_mouth": (20, 30), "beard": (16, 32)}
_NAMES = [factor.name for factor in faces.FACTORS]


def _combinations():
    """Every combination of the factors but face and light."""
    return itertools.product(
        *(range(len(factor.values)) for factor in faces.FACTORS[:6])
    )


def _pair(values, factor: str):
    """The same face without and with a binary factor."""
    index = _NAMES.index(factor)
    pair = []
    for value in (0, 1):
        changed = [*values, 1, 1]
        changed[index] = value
        pair.append(faces.render(changed, 32).astype(int))
    return pair


class FacesTest(parameterized.TestCase):
    def test_is_a_function_of_the_factors(self):
        values = [1, 0, 1, 2, 3, 0, 2, 1]
        np.testing.assert_array_equal(
            faces.render(values, 32), faces.render(values, 32)
        )

    @parameterized.parameters(16, 32, 50, 128)
    def test_any_resolution(self, resolution):
        image = faces.render([0] * 8, resolution)
        self.assertEqual(image.shape, (resolution, resolution, 3))
        self.assertEqual(image.dtype, np.uint8)

    def test_resolutions_show_the_same_face(self):
        values = [1, 1, 1, 1, 0, 0, 1, 2]
        large = faces.render(values, 128).astype(float)
        small = large.reshape(32, 4, 32, 4, 3).mean(axis=(1, 3))
        error = np.abs(small - faces.render(values, 32)).mean()
        self.assertLess(error, 6)

    @parameterized.parameters("glasses", "open_mouth", "beard")
    def test_shows_in_its_place_whatever_the_others_are(self, factor):
        top, bottom = _ROWS[factor]
        for values in _combinations():
            without, with_it = _pair(values, factor)
            difference = np.abs(with_it - without).sum(axis=-1)
            # At least 25 of the 1024 pixels change by much.
            self.assertGreaterEqual((difference > 100).sum(), 25, values)
            self.assertEqual(difference[:top].sum(), 0, values)
            self.assertEqual(difference[bottom:].sum(), 0, values)

    @parameterized.parameters("hair", "skin", "background")
    def test_colours_are_far_apart(self, factor):
        index = _NAMES.index(factor)
        for low, high in itertools.combinations(range(4), 2):
            values = [1, 1, 1, 0, 0, 0, 1, 1]
            values[index] = low
            first = faces.render(values, 32).astype(int)
            values[index] = high
            second = faces.render(values, 32).astype(int)
            changed = np.abs(first - second).sum(axis=-1) > 40
            self.assertGreater(changed.sum(), 40, (low, high))

    @parameterized.parameters("face", "light")
    def test_sizes_and_light_are_far_apart(self, factor):
        index = _NAMES.index(factor)
        images = []
        for value in range(3):
            values = [0, 1, 1, 0, 0, 0, 1, 1]
            values[index] = value
            images.append(faces.render(values, 32).astype(float))
        for before, after in itertools.pairwise(images):
            self.assertGreater(np.abs(after - before).mean(), 3)

    def test_shaded_hair_is_as_light_as_it_says_and_nothing_else_changes(self):
        dark, middle, light = (
            faces.render_shaded([0, 0, 0, value, 0, 0, 1, 2], 32).astype(int)
            for value in (0.0, 0.5, 1.0)
        )
        top = (4, 16)  # Hair at every lightness.
        self.assertEqual(dark[top].tolist(), [20] * 3)
        self.assertEqual(middle[top].tolist(), [135] * 3)
        self.assertEqual(light[top].tolist(), [250] * 3)
        same = (dark == light).all(axis=-1)
        plain = faces.render([0, 0, 0, 0, 0, 0, 1, 2], 32)
        np.testing.assert_array_equal(dark[same], plain[same])
        self.assertGreater(same.sum(), 500)


if __name__ == "__main__":
    absltest.main()
