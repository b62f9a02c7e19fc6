"""Orders what happens in a training: the outer loop."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import tensorflow as tf

from stylex_tf.training import state

Metrics = Mapping[str, tf.Tensor]


class Action(Protocol):
    """Something done beside training: a log, a checkpoint, a picture."""

    def __call__(
        self, step: int, metrics: Metrics, *, last: bool
    ) -> bool | None:
        """Acts after a step; `step` is the number of steps done.

        Returns:
            True ends the training here; the actions that follow are told that
            this step is the last.
        """


def train(
    train_state: state.TrainState,
    run_step: Callable[[int, object], Metrics],
    batches: Iterator[Mapping[str, object]],
    actions: Sequence[Action],
    *,
    total_steps: int,
) -> None:
    """Trains up to `total_steps`, counted over all sessions of the run.

    Args:
        train_state: holds the step to begin with.
        run_step: the step's number and images to metrics.
        batches: yields {"image": ...} from that step on.
        actions: called in order after every step.
        total_steps: where to stop, unless an action ends it earlier.
    """
    for step in range(int(train_state.step.numpy()), total_steps):
        metrics = run_step(step, next(batches)["image"])
        done = step + 1
        last = done == total_steps
        for action in actions:
            ends = action(done, metrics, last=last)
            last = last or bool(ends)
        if last:
            return
