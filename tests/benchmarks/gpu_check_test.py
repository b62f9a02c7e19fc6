"""Tests of benchmarks.gpu_check, on the processor."""

from unittest import mock

import tensorflow as tf
from absl.testing import absltest

from benchmarks import gpu_check, step_costs
from stylex_tf import config_checks
from tests.testing import tiny_experiment


def setUpModule():
    tf.config.run_functions_eagerly(True)


class GpuCheckTest(absltest.TestCase):
    def _settings(self):
        settings = tiny_experiment.settings("data")
        config_checks.check(settings)
        return settings

    def test_a_device_agrees_with_itself(self):
        settings = self._settings()
        with (
            mock.patch.object(step_costs, "operations", return_value=1e6),
            mock.patch.object(step_costs, "peak", return_value=1e12),
        ):
            _, _, losses = gpu_check.measure(settings, "CPU:0", 1)
            self.assertCountEqual(
                losses,
                ["generator/sampled/loss", "discriminator/sampled/loss"],
            )
            result = gpu_check.attempt(settings, "CPU:0", losses, 1)
        self.assertEqual(result.problem, "")
        self.assertEqual(result.difference, 0.0)
        self.assertAlmostEqual(result.share, 1e6 / result.seconds / 1e12)

    def test_what_does_not_work_is_a_row_that_says_why(self):
        error = tf.errors.UnimplementedError(None, None, "no such kernel\nmore")
        with mock.patch.object(gpu_check, "measure", side_effect=error):
            result = gpu_check.attempt(self._settings(), "GPU:0", {}, 1)
        self.assertEqual(result.problem, "no such kernel")
        (row,) = gpu_check.table([result], 4)[2:]
        self.assertIn("| float32 | no | no such kernel |", row)

    def test_a_row_has_images_a_second_and_the_share(self):
        result = gpu_check.Result("float32", True, 0.25, 0.4, 2e-4)
        self.assertEqual(
            gpu_check.table([result], 8)[2],
            "| float32 | yes | 250.0 | 32 | 40% | 2.0e-04 |",
        )


if __name__ == "__main__":
    absltest.main()
