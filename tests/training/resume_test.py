"""Stops a training run for real and continues it: nothing may differ.

On one machine: with other numbers of threads TensorFlow sums in another order,
and the last bits differ with or without op determinism.
"""

import json
import pathlib
import random
import signal
import tempfile

from absl.testing import absltest

from stylex_tf.training import checkpoint_files, interruption
from tests.testing import processes, tiny_experiment
from tests.training import resumable_run

_SPEED = "images_per_second"


class ResumeTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        tiny_experiment.write_data(cls.folder / "data")
        tiny_experiment.write_classifier(cls.folder / "classifier.keras")
        cls.whole = cls._start("whole")

    @classmethod
    def _start(cls, run_dir: str, *kill: object) -> processes.Process:
        return processes.Process(
            cls,
            resumable_run,
            [
                cls.folder / "data",
                cls.folder / "classifier.keras",
                cls.folder / run_dir,
                *kill,
            ],
        )

    def _log(self, run_dir: str) -> list[dict[str, float]]:
        lines = (self.folder / run_dir / "metrics.jsonl").read_text()
        points = [json.loads(line) for line in lines.splitlines()]
        return [
            {name: value for name, value in point.items() if name != _SPEED}
            for point in points
        ]

    def test_a_run_that_was_stopped_twice_ends_with_the_same_weights(self):
        moment = random.Random(20_211)
        half = resumable_run.STEPS // 2
        step = moment.randint(5, half)
        killed = self._start("stopped", step, moment.uniform(0, 40))
        killed.wait(expected=-signal.SIGKILL)
        saved = self._saved("stopped")
        self.assertGreaterEqual(saved, step - 2)
        self.assertLess(saved, resumable_run.STEPS)

        step = moment.randint(half + 3, resumable_run.STEPS - 5)
        told = self._start("stopped", step, moment.uniform(0, 40), "SIGTERM")
        told.wait(expected=interruption.EXIT_CODE)
        self.assertBetween(
            self._saved("stopped"), step, resumable_run.STEPS - 1
        )

        self.assertEqual(self._start("stopped").wait(), self.whole.wait())
        self.assertEqual(self._log("stopped"), self._log("whole"))
        snapshot = f"snapshots/{resumable_run.STEPS:08d}.png"
        self.assertEqual(
            (self.folder / "stopped" / snapshot).read_bytes(),
            (self.folder / "whole" / snapshot).read_bytes(),
        )

    def _saved(self, run_dir: str) -> int:
        return checkpoint_files.steps(self.folder / run_dir / "checkpoints")[0]


if __name__ == "__main__":
    absltest.main()
