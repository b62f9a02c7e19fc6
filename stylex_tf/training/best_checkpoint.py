"""The checkpoint with the best validation score, beside the last ones."""

import pathlib

from stylex_tf import errors
from stylex_tf.training import checkpoints, loop, state, validations


class BestCheckpoint:
    """Saves the whole state where a validation is the best so far.

    It comes after the log and after the checkpoints, so that a killed run
    never goes on from before the state that is kept here.
    """

    def __init__(
        self,
        train_state: state.TrainState,
        directory: pathlib.Path,
        log: pathlib.Path,
        *,
        every: int,
    ):
        """Opens the folder.

        Args:
            train_state: what is saved, whole.
            directory: holds one checkpoint, and nothing else.
            log: metrics.jsonl, which has the scores.
            every: steps between two validations.
        """
        self._state = train_state
        self._directory = directory
        self._log = log
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
        found = validations.best(validations.read(self._log, step))
        if found and found["step"] == step != self._saved.latest_step:
            self._saved(step, {}, last=True)

    def restore(self) -> None:
        """Restores the best state, unless the state is it, or there is none.

        Raises:
            CheckpointError: it is not there, or not of this state, whole.
        """
        step = int(self._state.step.numpy())
        found = validations.best(validations.read(self._log, step))
        if found is None or found["step"] == step:
            return
        if self._saved.latest_step != found["step"]:
            raise errors.CheckpointError(
                f"{self._directory} has {self._saved.latest or 'nothing'}; "
                f"expected the checkpoint of step {found['step']}, which has "
                f"the best score in {self._log}"
            )
        self._saved.restore()
