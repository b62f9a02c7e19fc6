"""Tests of stylex_tf.training.step_metrics."""

import tensorflow as tf
from absl.testing import absltest

from stylex_tf.training import step_metrics


class StepMetricsTest(absltest.TestCase):
    def test_a_mapping_is_stacked_and_reads_as_before(self):
        plain = {"b": tf.constant(2.0), "a": tf.constant(3, tf.float16)}
        metrics = step_metrics.StepMetrics.of(plain)
        self.assertEqual(metrics.stacked.shape, (2,))
        self.assertEqual(list(metrics), ["b", "a"])
        self.assertEqual(dict(metrics), {"b": 2.0, "a": 3.0})
        self.assertNotIn("c", metrics)
        with self.assertRaises(KeyError):
            metrics["c"]
        self.assertIs(step_metrics.StepMetrics.of(metrics), metrics)

    def test_a_step_without_metrics(self):
        metrics = step_metrics.StepMetrics.of({})
        self.assertEmpty(metrics)
        self.assertEqual(step_metrics.means([metrics]), {})
        self.assertEqual(step_metrics.means([]), {})

    def test_a_mean_is_of_the_steps_that_have_the_metric(self):
        steps = [
            step_metrics.StepMetrics.of(
                {name: tf.constant(value) for name, value in values.items()}
            )
            for values in (
                {"z": 1.0, "odd": 10.0},
                {"z": 2.0},
                {"z": 6.0, "odd": 30.0},
            )
        ]
        means = step_metrics.means(steps)
        self.assertEqual(list(means.items()), [("odd", 20.0), ("z", 3.0)])

    def test_one_value_that_is_not_finite_shows(self):
        steps = [
            step_metrics.StepMetrics.of({"loss": tf.constant(value)})
            for value in (1.0, float("inf"), 2.0)
        ]
        self.assertEqual(step_metrics.means(steps), {"loss": float("inf")})


if __name__ == "__main__":
    absltest.main()
