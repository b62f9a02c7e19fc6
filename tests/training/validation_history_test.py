"""Tests of stylex_tf.training.validation_history."""

import json
import pathlib

from absl.testing import absltest, parameterized

from stylex_tf.training import validation_history
from stylex_tf.training.validation_history import ValidationHistory


def _scores(*scores: float) -> list[dict[str, float]]:
    """Validations every 10 steps."""
    return [
        {"step": 10 * number, validation_history.SCORE: score}
        for number, score in enumerate(scores, start=1)
    ]


class ReadTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.log = pathlib.Path(self.create_tempdir()) / "metrics.jsonl"

    def _read(self, last_step: int) -> list[dict[str, float]]:
        return ValidationHistory.read(self.log, last_step).until(1_000)

    def test_no_log_is_no_validation(self):
        self.assertEmpty(self._read(100))
        self.assertEqual(validation_history.last_step(self.log), 0)

    def test_reads_lines_with_a_score_up_to_the_step(self):
        lines = [
            {"step": 5, "loss": 1.0},
            *_scores(0.1 + 0.2, 2.0),
            {"step": 25, "loss": 1.0},
            {"step": 30, validation_history.SCORE: 1.0},
        ]
        self.log.write_text("".join(json.dumps(x) + "\n" for x in lines))
        # To the last bit: a resumed run compares the same numbers.
        self.assertEqual(self._read(29), _scores(0.1 + 0.2, 2.0))
        self.assertLen(self._read(30), 3)
        self.assertEqual(validation_history.last_step(self.log), 30)

    def test_what_is_no_line_is_left_out(self):
        (line,) = _scores(1.0)
        text = json.dumps(line)
        self.log.write_bytes(
            f"{text}\n[1]\n3\n{{}}\n".encode() + b"\xff\n" + text[:-1].encode()
        )
        self.assertEqual(self._read(100), [line])


class JudgeTest(parameterized.TestCase):
    def test_the_best_is_the_lowest_and_of_equals_the_first(self):
        self.assertIsNone(ValidationHistory().best)
        best = ValidationHistory(_scores(3.0, 1.0, 2.0, 1.0)).best
        self.assertEqual(best["step"], 20)

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
        history = ValidationHistory(_scores(*scores))
        self.assertEqual(history.is_stalled(patience), stalled)

    def test_the_next_one_changes_only_the_history_that_has_it(self):
        *first, third = _scores(1.0, 2.0, 3.0)
        history = ValidationHistory(first)
        self.assertTrue(history.with_next(third).is_stalled(20))
        self.assertFalse(history.is_stalled(20))


if __name__ == "__main__":
    absltest.main()
