"""Tests of a measured number."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.evaluation import figure

_CURVE = figure.Curve((0.1, 0.4), 20, ((0.0, 0.2), (0.3, 0.5)), 5)


class FigureTest(parameterized.TestCase):
    @parameterized.parameters(
        (dict(value=float("nan"), n=3), "not finite"),
        (dict(value=float("inf"), n=3), "not finite"),
        (dict(value=0.5, n=-1), "n is -1"),
        (dict(value=0.5, n=3, interval=(0.6, 0.4)), "before its beginning"),
    )
    def test_refuses_what_is_no_number(self, fields, message):
        with self.assertRaisesRegex(ValueError, message):
            figure.Figure(**fields)

    @parameterized.parameters(
        (dict(values=(0.5, 1.1), n=3), "expected 0 to 1"),
        (dict(values=(0.5, float("nan")), n=3), "not finite"),
        (dict(values=(0.5,), n=3, intervals=()), "0 intervals"),
        (dict(values=(0.5,), n=3, intervals=((1.0, 0.0),)), "beginning"),
    )
    def test_refuses_what_is_no_curve(self, fields, message):
        with self.assertRaisesRegex(ValueError, message):
            figure.Curve(**fields)

    def test_a_share_has_its_interval(self):
        share = figure.share_of(np.array([True, False, True, True]))
        # Wilson's, by hand.
        self.assertEqual((share.value, share.n), (0.75, 4))
        np.testing.assert_allclose(
            share.interval, (0.300642, 0.954413), atol=1e-6
        )

    def test_a_point_of_a_curve_keeps_its_number_interval_and_draws(self):
        self.assertEqual(
            _CURVE.at(2), figure.Figure(0.4, 20, (0.3, 0.5), draws=5)
        )
        self.assertEqual(_CURVE.last(), _CURVE.at(2))

    def test_there_is_no_figure_of_attributes_that_are_not_listed(self):
        self.assertIsNone(_CURVE.at(3))
        self.assertIsNone(_CURVE.at(0))
        self.assertIsNone(figure.Curve((), 20).last())


if __name__ == "__main__":
    absltest.main()
