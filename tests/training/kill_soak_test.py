"""Kills one training twenty times at random moments; nothing may differ.

Ten minutes of a core, nearly all of them spent on building the graphs again
after each kill, so it is run by hand; resume_test kills once.
"""

import pathlib
import random
import signal
import sys

from absl.testing import absltest

from stylex_tf.training import checkpoint_files
from tests.testing import processes, tiny_experiment
from tests.training import resumable_run

_KILLS = 20
# A start takes half a minute of a core, and the core may be another's.
_MOST_SECONDS = 1800


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
        for kill in range(_KILLS):
            saved = checkpoint_files.steps(folder / "killed" / "checkpoints")
            # A step beyond the next checkpoint is reached when that is saved,
            # however slow the machine is: so the kills walk through the run.
            step = (saved[0] if saved else 0) + moments.randint(0, 4)
            step = min(step, resumable_run.STEPS - 1)
            milliseconds = moments.uniform(0, 400)
            start("killed", step, milliseconds).wait(
                expected=-signal.SIGKILL, seconds=_MOST_SECONDS
            )
            print(
                f"{kill + 1} of {_KILLS}: went on from {saved[:1]}, killed "
                f"{milliseconds:.0f} ms after step {step}",
                file=sys.stderr,
                flush=True,
            )
        killed, whole = (
            start(name).wait(seconds=_MOST_SECONDS)
            for name in ("killed", "whole")
        )
        print(killed, file=sys.stderr)
        self.assertEqual(killed, whole)


if __name__ == "__main__":
    absltest.main()
