"""Tests of stylex_tf.training.metrics."""

import io
import json
import pathlib
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.training import metrics, validation_history


class _Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class MetricsLogTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.run_dir = pathlib.Path(self.create_tempdir())
        self.path = self.run_dir / "metrics.jsonl"
        self.clock = _Clock()
        self.history = validation_history.ValidationHistory()

    def _log(self, first_step: int = 0, every: int = 2) -> metrics.MetricsLog:
        return metrics.MetricsLog(
            self.run_dir,
            self.history,
            first_step=first_step,
            every=every,
            batch_size=10,
            clock=self.clock,
        )

    def _lines(self) -> list[dict]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def _take(self, log, step: int, *, last: bool = False, **values):
        log(step, {k: tf.constant(v) for k, v in values.items()}, last=last)

    def test_a_line_is_the_mean_since_the_last(self):
        log = self._log()
        for step, loss in enumerate([1.0, 3.0, 10.0, 20.0], start=1):
            self.clock.seconds += 2.0
            self._take(log, step, loss=loss)
        self.assertEqual(
            self._lines(),
            [
                {
                    "step": 2,
                    "kimg": 0.02,
                    "images_per_second": 5.0,
                    "loss": 2.0,
                },
                {
                    "step": 4,
                    "kimg": 0.04,
                    "images_per_second": 5.0,
                    "loss": 15.0,
                },
            ],
        )

    def test_a_metric_of_some_steps_is_averaged_over_those(self):
        log = self._log(every=4)
        for step in range(1, 5):
            name = "encoded" if step % 2 else "sampled"
            self._take(log, step, **{name: float(step)})
        (line,) = self._lines()
        self.assertEqual((line["encoded"], line["sampled"]), (2.0, 3.0))

    def test_a_note_stands_in_the_next_line_alone_as_it_is(self):
        log = self._log()
        log.note({"validation/l1": 0.1 + 0.2})
        for step in range(1, 5):
            self._take(log, step, loss=1.0)
        first, second = self._lines()
        self.assertEqual(first["validation/l1"], 0.1 + 0.2)
        self.assertEqual(first["loss"], 1.0)
        self.assertNotIn("validation/l1", second)

    def test_the_last_step_is_written_whatever_the_interval(self):
        log = self._log(every=100)
        self._take(log, 1, loss=1.0)
        self._take(log, 2, loss=2.0, last=True)
        self.assertEqual([line["step"] for line in self._lines()], [2])

    def _events(self, folder: str) -> list[tf.compat.v1.Event]:
        """Reads what was written for TensorBoard, without its first line."""
        (file,) = (self.run_dir / folder).iterdir()
        return [
            tf.compat.v1.Event.FromString(record.numpy())
            for record in tf.data.TFRecordDataset(str(file)).skip(1)
        ]

    def test_tensorboard_has_the_same_numbers(self):
        log = self._log(every=1)
        self._take(log, 1, loss=2.5)
        self._take(log, 2, loss=3.5)
        # One event a line, and not one a figure.
        events = self._events("tensorboard")
        self.assertEqual([event.step for event in events], [1, 2])
        for event, line in zip(events, self._lines(), strict=True):
            written = {
                value.tag: tf.make_ndarray(value.tensor)
                for value in event.summary.value
            }
            self.assertEqual(written, {k: np.float32(line[k]) for k in line})

    def test_tensorboard_gets_what_its_own_scalars_are(self):
        own = tf.summary.create_file_writer(str(self.run_dir / "own"))
        with own.as_default(step=1):
            tf.summary.scalar("loss", 0.1)
        own.close()
        log = self._log(every=1)
        self._take(log, 1, loss=0.1)
        (expected,) = self._events("own")[0].summary.value
        (event,) = self._events("tensorboard")
        written = {value.tag: value for value in event.summary.value}
        self.assertEqual(written["loss"].metadata, expected.metadata)
        np.testing.assert_array_equal(
            tf.make_ndarray(written["loss"].tensor),
            tf.make_ndarray(expected.tensor),
            strict=True,
        )

    @parameterized.parameters(float("nan"), float("inf"))
    def test_a_value_that_is_not_finite_stops_the_run(self, value):
        log = self._log()
        for step, loss in ((1, 1.0), (2, 1.0), (3, value)):
            self._take(log, step, fine=0.0, loss=loss)
        with self.assertRaisesRegex(
            FloatingPointError, rf"^loss is {value} somewhere in steps 2\.\.4;"
        ):
            self._take(log, 4, fine=0.0, loss=1.0)
        self.assertEqual([line["step"] for line in self._lines()], [2])

    def test_a_full_disk_is_one_error_that_names_the_file(self):
        log = self._log()
        # A device that is always full.
        self.path.symlink_to("/dev/full")
        self._take(log, 1, loss=1.0)
        with self.assertRaisesRegex(
            errors.RunFolderError, r"metrics\.jsonl: No space left on device;"
        ):
            self._take(log, 2, loss=1.0)
        self.path.unlink()

    def test_resuming_drops_the_lines_of_steps_that_are_repeated(self):
        log = self._log(every=1)
        for step in range(1, 6):
            self._take(log, step, loss=float(step))
        log = self._log(first_step=3, every=1)
        self._take(log, 4, loss=40.0)
        self.assertEqual(
            [(line["step"], line["loss"]) for line in self._lines()],
            [(1, 1.0), (2, 2.0), (3, 3.0), (4, 40.0)],
        )

    @parameterized.parameters("{", '{"step": 3, "loss": 0.', '{"step": 3')
    def test_resuming_drops_a_line_that_was_cut_by_a_kill(self, torn):
        whole = '{"step": 2, "loss": 1.0}\n'
        self.path.write_text(whole + torn)
        self._log(first_step=2)
        self.assertEqual(self.path.read_text(), whole)

    def test_resuming_keeps_a_last_line_that_lacks_only_its_end(self):
        line = '{"step": 2, "loss": 1.0}'
        self.path.write_text(line)
        self._take(self._log(first_step=2, every=1), 3, loss=2.0)
        self.assertEqual([row["step"] for row in self._lines()], [2, 3])

    def test_a_run_that_never_saved_begins_its_log_again(self):
        self.path.write_text('{"step": 2, "loss": 1.0}\n')
        self._log(first_step=0)
        self.assertEqual(self.path.read_text(), "")


class ProgressTest(absltest.TestCase):
    def test_counts_images_from_the_first_step(self):
        with mock.patch("sys.stderr", new_callable=io.StringIO) as shown:
            progress = metrics.Progress(
                first_step=3, total_steps=5, batch_size=10
            )
            progress(4, {}, last=False)
            progress(5, {}, last=True)
        self.assertIn("30.0/50.0", shown.getvalue())
        self.assertIn("50.0/50.0", shown.getvalue())


if __name__ == "__main__":
    absltest.main()
