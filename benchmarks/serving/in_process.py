"""Measures calls without a server: the best that a server could do."""

import dataclasses
import pathlib
import time

import numpy as np
import tensorflow as tf

from benchmarks.serving import figures, sample_requests

_SIZES = (1, 2, 4, 8, 16, 32)
# Seconds; a batch that would take longer is not tried.
_LONGEST_BATCH = 3.0


@dataclasses.dataclass(frozen=True)
class InProcess:
    """Calls of one image, one after another, and the best of all batches."""

    single: figures.Figures
    best_batch: int
    # Images a second, in batches of that size.
    best_per_second: float


class Model:
    """An export in this process."""

    def __init__(self, version: pathlib.Path):
        """Loads it, which takes some seconds."""
        self._loaded = tf.saved_model.load(str(version))

    def measure(
        self, request: sample_requests.Request, seconds: float
    ) -> InProcess:
        """Times one signature.

        Args:
            request: a request for one image; a batch repeats it.
            seconds: for single calls, and half as much for each batch size.
        """
        best_batch, best_per_second = 0, 0.0
        single = None
        for size in _SIZES:
            latencies = self._time(
                request, size, seconds if size == 1 else seconds / 2
            )
            if single is None:
                single = figures.Figures.of(latencies, sum(latencies))
            per_second = size / float(np.median(latencies))
            if per_second > best_per_second:
                best_batch, best_per_second = size, per_second
            if 2 * latencies[-1] > _LONGEST_BATCH:
                break
        assert single is not None
        return InProcess(single, best_batch, best_per_second)

    def _time(
        self, request: sample_requests.Request, size: int, seconds: float
    ) -> list[float]:
        function = self._loaded.signatures[request.signature]
        inputs = {
            name: tf.constant(np.repeat(array, size, axis=0))
            for name, array in request.inputs.items()
        }
        # The first call prepares.
        _fetch(function(**inputs))
        latencies: list[float] = []
        while sum(latencies) < seconds or len(latencies) < 2:
            start = time.perf_counter()
            _fetch(function(**inputs))
            latencies.append(time.perf_counter() - start)
        return latencies


def _fetch(outputs: dict[str, tf.Tensor]) -> None:
    for tensor in outputs.values():
        tensor.numpy()
