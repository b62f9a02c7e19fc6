"""Tests of the chart of dose and response."""

import dataclasses

import numpy as np
from absl.testing import absltest

from stylex_tf.report import dose_curve
from tests.report import report_samples


class DoseCurveTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.shown = dataclasses.replace(
            report_samples.demonstrated(),
            responses=np.array([[0.0, 0.5, 1.0], [0.0, 0.0, 0.5]]),
            probabilities=np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 1.0]]),
            own_places=np.array([0.5, 1.0]),
        )

    def test_lines_go_through_every_place(self):
        drawn = dose_curve.draw(self.shown, np.array([0.0, 1.0]))

        self.assertEqual(drawn.mean, "M 0.0 96.0 L 160.0 72.0 L 320.0 24.0")
        self.assertEqual(
            drawn.examples,
            (
                "M 0.0 96.0 L 160.0 96.0 L 320.0 0.0",
                "M 0.0 96.0 L 160.0 0.0 L 320.0 0.0",
            ),
        )
        np.testing.assert_allclose(drawn.means, [0.0, 0.25, 0.75])

    def test_points_are_where_the_examples_are_by_themselves(self):
        drawn = dose_curve.draw(self.shown, np.array([0.25, 1.0]))

        self.assertEqual(drawn.points, (("160.0", "72.0"), ("320.0", "0.0")))

    def test_the_band_goes_there_and_back(self):
        drawn = dose_curve.draw(self.shown, np.array([0.0, 1.0]))

        # Nine tenths of the way from 0 to 0.5, then a tenth of it.
        self.assertEqual(
            drawn.band,
            "M 0.0 96.0 L 160.0 52.8 L 320.0 4.8 "
            "L 320.0 43.2 L 160.0 91.2 L 0.0 96.0 Z",
        )


if __name__ == "__main__":
    absltest.main()
