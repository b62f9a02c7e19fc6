"""A process of resume_test: one tiny run, which may kill itself on the way.

    resumable_run.py DATA CLASSIFIER RUN_DIR [STEP MILLISECONDS [SIGNAL]]

It gets a signal, SIGKILL where no other is named, so long after that step; or
prints the digests of its last and of its best state.
"""

import os
import pathlib
import signal
import sys
import threading
import time

from stylex_tf import run_folder
from stylex_tf.data.records import tfrecords
from stylex_tf.runs import run as run_lib
from stylex_tf.training import checkpoints, strategies
from tests.testing import tiny_experiment

STEPS = 30


def _kill_after(
    run: run_lib.Run, step: int, milliseconds: float, name: str = "SIGKILL"
) -> None:
    while int(run.state.step.numpy()) < step:
        time.sleep(0.0005)
    time.sleep(milliseconds / 1000)
    # As the kernel does it when memory ends: nothing is closed or flushed.
    os.kill(os.getpid(), signal.Signals[name])


def main(data: str, classifier: str, run_dir: str, *kill: str) -> None:
    """Begins or continues the run in `run_dir`."""
    settings = tiny_experiment.settings(data, classifier)
    settings.training.total_images = STEPS * tiny_experiment.BATCH_SIZE
    settings.training.snapshot_every = STEPS
    # Whatever has a state or an order of its own.
    settings.data.balanced = True
    settings.training.augmentation = "adaptive"
    settings.training.augmentation_strength = 0.3
    settings.training.augmentation_images = 1_000
    settings.training.validate_every = settings.training.checkpoint_every
    settings.training.keep = "best"
    folder = run_folder.RunFolder(pathlib.Path(run_dir))
    with folder.locked():
        strategy = strategies.make(settings.training)
        run = run_lib.Run(settings, folder, tfrecords.Dataset(data), strategy)
        if kill:
            threading.Thread(
                target=_kill_after,
                args=(run, int(kill[0]), float(kill[1]), *kill[2:]),
                daemon=True,
            ).start()
        run.train()
        print(tiny_experiment.digest(run.state))
        best = checkpoints.find_newest(folder.best_checkpoint, mend=False)
        checkpoints.restore(run.state, best.path)
        print(best.step, tiny_experiment.digest(run.state))


if __name__ == "__main__":
    main(*sys.argv[1:])
