"""Holds the metrics of a training step as one tensor."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import tensorflow as tf


class StepMetrics(Mapping[str, tf.Tensor]):
    """Scalars by name, all in one tensor until somebody asks for one.

    A step has two dozen metrics, and a log asks for their means alone. On
    Python 3.11 TensorFlow 2.15 keeps 48 bytes of every eager tensor for good
    (github.com/tensorflow/tensorflow/issues/62551), so that a long training
    should make few of them.

    Attributes:
        names: the names of the metrics, M of them.
        stacked: their values in this order, float32 [M].
    """

    def __init__(self, names: Sequence[str], stacked: tf.Tensor):
        self.names = tuple(names)
        self.stacked = stacked

    @classmethod
    def of(cls, metrics: Mapping[str, tf.Tensor]) -> "StepMetrics":
        """Returns metrics that may be of any other mapping; also in a graph."""
        if isinstance(metrics, cls):
            return metrics
        values = [tf.cast(value, tf.float32) for value in metrics.values()]
        return cls(tuple(metrics), tf.stack(values) if values else tf.zeros(0))

    def __getitem__(self, name: str) -> tf.Tensor:
        """Returns a scalar."""
        if name not in self.names:
            raise KeyError(name)
        return self.stacked[self.names.index(name)]

    def __iter__(self) -> Iterator[str]:
        """Yields the names."""
        return iter(self.names)

    def __len__(self) -> int:
        """Returns M."""
        return len(self.names)


def means(steps: Sequence[StepMetrics]) -> dict[str, float]:
    """Averages each metric over those of the steps that have it.

    Args:
        steps: the metrics of steps, whose names may differ.

    Returns:
        The means by name, sorted by it.
    """
    together: dict[tuple[str, ...], list[tf.Tensor]] = {}
    for step in steps:
        together.setdefault(step.names, []).append(step.stacked)
    columns: dict[str, list[np.ndarray]] = {}
    for names, rows in together.items():
        for name, column in zip(names, tf.stack(rows).numpy().T, strict=True):
            columns.setdefault(name, []).append(column)
    return {
        name: float(np.concatenate(parts).mean())
        for name, parts in sorted(columns.items())
    }
