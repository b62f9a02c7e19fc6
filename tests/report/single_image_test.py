"""Tests of what one image's explanation says."""

import numpy as np
from absl.testing import absltest

from stylex_tf.report import marks, single_image, trust
from tests.report import report_samples


class SingleImageTest(absltest.TestCase):
    def test_the_decision_is_about_the_reconstruction(self):
        explained = report_samples.alone(
            probabilities_image=np.array([0.9, 0.1]),
            probabilities_reconstruction=np.array([0.2, 0.8]),
        )

        self.assertEqual(explained.decision, 1)

    def test_is_flipped_if_the_last_picture_is(self):
        weak, strong = (report_samples.edit(wins=x) for x in (0.4, 0.6))

        for subset, flipped in (
            ((weak, strong), True),
            ((strong, weak), False),
            ((), False),
        ):
            explained = report_samples.alone(subset=subset)
            self.assertEqual(explained.flipped, flipped)

    def test_marks_what_turns_one_way_and_not_the_other(self):
        # In the samples, no edit turns the photograph.
        explained = report_samples.alone()
        strong, other = explained.independent

        self.assertEqual(single_image.mark(explained, strong), "")
        self.assertEqual(
            single_image.mark(explained, strong, on_photograph=True),
            marks.TURNS_NOTHING,
        )
        self.assertEqual(
            single_image.mark(explained, other), marks.TURNS_NOTHING
        )

    def test_trust_is_whether_the_reconstruction_keeps_the_class(self):
        keeps = report_samples.alone()
        loses = report_samples.alone(
            probabilities_image=np.array([0.2, 0.8]),
            probabilities_reconstruction=np.array([0.7, 0.3]),
        )

        for explained, level in (
            (keeps, trust.UNKNOWN),
            (loses, trust.DOUBTFUL),
        ):
            said = single_image.trust(explained, report_samples.CLASS_NAMES)
            self.assertEqual(said.level, level)


if __name__ == "__main__":
    absltest.main()
