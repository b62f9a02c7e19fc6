"""Tests of the figures of worlds that are filed, and of the log of starts."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

from absl.testing import absltest, parameterized

from benchmarks import summaries

_RESULTS = pathlib.Path(__file__).resolve().parents[2] / "benchmarks/results"
_WITHOUT = "without_classification_loss"
_STARTS = [
    json.loads(line)
    for line in (_RESULTS / "starts.jsonl").read_text().splitlines()
]


# The files of `//benchmarks:worlds`.
_FILED = {
    path.name: content
    for path in sorted(_RESULTS.glob("*.json"))
    if "world" in (content := json.loads(path.read_text()))
}


def _runs(filed: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any], bool]]:
    """Yields seed, run, and whether it has the classification loss."""
    for seed, run in filed["runs"].items():
        yield int(seed), run, True
        if _WITHOUT in run:
            yield int(seed), run[_WITHOUT], False


class FiledWorldsTest(parameterized.TestCase):
    @parameterized.parameters(*_FILED)
    def test_every_run_has_its_start(self, name):
        filed = _FILED[name]
        for seed, run, has_loss in _runs(filed):
            started = [
                start
                for start in _STARTS
                if start["world"] == filed["world"]
                and start["commit"] == run["commit"]
                and start["seed"] == seed
                and bool(start["classification_loss"]) == has_loss
                # Earlier lines do not say it.
                and start.get("tensorflow")
                in (None, run["versions"]["tensorflow"])
            ]
            self.assertNotEmpty(started, f"{run['commit']}, seed {seed}")

    def test_every_start_has_its_time_or_says_why_not(self):
        for start in _STARTS:
            self.assertIn(start["redraw"], (True, False))
            if start["time"] is None:
                self.assertNotEmpty(start["added_late"])

    @parameterized.parameters(*_FILED)
    def test_the_summary_is_of_the_runs(self, name):
        filed = _FILED[name]
        runs = [run["evaluation"] for run in filed["runs"].values()]
        # An earlier version filed none of a single seed.
        if len(runs) > 1 or "summary" in filed:
            self.assertEqual(filed["summary"], summaries.summarize(runs))


if __name__ == "__main__":
    absltest.main()
