"""Tests of what marks an attribute."""

from absl.testing import absltest, parameterized

from stylex_tf.report import marks


class MarksTest(parameterized.TestCase):
    @parameterized.parameters(
        (1.0, True, ""),
        # A tenth of the strongest is not less than a tenth.
        (0.1, True, ""),
        (0.099, True, "weak"),
        (1.0, False, "does not turn the decision"),
        (0.0, False, "weak; does not turn the decision"),
        (-1.0, True, "weak"),
    )
    def test_marks_what_does_little(self, effect, turns, words):
        self.assertEqual(
            marks.find(effect=effect, strongest=1.0, turns=turns), words
        )


if __name__ == "__main__":
    absltest.main()
