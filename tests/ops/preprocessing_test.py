"""Tests of stylex_tf.ops.preprocessing."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.ops import preprocessing

_ALL = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)


class PreprocessingTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("tensorflow", preprocessing.to_float, preprocessing.to_uint8),
        ("numpy", preprocessing.to_float_numpy, preprocessing.to_uint8_numpy),
    )
    def test_every_value_survives_the_way_there_and_back(self, there, back):
        floats = np.asarray(there(_ALL))
        self.assertEqual(floats.dtype, np.float32)
        self.assertEqual(floats.min(), -1)
        self.assertEqual(floats.max(), 1)
        np.testing.assert_array_equal(np.asarray(back(floats)), _ALL)

    @parameterized.named_parameters(
        ("tensorflow", preprocessing.to_uint8),
        ("numpy", preprocessing.to_uint8_numpy),
    )
    def test_values_are_rounded_and_clipped(self, to_uint8):
        values = np.array([-3.0, 0.2 / 127.5 - 1, 0.8 / 127.5 - 1, 1.7])
        np.testing.assert_array_equal(to_uint8(values), [0, 0, 1, 255])

    def test_both_kinds_agree(self):
        floats = np.random.default_rng(0).uniform(-1.2, 1.2, 10_000)
        np.testing.assert_array_equal(
            preprocessing.to_uint8(floats),
            preprocessing.to_uint8_numpy(floats),
        )


if __name__ == "__main__":
    absltest.main()
