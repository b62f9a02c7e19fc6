"""Tests of stylex_tf.training.validation, with the log it writes into."""

import json
import pathlib

import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.training import metrics, validation, validation_history


class ValidationTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.path = self.folder / "metrics.jsonl"
        self.scores = iter(())

    def _actions(self, *, first_step: int = 0, patience_steps: int = 0):
        history = validation_history.ValidationHistory.read(
            self.path, first_step
        )
        log = metrics.MetricsLog(
            self.folder, history, first_step=first_step, every=2, batch_size=10
        )
        measures = validation.Validation(
            lambda: {validation_history.SCORE: next(self.scores)},
            log,
            history,
            every=4,
            patience_steps=patience_steps,
        )
        return measures, log

    def _train(self, actions, first: int, last: int) -> int:
        """Calls the actions as the loop does; returns where it ended."""
        for step in range(first, last + 1):
            ends = step == last
            for action in actions:
                ended = action(step, {"loss": tf.constant(1.0)}, last=ends)
                ends = ends or bool(ended)
            if ends:
                return step
        raise AssertionError("no last step")

    def _scored(self) -> dict[int, float]:
        lines = map(json.loads, self.path.read_text().splitlines())
        return {
            line["step"]: line[validation_history.SCORE]
            for line in lines
            if validation_history.SCORE in line
        }

    def test_measures_when_due_and_at_the_end_into_the_line_of_the_step(self):
        self.scores = iter([0.1 + 0.2, 0.5, 0.25])
        self._train(self._actions(), 1, 9)
        self.assertEqual(self._scored(), {4: 0.1 + 0.2, 8: 0.5, 9: 0.25})
        steps = [
            json.loads(line)["step"]
            for line in self.path.read_text().splitlines()
        ]
        self.assertEqual(steps, [2, 4, 6, 8, 9])

    def test_ends_when_nothing_improves_for_long(self):
        self.scores = iter([3.0, 2.0, 2.5, 2.1, 0.0])
        actions = self._actions(patience_steps=8)
        with self.assertLogs("stylex_tf", "INFO") as logs:
            self.assertEqual(self._train(actions, 1, 100), 16)
        self.assertIn("Training ends at step 16", logs.output[0])
        # The log's line of the last step is there.
        self.assertEqual(self._scored()[16], 2.1)

    def test_goes_on_for_ever_without_patience(self):
        self.scores = iter([1.0] * 100)
        self.assertEqual(self._train(self._actions(), 1, 40), 40)

    def test_a_resumed_run_remembers_the_best_score(self):
        self.scores = iter([1.0, 2.0])
        self._train(self._actions(), 1, 8)
        self.scores = iter([1.5, 1.2, 0.0])
        actions = self._actions(first_step=8, patience_steps=12)
        self.assertEqual(self._train(actions, 9, 100), 16)

    def test_what_the_resumed_run_will_repeat_does_not_count(self):
        self.scores = iter([1.0, 0.5])
        self._train(self._actions(), 1, 8)
        self.scores = iter([0.7, 0.8, 0.9, 0.0])
        actions = self._actions(first_step=4, patience_steps=8)
        # The best is that of step 8 again, with its new score.
        self.assertEqual(self._train(actions, 5, 100), 16)
        self.assertEqual(self._scored(), {4: 1.0, 8: 0.7, 12: 0.8, 16: 0.9})

    def test_a_figure_that_is_not_finite_stops_the_run(self):
        self.scores = iter([float("nan")])
        with self.assertRaisesRegex(
            errors.DivergedError, "validation/score is nan"
        ):
            self._train(self._actions(), 1, 4)


if __name__ == "__main__":
    absltest.main()
