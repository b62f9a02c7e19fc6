"""Counts what happens, under TensorFlow Serving's names."""

import contextlib
import re
import time
from collections.abc import Iterator

import prometheus_client

from serving.model_server import text_protos

_DEFAULT_PATH = "/monitoring/prometheus/metrics"
# Microseconds: ten, and so on to 20 minutes.
_BUCKETS = [10 * 1.8**i for i in range(33)]


class Metrics:
    """The server's counters and histograms; safe to use from every thread."""

    def __init__(self) -> None:
        self._registry = prometheus_client.CollectorRegistry()
        self.request_count = prometheus_client.Counter(
            ":tensorflow:serving:request_count",
            "The total number of requests.",
            ["model_name", "status"],
            registry=self._registry,
        )
        self.request_latency = self._histogram(
            ":tensorflow:serving:request_latency",
            "Distribution of wall time (in microseconds) of requests.",
            ["model_name", "API", "entrypoint"],
        )
        self.runtime_latency = self._histogram(
            ":tensorflow:serving:runtime_latency",
            "Distribution of wall time (in microseconds) of the runtime.",
            ["model_name", "API", "runtime"],
        )

    def text(self) -> bytes:
        """Writes all metrics in the text format of Prometheus."""
        text = prometheus_client.generate_latest(self._registry)
        # The library ends a counter's name as today's convention has it;
        # dashboards for TensorFlow Serving know the older names.
        return re.sub(
            rb"^((?:# \w+ )?:tensorflow:serving:\w+)_total\b",
            rb"\1",
            text,
            flags=re.MULTILINE,
        )

    def _histogram(
        self, name: str, meaning: str, labels: list[str]
    ) -> prometheus_client.Histogram:
        return prometheus_client.Histogram(
            name, meaning, labels, buckets=_BUCKETS, registry=self._registry
        )


@contextlib.contextmanager
def microseconds(histogram: prometheus_client.Histogram) -> Iterator[None]:
    """Counts how long the block takes, also where it raises."""
    start = time.perf_counter()
    try:
        yield
    finally:
        histogram.observe((time.perf_counter() - start) * 1e6)


def read_path(path: str) -> str | None:
    """Reads at which path a monitoring_config_file wants the metrics.

    Returns:
        The path of the URL; None where they are not wanted.

    Raises:
        ConfigError: the file cannot be read.
    """
    config = text_protos.read(path, text_protos.MonitoringConfig)
    prometheus = config.prometheus_config
    return (prometheus.path or _DEFAULT_PATH) if prometheus.enable else None
