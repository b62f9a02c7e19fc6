"""Every layer: configuration, shapes, weights, and one step of training."""

import inspect
import json
import math

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from tests.conformance import registry


def count(variables) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


class StructureTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    def test_every_layer_is_here(self):
        ours = {
            name
            for name in keras.saving.get_custom_objects()
            if name.startswith("stylex_tf>")
        }
        here = {
            keras.saving.get_registered_name(type(case.make()))
            for case in registry.CASES
        }
        self.assertEqual(here, ours)

    @parameterized.named_parameters(*registry.ALL)
    def test_configuration_makes_the_same_layer(self, case):
        layer = case.make()
        serialized = keras.saving.serialize_keras_object(layer)
        twin = keras.saving.deserialize_keras_object(
            json.loads(json.dumps(serialized))
        )
        self.assertIs(type(twin), type(layer))
        self.assertEqual(twin.get_config(), layer.get_config())

        layer(*case.arguments())
        twin(*case.arguments())
        twin.set_weights(layer.get_weights())
        np.testing.assert_array_equal(
            twin(*case.arguments()), layer(*case.arguments())
        )

    @parameterized.named_parameters(*registry.ALL)
    def test_configuration_has_every_argument(self, case):
        layer = case.make()
        parameters = inspect.signature(type(layer).__init__).parameters
        named = {
            name
            for name, parameter in parameters.items()
            if parameter.kind
            in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        } - {"self", "trainable", "name", "dtype", "dynamic"}
        self.assertContainsSubset(named, layer.get_config())
        for name in named:
            self.assertEqual(getattr(layer, name), layer.get_config()[name])

    @parameterized.named_parameters(*registry.ALL)
    def test_shape_dtype_and_number_of_weights(self, case):
        layer = case.build()
        output = layer(*case.arguments())
        self.assertEqual(output.shape, case.output)
        self.assertEqual(output.dtype, tf.float32)
        self.assertEqual(
            (count(layer.trainable_variables), count(layer.variables)),
            case.weights,
        )

    @parameterized.named_parameters(*registry.ALL)
    def test_one_step_of_training_moves_every_weight(self, case):
        layer = case.build()
        before = layer.get_weights()
        with tf.GradientTape() as tape:
            output = layer(*case.arguments())
            aim = tf.random.stateless_normal(output.shape, seed=[2, 0])
            loss = tf.reduce_mean(tf.square(output - aim))
        variables = layer.trainable_variables
        gradients = tape.gradient(loss, variables)
        keras.optimizers.Adam(1e-3).apply_gradients(
            zip(gradients, variables, strict=True)
        )

        trained = {id(variable) for variable in variables}
        for weight, old in zip(layer.weights, before, strict=True):
            moved = bool(np.any(weight.numpy() != old))
            self.assertEqual(moved, id(weight) in trained, weight.name)
        with self.subTest("downhill"):
            output = layer(*case.arguments())
            self.assertLess(
                float(tf.reduce_mean(tf.square(output - aim))), float(loss)
            )


if __name__ == "__main__":
    absltest.main()
