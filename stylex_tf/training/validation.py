"""Measures held-out images during training, as an action of the loop."""

import logging
from collections.abc import Callable, Mapping

from stylex_tf.training import loop, metrics, validation_history

_LOGGER = logging.getLogger(__name__)


class Validation:
    """Measures at intervals, and ends a training that improves no more.

    It comes before the log, which writes its figures into the line of the
    same step, and before all that must know whether a step is the last.
    """

    def __init__(
        self,
        measure: Callable[[], Mapping[str, float]],
        log: metrics.MetricsLog,
        history: validation_history.ValidationHistory,
        *,
        every: int,
        patience_steps: int,
    ):
        """Binds the action.

        Args:
            measure: the figures of the networks as they are now, by name;
                one of them is `validation_history.SCORE`.
            log: writes them.
            history: the history of the run, which the log adds to.
            every: steps between two validations.
            patience_steps: steps without a better score that end the
                training; 0 is never.
        """
        self._measure = measure
        self._log = log
        self._history = history
        self._every = every
        self._patience_steps = patience_steps

    def __call__(self, step: int, metrics: loop.Metrics, *, last: bool) -> bool:
        """Measures where it is due; True where training should end."""
        if not last and step % self._every:
            return False
        figures = self._measure()
        self._log.note(figures)
        so_far = self._history.with_next({"step": step, **figures})
        ends = so_far.is_stalled(self._patience_steps)
        if ends and not last:
            _LOGGER.info(
                "Training ends at step %d: %d steps (training.patience) "
                "brought no better validation score.",
                step,
                self._patience_steps,
            )
        return ends
