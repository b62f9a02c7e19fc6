"""Lists which loss trains which networks, how often."""

import dataclasses
from collections.abc import Callable, Mapping

import tensorflow as tf

from stylex_tf.training import batch as batch_lib


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a loss returns.

    Attributes:
        loss: one value an example, float32 [N].
        metrics: further values an example (or scalars), for the log.
        real_sign: sign of the discriminator's scores of real images, [N];
            None of a loss that asks for none.
        made: what the generator drew, for later phases of the same step.
    """

    loss: tf.Tensor
    metrics: Mapping[str, tf.Tensor]
    real_sign: tf.Tensor | None = None
    made: batch_lib.Fakes | None = None


@dataclasses.dataclass(frozen=True)
class Phase:
    """One row of the table.

    Attributes:
        name: "network/what".
        loss: from a step's batch to an Outcome.
        trains: names of the networks that follow its gradient.
        every: the phase runs in steps that are `offset` modulo this.
        offset: see every.
        weight: factor of the loss; a lazy regulariser, which runs every k-th
            step, weighs k times as much (Karras et al. 2020, section 3.1).
        begin: the first step in which it may run.
        end: the first step in which it no longer runs; None is never.
    """

    name: str
    loss: Callable[[batch_lib.Batch], Outcome]
    trains: tuple[str, ...]
    every: int
    offset: int = 0
    weight: float = 1.0
    begin: int = 0
    end: int | None = None

    def runs_in(self, step: int) -> bool:
        """Returns whether the phase runs in a step."""
        if step < self.begin or (self.end is not None and step >= self.end):
            return False
        return step % self.every == self.offset


_BOTH = ("generator", "encoder")


def table(
    objective,
    *,
    r1_interval: int,
    path_length_interval: int,
    style_exchange: bool = False,
    reconstruction_steps: int = 0,
) -> tuple[Phase, ...]:
    """Returns the phases in the order in which a step runs them.

    The encoded and the sampled path alternate on the global step. An interval
    of 0 leaves its regulariser out.

    Args:
        objective: has the losses as methods (see objective.py).
        r1_interval: steps between two R1 penalties.
        path_length_interval: steps between two path length penalties.
        style_exchange: whether the sampled path encodes images as well.
        reconstruction_steps: the first steps, in which generator and encoder
            learn to reconstruct and nothing else is trained: a discriminator
            of blobs teaches nothing, and costs more than half of a step.
    """
    rows = _adversarial(
        objective, r1_interval, path_length_interval, style_exchange
    )
    first = Phase(
        "generator/reconstructing",
        objective.generator_reconstructing,
        _BOTH,
        1,
        end=reconstruction_steps,
    )
    later = [
        dataclasses.replace(row, begin=reconstruction_steps)
        for row in rows
        if row.every
    ]
    return (first, *later) if reconstruction_steps else tuple(later)


def _adversarial(
    objective,
    r1_interval: int,
    path_length_interval: int,
    style_exchange: bool,
) -> list[Phase]:
    """Returns the phases of a training with a discriminator."""
    return [
        Phase("generator/encoded", objective.generator_encoded, _BOTH, 2, 0),
        Phase(
            "generator/sampled",
            objective.generator_sampled,
            _BOTH if style_exchange else ("generator",),
            2,
            1,
        ),
        Phase(
            "generator/path_length",
            objective.path_length,
            ("generator",),
            path_length_interval,
            weight=path_length_interval,
        ),
        Phase(
            "discriminator/encoded",
            objective.discriminator,
            ("discriminator",),
            2,
            0,
        ),
        Phase(
            "discriminator/sampled",
            objective.discriminator,
            ("discriminator",),
            2,
            1,
        ),
        Phase(
            "discriminator/r1",
            objective.r1,
            ("discriminator",),
            r1_interval,
            weight=r1_interval,
        ),
    ]
