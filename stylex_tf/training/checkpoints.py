"""Checkpoints: they resume a run. What ships a model is an export."""

import pathlib

import tensorflow as tf

from stylex_tf import errors
from stylex_tf.training import loop, state


class Checkpoints:
    """Saves the whole state at intervals and restores the newest."""

    def __init__(
        self,
        train_state: state.TrainState,
        directory: pathlib.Path,
        *,
        every: int,
        keep: int = 2,
    ):
        """Opens the folder.

        Args:
            train_state: what is saved, whole.
            directory: where.
            every: steps between two checkpoints.
            keep: so many of the last ones.
        """
        self._state = train_state
        self._every = every
        self._manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(state=train_state),
            str(directory),
            max_to_keep=keep,
            step_counter=train_state.step,
        )

    @property
    def latest(self) -> str | None:
        """The newest checkpoint's path, None where there is none."""
        return self._manager.latest_checkpoint

    @property
    def latest_step(self) -> int:
        """The step of the newest checkpoint, 0 where there is none."""
        return int(self.latest.rpartition("-")[2]) if self.latest else 0

    def restore(self) -> int:
        """Restores the newest checkpoint, if any.

        Returns:
            The step to go on from.

        Raises:
            CheckpointError: the checkpoint is not of this state, whole.
        """
        if self.latest:
            checkpoint = self._manager.checkpoint
            try:
                checkpoint.restore(self.latest).assert_consumed()
            except (AssertionError, ValueError) as error:
                raise errors.CheckpointError(
                    f"{self.latest} is of other networks or optimizers than "
                    f"the config describes: {error}"
                ) from error
        return int(self._state.step.numpy())

    def __call__(self, step: int, metrics: loop.Metrics, *, last: bool):
        """Saves where a checkpoint is due."""
        if last or step % self._every == 0:
            self._manager.save(checkpoint_number=step)
