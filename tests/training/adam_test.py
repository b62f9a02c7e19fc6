"""Tests of stylex_tf.training.adam, against its formulas and against Keras."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.training import adam, layout

_OPTIONS = {"beta_1": 0.5, "beta_2": 0.99, "epsilon": 1e-8}


def setUpModule():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )


def _gradients(steps: int = 5) -> np.ndarray:
    numbers = np.random.default_rng(0).normal(size=(steps, 3, 4))
    return numbers.astype(np.float32)


def _optimizer(**options) -> tuple[tf.Variable, adam.Adam]:
    variable = tf.Variable(tf.ones([3, 4]))
    optimizer = adam.Adam(0.01, **_OPTIONS, **options)
    optimizer.build({"a/kernel": variable})
    return variable, optimizer


class AdamTest(parameterized.TestCase):
    def test_is_the_formula_of_the_paper(self):
        variable, optimizer = _optimizer()
        expected, m, v = np.ones([3, 4]), 0.0, 0.0
        for t, gradient in enumerate(_gradients(), 1):
            optimizer.apply([tf.constant(gradient)])
            m = 0.5 * m + 0.5 * gradient
            v = 0.99 * v + 0.01 * gradient**2
            step = (m / (1 - 0.5**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
            expected = expected - 0.01 * step
        np.testing.assert_allclose(variable, expected, rtol=1e-5)
        self.assertEqual(int(optimizer.iterations), 5)

    def test_has_the_bits_of_keras(self):
        ours, optimizer = _optimizer()
        keras_s = keras.optimizers.Adam(0.01, **_OPTIONS)
        weight = keras.layers.Dense(4, use_bias=False, dtype="float32")
        weight.build([None, 3])
        (theirs,) = weight.trainable_variables
        theirs.assign(tf.ones([3, 4]))
        for gradient in _gradients():
            optimizer.apply([tf.constant(gradient)])
            keras_s.apply_gradients([(tf.constant(gradient), theirs)])
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())

    def test_names_are_ours(self):
        names = dict(layout.flat(_optimizer(is_scaled=True)[1].named()))
        self.assertCountEqual(
            names,
            [
                "iterations",
                "m/a/kernel",
                "v/a/kernel",
                "loss_scale",
                "finite_steps",
            ],
        )

    def test_sums_the_gradients_of_replicas(self):
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        with strategy.scope():
            variable, optimizer = _optimizer(is_scaled=True)
        alone, other = _optimizer()

        @tf.function
        def step(gradient):
            strategy.run(lambda: optimizer.apply([gradient / 2.0]))

        for gradient in _gradients(3):
            step(tf.constant(gradient))
            other.apply([tf.constant(gradient)])
        np.testing.assert_allclose(variable, alone, rtol=1e-6)
        self.assertEqual(optimizer.iterations.numpy(), 3)
        self.assertEqual(optimizer.finite_steps.numpy(), 3)
        step(tf.fill([3, 4], np.nan))
        self.assertEqual(optimizer.iterations.numpy(), 3)
        np.testing.assert_allclose(variable, alone, rtol=1e-6)


class ScaleTest(absltest.TestCase):
    def test_a_step_that_is_not_finite_is_left_out(self):
        variable, optimizer = _optimizer(is_scaled=True)
        optimizer.apply([tf.constant(_gradients()[0])])
        before = [v.numpy() for _, v in layout.flat(optimizer.named()["v"])]
        value = variable.numpy()
        for bad in (np.nan, np.inf):
            scale = float(optimizer.loss_scale)
            optimizer.apply([tf.fill([3, 4], bad)])
            np.testing.assert_array_equal(variable, value)
            self.assertEqual(float(optimizer.loss_scale), scale / 2)
            self.assertEqual(int(optimizer.finite_steps), 0)
        self.assertEqual(int(optimizer.iterations), 1)
        (after,) = [v.numpy() for _, v in layout.flat(optimizer.named()["v"])]
        np.testing.assert_array_equal(after, before[0])

    def test_two_thousand_finite_steps_double_it(self):
        _, optimizer = _optimizer(is_scaled=True)
        optimizer.finite_steps.assign(1_998)
        scale = float(optimizer.loss_scale)
        for expected in (scale, 2 * scale, 2 * scale):
            optimizer.apply([tf.constant(_gradients()[0])])
            self.assertEqual(float(optimizer.loss_scale), expected)

    def test_it_stays_between_one_and_what_float32_holds(self):
        _, optimizer = _optimizer(is_scaled=True)
        optimizer.loss_scale.assign(1.0)
        optimizer.apply([tf.fill([3, 4], np.nan)])
        self.assertEqual(float(optimizer.loss_scale), 1.0)
        optimizer.loss_scale.assign(2.0**127)
        optimizer.finite_steps.assign(1_999)
        optimizer.apply([tf.constant(_gradients()[0])])
        self.assertEqual(float(optimizer.loss_scale), 2.0**127)


if __name__ == "__main__":
    absltest.main()
