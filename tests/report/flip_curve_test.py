"""Tests of the curve of flip rates."""

from absl.testing import absltest

from stylex_tf.evaluation import figure, record
from stylex_tf.report import flip_curve
from tests.report import report_samples


class FlipCurveTest(absltest.TestCase):
    def test_has_a_point_for_every_top(self):
        curve = flip_curve.points(report_samples.evaluation())

        self.assertEqual([point.top for point in curve], [1, 2, 3, 4])
        self.assertEqual(
            curve[-1], flip_curve.FlipPoint(4, 0.89, (0.85, 0.92), 0.016)
        )

    def test_is_empty_where_not_measured(self):
        self.assertEmpty(flip_curve.points(record.Evaluation()))

    def test_does_without_intervals_and_baselines(self):
        flips = record.Sufficiency(flips=figure.Curve((0.5,), 9))

        curve = flip_curve.points(record.Evaluation(sufficiency=flips))

        self.assertEqual(curve, (flip_curve.FlipPoint(1, 0.5, None, None),))


if __name__ == "__main__":
    absltest.main()
