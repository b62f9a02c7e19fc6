"""Tests of stylex_tf.training.augmentation_strength: up, down, and how fast."""

import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.training import augmentation_kind, augmentation_strength


def setUpModule():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )


def _strength(first: float = 0.4, change: float = 0.01):
    return augmentation_strength.AugmentationStrength(
        first, target=0.6, change=change
    )


def _adapt(strength, signs, start: int = 0) -> list[float]:
    """The strength after each of some steps."""
    values = []
    for step, sign in enumerate(signs, start=start + 1):
        strength.adapt(tf.constant(step, tf.int64), tf.constant(sign))
        values.append(float(strength.value))
    return values


class AugmentationStrengthTest(parameterized.TestCase):
    @parameterized.parameters((0.7, 0.44), (0.5, 0.36), (0.6, 0.4), (-1, 0.36))
    def test_four_steps_above_the_target_raise_it(self, sign, expected):
        values = _adapt(_strength(), [float(sign)] * 4)
        np.testing.assert_allclose(values, [0.4, 0.4, 0.4, expected], rtol=1e-6)

    def test_the_mean_of_the_four_decides(self):
        for last, expected in ((-0.5, 0.44), (-0.7, 0.36)):
            values = _adapt(_strength(), [1.0, 1.0, 1.0, last])
            self.assertAlmostEqual(values[-1], expected)

    def test_earlier_steps_are_forgotten(self):
        values = _adapt(_strength(), [1.0] * 4 + [0.5] * 4)
        np.testing.assert_allclose(values[3::4], [0.44, 0.4], rtol=1e-6)

    def test_stays_between_0_and_its_maximum(self):
        self.assertEqual(_adapt(_strength(0.02), [0.0] * 12)[-1], 0.0)
        highest = _adapt(_strength(0.78), [1.0] * 12)[-1]
        self.assertEqual(
            highest, np.float32(augmentation_kind.MAX_AUGMENTATION)
        )

    def test_is_as_fast_as_it_says(self):
        """A batch of 10 and 500 images: from 0 to 0.8 in 400."""
        values = _adapt(_strength(0.0, change=10 / 500), [1.0] * 44)
        self.assertLess(values[38], 0.75)
        self.assertAlmostEqual(values[39], 0.8, places=6)

    def test_without_change_it_is_fixed(self):
        self.assertEqual(set(_adapt(_strength(0.25, 0.0), [1.0] * 8)), {0.25})

    def test_a_checkpoint_goes_on_between_two_moves(self):
        path = str(pathlib.Path(self.create_tempdir()) / "strength")
        signs = [1.0, 0.9, 0.0, 0.5, 0.7, 0.8, 0.6, 0.5]
        whole = _strength()
        expected = _adapt(whole, signs)
        first = _strength()
        _adapt(first, signs[:6])
        saved = tf.train.Checkpoint(strength=first).write(path)
        resumed = _strength(0.1)
        tf.train.Checkpoint(strength=resumed).read(saved).assert_consumed()
        actual = _adapt(resumed, signs[6:], start=6)
        self.assertEqual(actual, expected[6:])

    def test_the_mean_of_all_replicas_moves_all(self):
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        with strategy.scope():
            strength = _strength()

        def sign():
            context = tf.distribute.get_replica_context()
            # 1.0 and 0.4: the target is between them, and below their mean.
            return 1.0 - 0.6 * tf.cast(
                context.replica_id_in_sync_group, tf.float32
            )

        @tf.function
        def adapt(step):
            signs = strategy.run(sign)
            strength.adapt(step, strategy.reduce("MEAN", signs, axis=None))

        for step in range(1, 5):
            adapt(tf.constant(step, tf.int64))
        values = strategy.experimental_local_results(strength.value)
        self.assertLen(values, 2)
        np.testing.assert_allclose(values, [0.44, 0.44], rtol=1e-6)


if __name__ == "__main__":
    absltest.main()
