"""Writes the numbers of a training: JSONL, TensorBoard, progress."""

import json
import math
import pathlib
import time
from collections.abc import Callable, Mapping

import tensorflow as tf
import tqdm

from stylex_tf import atomic_file, errors
from stylex_tf.training import loop, step_metrics, validation_history


class MetricsLog:
    """Averages metrics between two log points and writes them.

    A line of `metrics.jsonl` is one log point: step, kimg (thousands of
    images), images_per_second, and the mean of every metric since the last;
    and what was noted beside training, as it is.
    """

    def __init__(
        self,
        run_dir: pathlib.Path,
        history: validation_history.ValidationHistory,
        *,
        first_step: int,
        every: int,
        batch_size: int,
        clock: Callable[[], float] = time.monotonic,
    ):
        """Opens the log; lines of steps that will be repeated are dropped.

        Args:
            run_dir: gets metrics.jsonl and tensorboard/.
            history: gets the lines that have a validation.
            first_step: the step training goes on from.
            every: steps between two log points.
            batch_size: examples of all replicas.
            clock: in seconds.
        """
        self._path = run_dir / "metrics.jsonl"
        self._history = history
        self._every = every
        self._batch_size = batch_size
        self._clock = clock
        self._steps: list[step_metrics.StepMetrics] = []
        self._notes: dict[str, float] = {}
        self._since = (first_step, clock())
        if self._path.exists():
            _drop_lines_after(self._path, first_step)
        self._summaries = tf.summary.create_file_writer(
            str(run_dir / "tensorboard")
        )

    def note(self, figures: Mapping[str, float]) -> None:
        """Takes figures that are measured now and then, for the next line."""
        self._notes.update(figures)

    def __call__(self, step: int, metrics: loop.Metrics, *, last: bool):
        """Takes the metrics of one step; writes where a log point is due.

        Raises:
            DivergedError: a metric is not finite.
            RunFolderError: the disk is full, or cannot be written.
        """
        self._steps.append(step_metrics.StepMetrics.of(metrics))
        if not last and step % self._every:
            return
        means = self.check(step)
        first, then = self._since
        now = self._clock()
        seconds = max(now - then, 1e-9)
        line = {
            "step": step,
            "kimg": step * self._batch_size / 1000,
            "images_per_second": (step - first) * self._batch_size / seconds,
            **means,
        }
        self._append(json.dumps(line) + "\n")
        self._history.add(line)
        with self._summaries.as_default(step=step):
            # One operation, and not some for each figure.
            tf.summary.experimental.write_raw_pb(
                _summary(line).SerializeToString()
            )
        self._summaries.flush()
        self._steps, self._notes = [], {}
        self._since = (step, now)

    def _append(self, text: str) -> None:
        try:
            with self._path.open("a") as file:
                file.write(text)
        except OSError as error:
            # Whoever goes on drops what may be half a line.
            raise errors.RunFolderError(
                f"{self._path}: {error.strerror}; the checkpoints are whole, "
                "and the same command goes on from the last of them"
            ) from error

    def check(self, step: int) -> dict[str, float]:
        """Returns the means since the last line; also before a line is due.

        Args:
            step: that was done last.

        Raises:
            DivergedError: one of them is not finite.
        """
        means = step_metrics.means(self._steps) | self._notes
        first, _ = self._since
        for name, mean in means.items():
            if not math.isfinite(mean):
                raise errors.DivergedError(
                    f"{name} is {mean} somewhere in steps {first}..{step}; "
                    "the last checkpoint before them is whole. Lower "
                    "training.learning_rate, or raise loss.r1",
                    (first, step),
                )
        return means


class Progress:
    """A bar with the time that is left."""

    def __init__(self, *, first_step: int, total_steps: int, batch_size: int):
        """Opens the bar at the first step."""
        self._batch_size = batch_size
        self._bar = tqdm.tqdm(
            total=total_steps * batch_size,
            initial=first_step * batch_size,
            desc="Training",
            unit="image",
            unit_scale=True,
            mininterval=5.0,
        )

    def __call__(self, step: int, metrics: loop.Metrics, *, last: bool):
        """Moves the bar by one step."""
        self._bar.update(self._batch_size)
        if last:
            self._bar.close()


def _summary(line: Mapping[str, float]) -> tf.compat.v1.Summary:
    """Returns what `tf.summary.scalar` writes of each figure, together."""
    scalars = tf.compat.v1.SummaryMetadata(
        plugin_data={"plugin_name": "scalars"}
    )
    return tf.compat.v1.Summary(
        value=[
            tf.compat.v1.Summary.Value(
                tag=name,
                tensor=tf.make_tensor_proto(value, tf.float32),
                metadata=scalars,
            )
            for name, value in line.items()
        ]
    )


def _drop_lines_after(path: pathlib.Path, step: int) -> None:
    """Keeps the lines up to a step, and no half-written one."""
    kept = [
        json.dumps(line) + "\n"
        for line in validation_history.lines(path)
        if line["step"] <= step
    ]
    atomic_file.write(path, "".join(kept).encode())
