"""Kills one training twenty times at random moments; nothing may differ.

Minutes on an idle core, so it is run by hand; resume_test kills once.
"""

import pathlib
import random
import signal

from absl.testing import absltest

from stylex_tf.training import checkpoint_files
from tests.testing import processes, tiny_experiment
from tests.training import resumable_run

_KILLS = 20


class KillSoakTest(absltest.TestCase):
    def test_twenty_kills_end_with_the_same_state_bit_for_bit(self):
        folder = pathlib.Path(self.create_tempdir())
        tiny_experiment.write_data(folder / "data")
        tiny_experiment.write_classifier(folder / "classifier.keras")

        def start(name: str, *kill: float) -> processes.Process:
            return processes.Process(
                self,
                resumable_run,
                [
                    folder / "data",
                    folder / "classifier.keras",
                    folder / name,
                    *kill,
                ],
            )

        moments = random.Random(20_211)
        for _ in range(_KILLS):
            saved = checkpoint_files.steps(folder / "killed" / "checkpoints")
            # A step beyond the next checkpoint is reached when that is saved,
            # however slow the machine is: so the kills walk through the run.
            step = (saved[0] if saved else 0) + moments.randint(0, 4)
            step = min(step, resumable_run.STEPS - 1)
            start("killed", step, moments.uniform(0, 400)).wait(
                expected=-signal.SIGKILL
            )
        self.assertEqual(start("killed").wait(), start("whole").wait())


if __name__ == "__main__":
    absltest.main()
