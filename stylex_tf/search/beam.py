"""Searches exactly on many machines, as an Apache Beam pipeline.

The pipeline is one map: numbers of shards in, files of effects out. They are
the files of `shards`, so that it does not matter who measured which. This is
the only module that imports Beam.
"""

import contextlib
import dataclasses
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence

import apache_beam as beam
import numpy as np
import tensorflow as tf
from apache_beam.options import pipeline_options
from apache_beam.runners import runner
from apache_beam.utils import shared

from stylex_tf.attributes import edit_space, effects, style_ranges
from stylex_tf.search import exact, shards
from stylex_tf.search import model as model_lib

_SECONDS_BETWEEN_LOOKS = 2.0


class WorkerError(Exception):
    """A worker failed; the message says at what, and what is kept."""


# Longer than 60 lines: the order of the steps is the point, and the
# arguments are explained here. More than seven parameters: those
# of `shards.measure`, and how to reach the workers.
def measure(
    load: Callable[[], model_lib.Model],
    styles: np.ndarray,
    space: edit_space.EditSpace,
    *,
    directory: str | os.PathLike,
    image_ids: Sequence[str],
    identity: str,
    images_per_shard: int = 32,
    batch_size: int = 256,
    scored: bool = False,
    beam_flags: Sequence[str] = (),
    progress: exact.Progress | None = None,
) -> effects.StyleEffects:
    """Measures as `shards.measure` does, on the workers of a runner.

    Styles are encoded before, by the caller: the ranges need all of them
    before the first edit, and an image is encoded once and edited 2S times.

    Args:
        load: makes the model, once in a worker process. It is pickled: a
            function of a module that workers can import.
        styles: see `exact.measure_effects`, [N, T].
        space: see there.
        directory: where shards are kept; every worker sees it, be it shared
            or remote (gs://). Finished shards are not measured again.
        image_ids: see `exact.measure_effects`.
        identity: what identifies the networks: the same words must mean the
            same networks.
        images_per_shard: the unit of work, and what a failure can lose.
        batch_size: see `exact.measure_effects`.
        scored: whether the model's `score` is asked as well.
        beam_flags: pipeline options of Beam, such as --runner=FlinkRunner; in
            this process if there are none.
        progress: called now and then with a number of edits, also for shards
            found.

    Returns:
        The whole table: the same bytes as those of `shards.measure`.

    Raises:
        ValueError: no images, no images a shard, or an unknown runner.
        WorkerError: a worker failed, also at shapes that do not fit.
    """
    options = options_of(beam_flags)
    plan = shards.Plan.of(
        styles,
        space,
        image_ids=image_ids,
        images_per_shard=images_per_shard,
        batch_size=batch_size,
        identity=identity,
        scored=scored,
    )
    directory = os.fspath(directory)
    missing = [
        index
        for index in range(len(plan.shards))
        if not shards.complete(index, plan, directory)
    ]
    inputs = tf.io.gfile.join(directory, f"inputs-{plan.digest[:16]}.npz")
    tf.io.gfile.makedirs(directory)
    with _reported(plan, directory, 2 * space.size, progress):
        if missing:
            # In a file: a runner's service refuses a pipeline of megabytes.
            _write_inputs(inputs, styles, space.ranges, image_ids)
            task = _Task(
                load=load,
                plan=plan,
                directory=directory,
                inputs=inputs,
                shift_size=space.shift_size,
                batch_size=batch_size,
                scored=scored,
            )
            _run(task, missing, options)
    for name in tf.io.gfile.listdir(directory):
        if name.startswith("inputs-"):
            tf.io.gfile.remove(tf.io.gfile.join(directory, name))
    return shards.merge(plan, directory)


def options_of(beam_flags: Sequence[str]) -> pipeline_options.PipelineOptions:
    """Reads Beam's flags; without a runner they run in this process.

    Raises:
        ValueError: there is no such runner.
    """
    options = pipeline_options.PipelineOptions(list(beam_flags))
    chosen = options.view_as(pipeline_options.StandardOptions)
    if chosen.runner in (None, "DirectRunner"):
        # What DirectRunner means. Beam's own switch first downloads Prism, a
        # runner in Go, which knows no --direct_num_workers.
        chosen.runner = "FnApiRunner"
    try:
        runner.create_runner(chosen.runner)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"--runner={chosen.runner}: {error}") from error
    return options


def _write_inputs(
    path: str,
    styles: np.ndarray,
    ranges: style_ranges.StyleRanges,
    image_ids: Sequence[str],
) -> None:
    buffer = io.BytesIO()
    np.savez(
        buffer,
        styles=np.asarray(styles, np.float32),
        minimum=ranges.minimum,
        maximum=ranges.maximum,
        image_ids=np.asarray(image_ids, str),
    )
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(buffer.getvalue())


@dataclasses.dataclass(frozen=True)
class _Task:
    """All that a worker is told, small enough to travel with the pipeline."""

    load: Callable[[], model_lib.Model]
    plan: shards.Plan
    directory: str
    inputs: str
    shift_size: float
    batch_size: int
    scored: bool

    def begin(self) -> "_Worker":
        """Loads the model and the inputs."""
        return _Worker(self)


class _Worker:
    """A model and inputs in one process, which measures any shard of them."""

    def __init__(self, task: _Task):
        model = task.load()
        if task.scored and model.score is None:
            raise ValueError("the loaded model has no score to measure")
        with tf.io.gfile.GFile(task.inputs, "rb") as file:
            content = io.BytesIO(file.read())
        with np.load(content, allow_pickle=False) as arrays:
            self._styles = arrays["styles"]
            self._image_ids = arrays["image_ids"].tolist()
            ranges = style_ranges.StyleRanges(
                minimum=arrays["minimum"], maximum=arrays["maximum"]
            )
        self._task = task
        # As in shards.measure, or the bytes would be others.
        self._search = exact.Search(
            model if task.scored else model.without_score(),
            edit_space.EditSpace(ranges, task.shift_size),
            images=min(task.plan.images, task.plan.images_per_shard),
            batch_size=task.batch_size,
        )

    def measure(self, index: int) -> str:
        """Measures a shard and returns its path."""
        return shards.measure_shard(
            index,
            self._task.plan,
            self._search,
            self._styles,
            self._image_ids,
            directory=self._task.directory,
        )


class _MeasureShard(beam.DoFn):
    """Number of a shard -> the path of its file."""

    def __init__(self, task: _Task):
        super().__init__()
        self._task = task
        # A runner may make several of these in a process, and drop them.
        self._shared = shared.Shared()

    def setup(self):
        self._worker = self._shared.acquire(self._task.begin)

    def process(self, index: int) -> Iterator[str]:
        try:
            yield self._worker.measure(index)
        except Exception as error:
            start, end = self._task.plan.shards[index]
            reason = str(error).partition("\n")[0]
            # The words alone come back from another process, not the cause.
            raise RuntimeError(
                f"shard {index}, images {start} to {end - 1}: "
                f"{type(error).__name__}: {reason}"
            ) from error


def _run(
    task: _Task,
    missing: Sequence[int],
    options: pipeline_options.PipelineOptions,
) -> None:
    """Measures shards on the workers of a runner; waits for all of them."""
    pipeline = beam.Pipeline(options=options)
    try:
        with _search_path_in_environment(), pipeline:
            _ = (
                pipeline
                | "Shards" >> beam.Create(missing)
                # Or the worker that made the numbers measures them all.
                | "Spread" >> beam.Reshuffle()
                | "Measure" >> beam.ParDo(_MeasureShard(task))
            )
    # Each runner raises errors of its own.
    except Exception as error:
        left = sum(
            not shards.complete(index, task.plan, task.directory)
            for index in missing
        )
        raise WorkerError(
            f"a worker failed at {_last_words(error)}. {left} of "
            f"{len(task.plan.shards)} shards are left; started again, the "
            "search goes on with them"
        ) from error


def _last_words(error: Exception) -> str:
    """Cuts the end of another process's traceback: the error itself."""
    lines = [type(error).__name__, *str(error).splitlines()]
    # gRPC's errors end with a bracket.
    return [line.strip() for line in lines if len(line.strip()) > 1][-1]


@contextlib.contextmanager
def _search_path_in_environment() -> Iterator[None]:
    """Lets worker processes of this machine import what this one can."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


@contextlib.contextmanager
def _reported(
    plan: shards.Plan,
    directory: str,
    edits_per_image: int,
    progress: exact.Progress | None,
) -> Iterator[None]:
    """Reports each shard once, soon after its file is there.

    Workers of another machine cannot call us; their files can be seen.
    """
    if progress is None:
        yield
        return
    over, reported = threading.Event(), set()

    def look() -> None:
        last = False
        while not last:
            last = over.wait(_SECONDS_BETWEEN_LOOKS)
            there = set(tf.io.gfile.listdir(directory))
            for index, (start, end) in enumerate(plan.shards):
                name = plan.path(index, "")
                if name in there and name not in reported:
                    reported.add(name)
                    progress((end - start) * edits_per_image)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
