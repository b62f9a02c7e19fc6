"""Tests of stylex_tf.training.devices, with made-up GPUs."""

import types
from unittest import mock

import tensorflow as tf
from absl.testing import absltest

from stylex_tf.training import devices

_GPUS = [types.SimpleNamespace(name=f"GPU:{number}") for number in range(2)]


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


if __name__ == "__main__":
    absltest.main()
