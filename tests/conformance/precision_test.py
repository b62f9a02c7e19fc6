"""Every layer: float32, bfloat16 and float16."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from tests.conformance import registry

_HALF = ("mixed_bfloat16", "mixed_float16")
_CASES = [
    (f"{name}_{policy}", case, policy)
    for name, case in registry.ALL
    for policy in _HALF
]


class PrecisionTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    def use(self, policy: str) -> None:
        keras.mixed_precision.set_global_policy(policy)
        self.addCleanup(keras.mixed_precision.set_global_policy, "float32")

    @parameterized.named_parameters(*_CASES)
    def test_computes_nearly_the_same(self, case, policy):
        exact = case.build()
        expected = exact(*case.arguments()).numpy()

        self.use(policy)
        layer = case.build()
        layer.set_weights(exact.get_weights())
        with tf.GradientTape() as tape:
            output = layer(*case.arguments())
            loss = tf.reduce_mean(tf.square(tf.cast(output, tf.float32)))
        half = policy.removeprefix("mixed_")
        self.assertEqual(output.dtype, "float32" if case.float32 else half)
        error = tf.cast(output, tf.float32) - expected
        # bfloat16 has 8 bits, float16 has 11.
        tolerance = 0.04 if policy == "mixed_bfloat16" else 0.005
        self.assertLess(np.std(error), tolerance * np.std(expected))

        for weight in layer.weights:
            self.assertEqual(weight.dtype, tf.float32)
        for gradient in tape.gradient(loss, layer.trainable_variables):
            self.assertEqual(gradient.dtype, tf.float32)
            self.assertTrue(np.isfinite(gradient).all())
            self.assertTrue(np.any(gradient))

    @parameterized.named_parameters(*registry.ALL)
    def test_stays_finite_where_a_square_overflows_float16(self, case):
        self.use("mixed_float16")
        layer = case.build()
        first, *others = case.arguments()
        self.assertTrue(np.isfinite(layer(3e2 * first, *others)).all())


if __name__ == "__main__":
    absltest.main()
