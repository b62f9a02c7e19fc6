import keras
import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import keras_line
from stylex_tf.classifiers import precision
from tests.classifiers import tiny_models


def _layer_dtypes(model):
    return {layer.compute_dtype for layer in keras_line.layers_below(model)}


class PrecisionTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(
            keras.mixed_precision.set_global_policy,
            keras.mixed_precision.global_policy(),
        )

    def test_the_policy_comes_back_even_after_an_error(self):
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
        with self.assertRaises(RuntimeError):
            with precision.float32_policy():
                layer = keras.layers.Dense(1)
                raise RuntimeError
        self.assertEqual(layer.compute_dtype, "float32")
        self.assertEqual(
            keras.mixed_precision.global_policy().name, "mixed_bfloat16"
        )

    def test_a_float32_model_is_left_alone(self):
        model = tiny_models.convolutional()
        self.assertIs(precision.in_float32(model), model)

    @parameterized.parameters("mixed_bfloat16", "mixed_float16", "bfloat16")
    def test_a_model_of_low_precision_is_copied(self, policy):
        keras.mixed_precision.set_global_policy(policy)
        model = keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                tiny_models.convolutional(),
                keras.layers.Dense(2),
            ]
        )
        model.layers[-1].bias.assign([1, 2])

        copy = precision.in_float32(model)

        self.assertEqual(_layer_dtypes(copy), {"float32"})
        images = tiny_models.images()
        np.testing.assert_allclose(
            copy(images), np.float32(model(images)), atol=0.05
        )


if __name__ == "__main__":
    absltest.main()
