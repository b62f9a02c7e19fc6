"""Tests of stylex_tf.training.best_checkpoint."""

import pathlib

import tensorflow as tf
from absl.testing import absltest

from stylex_tf.layers import equalized
from stylex_tf.training import (
    best_checkpoint,
    checkpoint_files,
    checkpoints,
    networks,
    state,
)
from stylex_tf.training.validation_history import SCORE, ValidationHistory
from tests.testing import tiny_experiment


def _networks(*, trained: bool) -> networks.Networks:
    def dense() -> equalized.EqualizedDense:
        layer = equalized.EqualizedDense(2)
        layer.build([None, 2])
        return layer

    return networks.Networks(
        mapping=dense(),
        generator=dense(),
        encoder=dense(),
        discriminator=dense() if trained else None,
    )


def _state() -> state.TrainState:
    return state.TrainState(
        networks=_networks(trained=True),
        averages=_networks(trained=False),
        optimizers={name: tiny_experiment.adam() for name in state.TRAINED},
    )


class BestCheckpointTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.create_tempdir())
        self.directory = folder / "best"
        self.history = ValidationHistory()
        self.state = _state()
        self.best = self._open()

    def _open(self) -> best_checkpoint.BestCheckpoint:
        return best_checkpoint.BestCheckpoint(
            self.state,
            self.directory,
            self.history,
            lambda: checkpoint_files.Facts(seconds=2.5, setbacks=2),
            every=2,
        )

    def _step(self, score: float | None = None) -> str:
        """One step and its line; returns the state's digest."""
        for variable in self.state.networks.variables:
            variable.assign_add(tf.ones(variable.shape, variable.dtype))
        self.state.step.assign_add(1)
        step = int(self.state.step.numpy())
        line = {"step": step, "loss": 1.0}
        if score is not None:
            line[SCORE] = score
        self.history.add(line)
        return tiny_experiment.digest(self.state)

    def _train(self, *scores: float) -> list[str]:
        """Two steps a score; returns the digests where they were measured."""
        digests = []
        for score in scores:
            self._step()
            self.best(int(self.state.step.numpy()), {}, last=False)
            digests.append(self._step(score))
            self.best(int(self.state.step.numpy()), {}, last=False)
        return digests

    def _saved(self) -> list[str]:
        return sorted(path.stem for path in self.directory.glob("*.index"))

    def test_keeps_the_best_state_alone(self):
        self._train(3.0)
        self.assertEqual(self._saved(), ["ckpt-2"])
        self._train(2.0, 2.5, 2.0)
        self.assertEqual(self._saved(), ["ckpt-4"])

    def _restore(self) -> None:
        """Restores what is in the folder, as a trained run is opened."""
        newest = checkpoints.find_newest(self.directory, mend=False)
        self.assertEqual(newest.facts.setbacks, 2)
        checkpoints.restore(self.state, newest.path)

    def test_what_is_kept_is_the_best_bit_for_bit(self):
        digests = self._train(3.0, 1.0, 2.0)
        self.assertNotEqual(tiny_experiment.digest(self.state), digests[1])
        self._restore()
        self.assertEqual(tiny_experiment.digest(self.state), digests[1])

    def test_without_a_validation_nothing_is_kept(self):
        self._step()
        self.best(2, {}, last=True)
        self.assertEmpty(self._saved())

    def test_a_resumed_run_remembers_the_best(self):
        self._train(1.0)
        self.best = self._open()
        self._train(2.0)
        self.assertEqual(self._saved(), ["ckpt-2"])

    def test_what_a_kill_prevented_is_saved_when_the_run_goes_on(self):
        self._train(2.0)
        self._step()
        # Killed after the log and the checkpoint of step 4.
        digest = self._step(1.0)
        self.assertEqual(self._saved(), ["ckpt-2"])
        self.best = self._open()
        self.best.catch_up()
        self.assertEqual(self._saved(), ["ckpt-4"])
        self._train(3.0)
        self._restore()
        self.assertEqual(tiny_experiment.digest(self.state), digest)


if __name__ == "__main__":
    absltest.main()
