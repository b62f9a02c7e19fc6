"""Tests of stylex_tf.training.ema."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.training import ema


def setUpModule():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )


class EmaTest(absltest.TestCase):
    def test_the_half_life_halves_in_so_many_images(self):
        decay = ema.decay_per_step(10_000, 16, step=0)
        np.testing.assert_allclose(decay ** (10_000 / 16), 0.5, rtol=1e-4)

    def test_the_half_life_is_no_longer_than_a_share_of_the_images_seen(self):
        # After 100 steps of 16 images a tenth of them is 160 images.
        limited = ema.decay_per_step(10_000, 16, step=99, share=0.1)
        np.testing.assert_allclose(
            limited, ema.decay_per_step(160, 16, step=99), rtol=1e-6
        )
        late = ema.decay_per_step(10_000, 16, step=1_000_000, share=0.1)
        np.testing.assert_array_equal(
            late, ema.decay_per_step(10_000, 16, step=1_000_000)
        )

    def test_after_one_half_life_the_average_is_half_way(self):
        decay = ema.decay_per_step(64, 16, step=0)
        average, value = tf.Variable([1.0, -3.0]), tf.Variable([5.0, 5.0])
        for _ in range(64 // 16):
            ema.update(tf.distribute.get_strategy(), [average], [value], decay)
        np.testing.assert_allclose(average, [3.0, 1.0], rtol=1e-6)

    def test_decay_0_copies_bit_for_bit(self):
        random = np.random.default_rng(0)
        average = tf.Variable(random.normal(size=100).astype(np.float32))
        value = tf.Variable(random.normal(size=100).astype(np.float32))
        ema.update(tf.distribute.get_strategy(), [average], [value], 0.0)
        np.testing.assert_array_equal(average.numpy(), value.numpy())

    def test_decay_1_stays(self):
        average, value = tf.Variable([0.5, 0.25]), tf.Variable([5.0, 5.0])
        ema.update(tf.distribute.get_strategy(), [average], [value], 1.0)
        np.testing.assert_array_equal(average, [0.5, 0.25])

    def test_moves_on_every_replica(self):
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        with strategy.scope():
            average, value = (
                tf.Variable(
                    first,
                )
                for first in ([0.0], [8.0])
            )

        @tf.function
        def move():
            ema.update(strategy, [average], [value], 0.75)

        move()
        for local in strategy.experimental_local_results(average):
            np.testing.assert_allclose(local, [2.0])


if __name__ == "__main__":
    absltest.main()
