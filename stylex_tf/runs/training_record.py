"""Reads from a run's folder how far its training came."""

import pathlib

from stylex_tf import config, run_folder
from stylex_tf.training import keep as keep_lib
from stylex_tf.training import symptoms, validation_history


class TrainingRecord:
    """What is told of a training, without its networks.

    Attributes:
        history: its validations, up to the newest checkpoint.
        steps: how far it came: the step of the newest checkpoint.
    """

    def __init__(
        self,
        settings: config.ExperimentConfig,
        folder: run_folder.RunFolder,
        steps: int,
    ):
        """Reads the log.

        Args:
            settings: the config of the run.
            folder: the folder of the run.
            steps: the steps of the newest checkpoint.
        """
        self._settings = settings
        self.steps = steps
        self.history = validation_history.ValidationHistory.read(
            log(folder), steps
        )

    def is_finished(self, steps: int) -> bool:
        """Says whether all steps are done, or training ended earlier.

        Args:
            steps: done so far.
        """
        return steps >= self._settings.total_steps or self.history.is_stalled(
            self._settings.patience_steps
        )

    @property
    def kept_step(self) -> int:
        """Returns the step that is explained: the last, or the best."""
        best = self.history.best
        keep = self._settings.training.keep
        if keep == keep_lib.Keep.BEST and best is not None:
            return int(best["step"])
        return self.steps

    def symptoms(self) -> tuple[symptoms.Symptom, ...]:
        """Returns what went wrong up to the state that is explained."""
        return symptoms.find(self.history.until(self.kept_step))

    def ending(self) -> str:
        """Returns what is special in how training ended, in words; or ''."""
        training = self._settings.training
        parts = []
        if self.steps < self._settings.total_steps:
            parts.append(
                f"ended early, after {self.steps * training.batch_size:,} of "
                f"{training.total_images:,} images: {training.patience:,} "
                "brought no better validation score"
            )
        if self.kept_step != self.steps:
            parts.append(
                "explained is the state with the best validation score, "
                f"after {self.kept_step * training.batch_size:,} images"
            )
        return "; ".join(parts)


def log(folder: run_folder.RunFolder) -> pathlib.Path:
    """Returns the path of metrics.jsonl."""
    return folder.root / "metrics.jsonl"
