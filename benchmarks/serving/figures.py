"""Holds the figures of one measurement: latencies, rate, count."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Figures:
    """Latencies in seconds, and answers a second."""

    answers: int
    p50: float
    p95: float
    per_second: float

    @classmethod
    def of(cls, latencies: list[float], seconds: float) -> "Figures":
        """Computes the figures of latencies that lie within some seconds."""
        if not latencies:
            return cls(0, float("nan"), float("nan"), 0.0)
        p50, p95 = np.percentile(latencies, [50, 95])
        return cls(len(latencies), p50, p95, len(latencies) / seconds)

    def __str__(self) -> str:
        """Writes the figures as a part of a line."""
        return (
            f"p50 {self.p50 * 1000:8.1f} ms  p95 {self.p95 * 1000:8.1f} ms  "
            f"{self.per_second:8.1f}/s  of {self.answers:5d}"
        )
