"""Tests of stylex_tf.training.validations."""

import json
import pathlib

from absl.testing import absltest, parameterized

from stylex_tf.training import validations


def _scores(*scores: float) -> list[dict[str, float]]:
    """Validations every 10 steps."""
    return [
        {"step": 10 * number, validations.SCORE: score}
        for number, score in enumerate(scores, start=1)
    ]


class ReadTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.log = pathlib.Path(self.create_tempdir()) / "metrics.jsonl"

    def test_no_log_is_no_validation(self):
        self.assertEmpty(validations.read(self.log, 100))

    def test_reads_lines_with_a_score_up_to_the_step(self):
        lines = [
            {"step": 5, "loss": 1.0},
            *_scores(0.1 + 0.2, 2.0),
            {"step": 25, "loss": 1.0},
            {"step": 30, validations.SCORE: 1.0},
        ]
        self.log.write_text("".join(json.dumps(x) + "\n" for x in lines))
        # To the last bit: a resumed run compares the same numbers.
        self.assertEqual(
            validations.read(self.log, 29), _scores(0.1 + 0.2, 2.0)
        )
        self.assertLen(validations.read(self.log, 30), 3)

    def test_a_half_written_line_is_none(self):
        (line,) = _scores(1.0)
        text = json.dumps(line)
        self.log.write_text(f"{text}\n{text[:-1]}")
        self.assertEqual(validations.read(self.log, 100), [line])


class JudgeTest(parameterized.TestCase):
    def test_the_best_is_the_lowest_and_of_equals_the_first(self):
        self.assertIsNone(validations.best([]))
        found = validations.best(_scores(3.0, 1.0, 2.0, 1.0))
        self.assertEqual(found["step"], 20)

    @parameterized.parameters(
        ([3.0, 2.0, 1.0], 10, False),
        ([1.0, 2.0, 3.0], 20, True),
        ([1.0, 2.0, 3.0], 21, False),
        # Equal is not better.
        ([1.0, 1.0, 1.0], 20, True),
        # A better one begins to count anew.
        ([2.0, 3.0, 1.0, 1.5], 20, False),
        ([1.0, 2.0, 3.0], 0, False),
        ([], 10, False),
    )
    def test_is_stalled_after_so_many_steps(self, scores, patience, stalled):
        self.assertEqual(
            validations.is_stalled(_scores(*scores), patience), stalled
        )


if __name__ == "__main__":
    absltest.main()
