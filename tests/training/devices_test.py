"""Tests of stylex_tf.training.devices, with made-up GPUs."""

import threading
import types
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.training import devices

_GPUS = [types.SimpleNamespace(name=f"GPU:{number}") for number in range(2)]


def setUpModule():
    # The second stands for a device that is not the host.
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )


class DevicesTest(absltest.TestCase):
    def _grow(self, gpus, side_effect=None):
        with (
            mock.patch.object(
                tf.config, "list_physical_devices", return_value=gpus
            ),
            mock.patch.object(
                tf.config.experimental,
                "set_memory_growth",
                side_effect=side_effect,
            ) as called,
        ):
            return devices.grow_memory(), called.call_args_list

    def test_every_gpu_grows(self):
        names, calls = self._grow(_GPUS)
        self.assertEqual(names, ["GPU:0", "GPU:1"])
        self.assertEqual(calls, [mock.call(gpu, True) for gpu in _GPUS])

    def test_one_that_is_in_use_stays_as_it_is(self):
        names, _ = self._grow(_GPUS, [RuntimeError("initialized"), None])
        self.assertEqual(names, ["GPU:1"])

    def test_without_a_gpu_nothing_happens(self):
        self.assertEqual(self._grow([]), ([], []))

    def test_batches_lie_on_the_device_before_they_are_asked_for(self):
        third_is_read = threading.Event()

        def read():
            for number in range(9):
                if number == 2:
                    third_is_read.set()
                yield np.full([4], number, np.uint8)

        def batches(_):
            return tf.data.Dataset.from_generator(
                read, output_signature=tf.TensorSpec([4], tf.uint8)
            )

        strategy = tf.distribute.OneDeviceStrategy("CPU:1")
        iterator = iter(
            strategy.distribute_datasets_from_function(
                batches, devices.read_ahead()
            )
        )
        first = next(iterator)

        self.assertEndsWith(first.device, "CPU:1")
        self.assertTrue(third_is_read.wait(60.0))
        np.testing.assert_array_equal(first, [0] * 4)
        np.testing.assert_array_equal(next(iterator), [1] * 4)


if __name__ == "__main__":
    absltest.main()
