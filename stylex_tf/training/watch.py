"""Says in words what goes wrong, as an action of the loop."""

import logging

from stylex_tf.training import loop, symptoms, validation_history

_LOGGER = logging.getLogger(__name__)


class Watch:
    """Warns once of each symptom, when it appears; comes after the log."""

    def __init__(
        self, history: validation_history.ValidationHistory, *, every: int
    ):
        """Binds the action.

        Args:
            history: the history of the run.
            every: steps between two validations.
        """
        self._history = history
        self._every = every

    def __call__(self, step: int, metrics: loop.Metrics, *, last: bool) -> None:
        """Looks for new symptoms where a validation was due."""
        if not last and step % self._every:
            return
        so_far = self._history.until(step)
        known = {symptom.code for symptom in symptoms.find(so_far[:-1])}
        for symptom in symptoms.find(so_far):
            if symptom.code not in known:
                _LOGGER.warning(
                    "Step %d: %s. %s", step, symptom.headline, symptom.text
                )
