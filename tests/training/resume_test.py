"""Kills a training run for real and continues it: nothing may differ.

On one machine: with other numbers of threads TensorFlow sums in another order,
and the last bits differ with or without op determinism.
"""

import json
import pathlib
import random
import signal

from absl.testing import absltest

from stylex_tf.training import checkpoint_files
from tests.testing import processes, tiny_experiment
from tests.training import resumable_run

_SPEED = "images_per_second"


class ResumeTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.data = self.folder / "data"
        tiny_experiment.write_data(self.data)
        self.classifier = self.folder / "classifier.keras"
        tiny_experiment.write_classifier(self.classifier)

    def _start(self, run_dir: str, *kill: float) -> processes.Process:
        return processes.Process(
            self,
            resumable_run,
            [self.data, self.classifier, self.folder / run_dir, *kill],
        )

    def _log(self, run_dir: str) -> list[dict[str, float]]:
        lines = (self.folder / run_dir / "metrics.jsonl").read_text()
        points = [json.loads(line) for line in lines.splitlines()]
        return [
            {name: value for name, value in point.items() if name != _SPEED}
            for point in points
        ]

    def test_a_killed_run_ends_with_the_same_weights_bit_for_bit(self):
        moment = random.Random(20_211)
        step = moment.randint(5, resumable_run.STEPS // 2)
        whole = self._start("whole")
        killed = self._start("killed", step, moment.uniform(0, 40))
        killed.wait(expected=-signal.SIGKILL)
        saved = checkpoint_files.steps(self.folder / "killed/checkpoints")[0]
        self.assertGreaterEqual(saved, step - 2)
        self.assertLess(saved, resumable_run.STEPS)

        resumed = self._start("killed")
        self.assertEqual(resumed.wait(), whole.wait())
        self.assertEqual(self._log("killed"), self._log("whole"))
        snapshot = f"snapshots/{resumable_run.STEPS:08d}.png"
        self.assertEqual(
            (self.folder / "killed" / snapshot).read_bytes(),
            (self.folder / "whole" / snapshot).read_bytes(),
        )


if __name__ == "__main__":
    absltest.main()
