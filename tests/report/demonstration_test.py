"""Tests of what a knob's data must fit."""

import dataclasses

import numpy as np
from absl.testing import absltest, parameterized

from tests.report import report_samples


class DemonstrationTest(parameterized.TestCase):
    def test_counts_its_places(self):
        self.assertEqual(report_samples.demonstrated(places=5).places, 5)

    @parameterized.parameters(
        ("frames", (2, 3, 8, 8, 3), float, "expected uint8"),
        ("frames", (2, 3, 8, 3), np.uint8, "expected uint8"),
        ("frames", (2, 1, 8, 8, 3), np.uint8, "2 or more"),
        ("probabilities", (2, 4), float, r"expected \(2, 3\)"),
        ("decided", (3, 3), bool, r"expected \(2, 3\)"),
        ("own_places", (3,), float, r"expected \(2,\)"),
        ("responses", (5, 2), float, r"expected \(5, 3\)"),
    )
    def test_refuses_parts_that_do_not_fit(self, name, shape, dtype, message):
        good, value = report_samples.demonstrated(), np.zeros(shape, dtype)

        with self.assertRaisesRegex(ValueError, f"{name} .*{message}"):
            dataclasses.replace(good, **{name: value})

    def test_refuses_frames_of_photographs_that_do_not_fit(self):
        good = report_samples.demonstrated()
        fewer = report_samples.demonstrated(places=4).carried

        with self.assertRaisesRegex(ValueError, "carried frames has shape"):
            dataclasses.replace(good, carried=fewer)


if __name__ == "__main__":
    absltest.main()
