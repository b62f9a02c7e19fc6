"""Joins the requests of several clients into one run of the model.

TensorFlow has a batching operation of its own, but a request that waits in it
cannot be taken out again when its time is over, or when its client has gone.
"""

import collections
import concurrent.futures
import dataclasses
import os
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence

import grpc
import numpy as np

from serving.model_server import call as calls
from serving.model_server import errors, text_protos

Arrays = Mapping[str, np.ndarray]
# Inputs of a whole batch, and a call that ends when nobody waits for it any
# more -> outputs of the batch.
Process = Callable[[Arrays, calls.Call], Arrays]


@dataclasses.dataclass(frozen=True)
class BatchingParameters:
    """What a batching_parameters_file says; the real server's defaults."""

    max_batch_size: int = 1000
    batch_timeout_micros: int = 0
    # Batches that wait; those that run are not counted.
    max_enqueued_batches: int = 10
    num_batch_threads: int = os.cpu_count() or 1
    # Ascending, the last one max_batch_size; empty: any size.
    allowed_batch_sizes: Sequence[int] = ()
    pad_variable_length_inputs: bool = False

    @classmethod
    def read(cls, path: str) -> "BatchingParameters":
        """Reads a batching_parameters_file.

        Raises:
            ConfigError: a number is out of its range.
        """
        message = text_protos.read(path, text_protos.BatchingParameters)
        given = {
            field.name: value.value
            for field, value in message.ListFields()
            if field.message_type and field.name != "thread_pool_name"
        }
        for name, value in given.items():
            least = 0 if name == "batch_timeout_micros" else 1
            if value < least:
                raise errors.ConfigError(
                    f"{path}: {name} is {value}; expected at least {least}"
                )
        made = cls(
            allowed_batch_sizes=tuple(message.allowed_batch_sizes),
            pad_variable_length_inputs=message.pad_variable_length_inputs,
            **given,
        )
        sizes = list(made.allowed_batch_sizes)
        if sizes and (
            sizes != sorted(set(sizes))
            or sizes[0] < 1
            or sizes[-1] != made.max_batch_size
        ):
            raise errors.ConfigError(
                f"{path}: allowed_batch_sizes is {sizes}; expected ascending "
                f"sizes that end with max_batch_size, {made.max_batch_size}"
            )
        return made


@dataclasses.dataclass(eq=False)
class _Task:
    inputs: Arrays
    size: int
    call: calls.Call
    # Cancelled by whoever waits, as long as it has not begun.
    done: concurrent.futures.Future


@dataclasses.dataclass(eq=False)
class _Batch:
    process: Process
    due: float
    tasks: list[_Task] = dataclasses.field(default_factory=list)
    size: int = 0


class Batcher:
    """The queue of one loaded model, and the threads that empty it.

    `_changed` guards every field. A batch belongs to the queue until a thread
    takes it out, and then to that thread alone.
    """

    def __init__(self, parameters: BatchingParameters):
        self._parameters = parameters
        self._changed = threading.Condition()
        # Batches that may still grow, by key, the oldest first.
        self._open: collections.OrderedDict[Hashable, _Batch] = (
            collections.OrderedDict()
        )
        self._full: collections.deque[_Batch] = collections.deque()
        self._closing = False
        # Threads that run a batch.
        self._busy = 0
        self._threads = [
            threading.Thread(target=self._work, name=f"batch-{i}", daemon=True)
            for i in range(parameters.num_batch_threads)
        ]
        for thread in self._threads:
            thread.start()

    def run(
        self,
        key: Hashable,
        process: Process,
        inputs: Arrays,
        call: calls.Call,
    ) -> Arrays:
        """Runs one request together with others, and waits for its part.

        Args:
            key: requests of one key are processed alike, so may be joined.
            process: what runs a batch.
            inputs: arrays with the examples along dimension 0.
            call: the request leaves the queue when it ends.

        Raises:
            ServingError: the inputs are no batch, the queue is full, the call
                has ended, or the model refused.
        """
        task = _Task(
            inputs, self._size(inputs), call, concurrent.futures.Future()
        )
        key = (key, self._rows(inputs))
        batch = self._submit(key, process, task)
        call.on_cancel(task.done.cancel)
        try:
            return task.done.result(call.remaining())
        except (
            concurrent.futures.TimeoutError,
            concurrent.futures.CancelledError,
        ):
            task.done.cancel()
            self._leave(key, batch, task)
            call.check()
            # Its time was over a moment before the clock says so.
            raise errors.ServingError(
                grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded"
            ) from None

    def idle(self) -> bool:
        """Says whether nothing waits and nothing runs.

        A batch may run on after everybody has given it up.
        """
        with self._changed:
            return not (self._open or self._full or self._busy)

    def close(self) -> None:
        """Empties the queue, then stops. No `run` may follow."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _size(self, inputs: Arrays) -> int:
        """Counts the examples of one request."""
        if any(array.ndim == 0 for array in inputs.values()):
            raise _invalid(
                "Batching Run() input tensors must have at least one dimension"
            )
        sizes = {name: len(array) for name, array in inputs.items()}
        if len(set(sizes.values())) != 1:
            raise _invalid(
                "Batching Run() input tensors must have equal 0th-dimension "
                f"size: {sizes}"
            )
        (size,) = set(sizes.values())
        if size > self._parameters.max_batch_size:
            raise _invalid(
                f"Task size {size} is larger than maximum input batch size "
                f"{self._parameters.max_batch_size}"
            )
        return size

    def _rows(self, inputs: Arrays) -> Hashable:
        """Returns what two requests must share to be joined: their rows."""
        if self._parameters.pad_variable_length_inputs:
            return tuple((name, inputs[name].ndim) for name in sorted(inputs))
        return tuple((name, inputs[name].shape[1:]) for name in sorted(inputs))

    def _submit(self, key: Hashable, process: Process, task: _Task) -> _Batch:
        """Adds a task to the batch of its key, or to a new one."""
        most = self._parameters.max_batch_size
        with self._changed:
            batch = self._open.get(key)
            if batch and batch.size + task.size > most:
                self._full.append(self._open.pop(key))
                batch = None
            if batch is None:
                waiting = len(self._open) + len(self._full)
                if waiting >= self._parameters.max_enqueued_batches:
                    raise errors.ServingError(
                        grpc.StatusCode.UNAVAILABLE,
                        "The batch scheduling queue to which this task was "
                        f"submitted is full: {waiting} batches wait",
                    )
                timeout = self._parameters.batch_timeout_micros / 1e6
                batch = _Batch(process, due=time.monotonic() + timeout)
                self._open[key] = batch
            batch.tasks.append(task)
            batch.size += task.size
            if batch.size >= most:
                self._full.append(self._open.pop(key))
            self._changed.notify()
            return batch

    def _leave(self, key: Hashable, batch: _Batch, task: _Task) -> None:
        """Takes a task for which nobody waits out of a batch that waits.

        Or its inputs, and its place in the queue, would stay taken until a
        thread comes to the batch: whoever asks and goes would keep others out.
        """
        with self._changed:
            is_open = self._open.get(key) is batch
            if not is_open and batch not in self._full:
                # A thread has it.
                return
            batch.tasks.remove(task)
            batch.size -= task.size
            if batch.tasks:
                return
            if is_open:
                del self._open[key]
            else:
                self._full.remove(batch)

    def _work(self) -> None:
        while batch := self._take():
            # What is cancelled from now on is too late to be taken out.
            tasks = [
                task
                for task in batch.tasks
                if task.done.set_running_or_notify_cancel()
            ]
            if tasks:
                self._process(batch.process, tasks)
            with self._changed:
                self._busy -= 1

    def _take(self) -> _Batch | None:
        """Waits for a batch that is full or due; None: there will be none."""
        with self._changed:
            while True:
                if self._full:
                    self._busy += 1
                    return self._full.popleft()
                wait = None
                if self._open:
                    key, oldest = next(iter(self._open.items()))
                    wait = oldest.due - time.monotonic()
                    if wait <= 0 or self._closing:
                        self._busy += 1
                        return self._open.pop(key)
                elif self._closing:
                    return None
                self._changed.wait(wait)

    def _process(self, process: Process, tasks: Sequence[_Task]) -> None:
        try:
            answers = self._joined(process, tasks)
        except errors.ServingError as error:
            if len(tasks) > 1 and (
                error.code == grpc.StatusCode.INVALID_ARGUMENT
            ):
                # One client's bad image must not fail the others' good ones.
                for task in tasks:
                    self._process(process, [task])
                return
            _fail(tasks, error)
        except Exception as error:
            # Whoever waits must hear of it: the thread has nobody to tell.
            _fail(tasks, error)
        else:
            for task, answer in zip(tasks, answers, strict=True):
                task.done.set_result(answer)

    def _joined(
        self, process: Process, tasks: Sequence[_Task]
    ) -> list[dict[str, np.ndarray]]:
        """Runs the tasks as one, and gives each its rows."""
        size = sum(task.size for task in tasks)
        target = next(
            (s for s in self._parameters.allowed_batch_sizes if s >= size > 0),
            size,
        )
        inputs = {
            name: _concatenate([task.inputs[name] for task in tasks], target)
            for name in tasks[0].inputs
        }
        # As long as anybody waits for it.
        outputs = process(
            inputs, calls.until_all_end([task.call for task in tasks])
        )
        for name, array in outputs.items():
            if array.ndim == 0 or len(array) != target:
                raise errors.ServingError(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    "Batched output tensor's 0th dimension does not equal the "
                    "sum of the 0th dimension sizes of the input tensors: "
                    f"{name} has shape {list(array.shape)} for {target}",
                )
        answers, start = [], 0
        for task in tasks:
            rows = slice(start, start + task.size)
            answers.append({name: a[rows] for name, a in outputs.items()})
            start += task.size
        return answers


def _concatenate(arrays: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Joins all rows, filled up to a size with copies of the first.

    Where the rows differ in shape, each array is filled up to the largest
    with its own first value, as TensorFlow Serving does.
    """
    shapes = [array.shape[1:] for array in arrays]
    if len(set(shapes)) > 1:
        largest = np.max(shapes, axis=0)
        arrays = [_padded(array, largest) for array in arrays]
    joined = np.concatenate(arrays)
    missing = size - len(joined)
    if not missing:
        return joined
    return np.concatenate([joined, np.repeat(joined[:1], missing, axis=0)])


def _padded(array: np.ndarray, row_shape: np.ndarray) -> np.ndarray:
    if not array.size:
        raise _invalid("an input without elements cannot be padded")
    padded = np.full((len(array), *row_shape), array.flat[0], array.dtype)
    padded[tuple(slice(size) for size in array.shape)] = array
    return padded


def _fail(tasks: Sequence[_Task], error: Exception) -> None:
    for task in tasks:
        task.done.set_exception(error)


def _invalid(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)
