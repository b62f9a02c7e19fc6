"""Keeps the checkpoint with the best validation score, beside the last."""

import pathlib
from collections.abc import Callable

from stylex_tf.training import (
    checkpoint_files,
    checkpoints,
    loop,
    state,
    validation_history,
)


class BestCheckpoint:
    """Saves the whole state where a validation is the best so far.

    It comes after the log and after the checkpoints, so that a killed run
    never goes on from before the state that is kept here.
    """

    def __init__(
        self,
        train_state: state.TrainState,
        directory: pathlib.Path,
        history: validation_history.ValidationHistory,
        facts: Callable[[], checkpoint_files.Facts],
        *,
        every: int,
    ):
        """Opens the folder.

        Args:
            train_state: what is saved, whole.
            directory: holds one checkpoint, and nothing else.
            history: has the scores.
            facts: what is written beside the state.
            every: steps between two validations.
        """
        self._state = train_state
        self._directory = directory
        self._history = history
        self._facts = facts
        self._every = every
        self._saved = checkpoints.Checkpoints(
            train_state, directory, every=every, keep=1
        )

    def __call__(self, step: int, metrics: loop.Metrics, *, last: bool) -> None:
        """Saves where the step's validation is the best so far."""
        if last or step % self._every == 0:
            self.catch_up()

    def catch_up(self) -> None:
        """Saves the state if it is the best, and was not saved yet.

        A run that was killed between a checkpoint and this one calls it when
        it goes on.
        """
        step = int(self._state.step.numpy())
        best = self._history.best
        if best and best["step"] == step != self._saved.latest_step:
            self._saved.save(step, self._facts())
