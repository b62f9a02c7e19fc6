"""Tests of stylex_tf.data.avatars."""

from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data import avatars

_NAMES = [factor.name for factor in avatars.FACTORS]


class AvatarsTest(parameterized.TestCase):
    def test_is_a_function_of_the_factors(self):
        values = [1, 4, 2, 0, 3, 1, 2, 0]
        image = avatars.render(values, 64)
        self.assertEqual(image.shape, (64, 64, 3))
        self.assertEqual(image.dtype, np.uint8)
        np.testing.assert_array_equal(image, avatars.render(values, 64))

    @parameterized.parameters(*range(len(avatars.FACTORS)))
    def test_every_value_looks_different(self, index):
        images = set()
        for value in range(len(avatars.FACTORS[index].values)):
            values = [0, 4, 1, 1, 1, 0, 0, 0]
            values[index] = value
            # Raises where DiceBear does not draw the value.
            images.add(avatars.render(values, 64).tobytes())
        self.assertLen(images, len(avatars.FACTORS[index].values))

    def test_a_beard_shows_on_every_skin_with_every_hair(self):
        for hair in range(4):
            for skin in range(3):
                rest = [4, 1, 1, 1, 0, hair, skin]
                pair = [
                    avatars.render([beard, *rest], 64).astype(int)
                    for beard in (0, 1)
                ]
                changed = np.abs(pair[1] - pair[0]).sum(axis=-1) > 40
                self.assertGreater(changed.sum(), 200, (hair, skin))
                # The upper half of the face stays.
                self.assertFalse(changed[:32].any())

    def test_the_rule_of_the_issue_holds_for_about_half(self):
        beard = avatars.PROBABILITIES[_NAMES.index("beard")][1]
        mouths = avatars.FACTORS[_NAMES.index("mouth")].values
        smile = avatars.PROBABILITIES[1][mouths.index("smile")]
        self.assertAlmostEqual(1 - (1 - beard) * (1 - smile), 0.5, delta=0.02)

    def test_a_picture_of_something_else_is_refused(self):
        with mock.patch.dict(avatars._FIXED, {"mouthVariant": "sad"}):
            with mock.patch.object(
                avatars, "_options", return_value=avatars._FIXED
            ):
                with self.assertRaisesRegex(RuntimeError, "drew .*asked for"):
                    avatars.render([0] * 8, 64)

    def test_the_version_names_the_packages(self):
        self.assertRegex(avatars.version(), "dicebear-core 1.*resvg-py")


if __name__ == "__main__":
    absltest.main()
