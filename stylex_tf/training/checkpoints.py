"""Checkpoints: they resume a run. What ships a model is an export."""

import pathlib

import tensorflow as tf

from stylex_tf.training import errors, loop, state


class Checkpoints:
    """Saves the whole state at intervals and restores the newest."""

    def __init__(
        self,
        train_state: state.TrainState,
        directory: pathlib.Path,
        *,
        every: int,
    ):
        """Opens the folder.

        Args:
            train_state: what is saved, whole.
            directory: where; kept are the last two.
            every: steps between two checkpoints.
        """
        self._state = train_state
        self._every = every
        self._manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(state=train_state),
            str(directory),
            max_to_keep=2,
            step_counter=train_state.step,
        )

    @property
    def latest(self) -> str | None:
        """The newest checkpoint's path, None where there is none."""
        return self._manager.latest_checkpoint

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
