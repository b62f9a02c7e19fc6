"""Computes Adam as both versions of Keras do, with state of our own.

Adam is by Kingma and Ba 2015 (https://arxiv.org/abs/1412.6980); the step size
is that of their section 2. Keras's own would do on each line, but its
checkpoints name and count things differently in each version.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

_FIRST_SCALE = 2.0**15
_GROWS_AFTER = 2_000


class Adam(tf.Module):
    """Moves variables against their gradients; see `build` and `apply`.

    Attributes:
        iterations: steps done, int64, without those that were left out.
        loss_scale: the factor of the loss that keeps float16 gradients from
            vanishing, float32; 1 and constant where they are not scaled.
        is_scaled: whether gradients are scaled. Then a step whose gradients
            are not finite is left out and halves the scale, and 2,000 finite
            ones in a row double it.
    """

    def __init__(
        self,
        learning_rate: float,
        *,
        beta_1: float,
        beta_2: float,
        epsilon: float = 1e-8,
        is_scaled: bool = False,
    ):
        """Describes the optimizer.

        Args:
            learning_rate: step size.
            beta_1: decay of the mean of the gradients.
            beta_2: decay of the mean of their squares.
            epsilon: is added to the root of the latter.
            is_scaled: see the class.
        """
        super().__init__(name="adam")
        self._learning_rate = learning_rate
        self._beta_1 = beta_1
        self._beta_2 = beta_2
        self._epsilon = epsilon
        self.is_scaled = is_scaled
        self._moments: dict[str, dict[str, tf.Variable]] = {}
        self._slots: list[tuple[tf.Variable, tf.Variable]] = []

    def build(self, variables: Mapping[str, tf.Variable]) -> None:
        """Makes the state; call it in the strategy's scope.

        Args:
            variables: what is trained, by names of ours, in the order in
                which `apply` is given gradients.
        """
        self.iterations = tf.Variable(
            0,
            dtype=tf.int64,
            trainable=False,
            name="iterations",
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )
        for moment in ("m", "v"):
            self._moments[moment] = {
                name: tf.Variable(
                    tf.zeros(value.shape, value.dtype),
                    trainable=False,
                    name=moment,
                )
                for name, value in variables.items()
            }
        self._trained = list(variables.values())
        self._slots = list(
            zip(
                self._moments["m"].values(),
                self._moments["v"].values(),
                strict=True,
            )
        )
        self.loss_scale: Any = tf.constant(1.0)
        if self.is_scaled:
            self.loss_scale = _scalar(_FIRST_SCALE, tf.float32, "loss_scale")
            self.finite_steps = _scalar(0, tf.int64, "finite_steps")

    def named(self) -> dict[str, Any]:
        """Returns the state nested by names, for a checkpoint."""
        state = {"iterations": self.iterations, **self._moments}
        if self.is_scaled:
            state["loss_scale"] = self.loss_scale
            state["finite_steps"] = self.finite_steps
        return state

    def named_as_keras_2(self) -> dict[str, Any]:
        """Returns the state as checkpoints of Keras's Adam name it.

        Those of runs that were begun before the optimizer was ours.
        """
        slots = [slot for pair in self._slots for slot in pair]
        return {
            "_iterations": self.iterations,
            # Read and left: the config says what it is.
            "_learning_rate": tf.Variable(0.0),
            "_variables": {
                str(number): slot for number, slot in enumerate(slots, 1)
            },
        }

    def apply(self, gradients: Sequence[tf.Tensor]) -> None:
        """Takes a step, in replica context.

        Args:
            gradients: of each variable, in the order of `build`; each
                replica's share, of which the sum over replicas counts.
        """
        context = tf.distribute.get_replica_context()
        summed = context.all_reduce(tf.distribute.ReduceOp.SUM, list(gradients))
        finite = tf.constant(True)
        if self.is_scaled:
            finite = tf.reduce_all(
                [tf.reduce_all(tf.math.is_finite(total)) for total in summed]
            )
            self._rescale(finite)
        # As Keras does: some strategies update variables on each replica,
        # others in their own context.
        tf.__internal__.distribute.interim.maybe_merge_call(
            self._update, context.strategy, summed, finite
        )

    def _rescale(self, finite: tf.Tensor) -> None:
        """Moves the loss's scale; replicas agree on what is finite."""
        steps = self.finite_steps + 1
        grows = steps >= _GROWS_AFTER
        grown = tf.where(grows, 2.0 * self.loss_scale, self.loss_scale)
        shrunk = tf.maximum(self.loss_scale / 2.0, 1.0)
        # As far as float32 goes: infinite, it would make every step so.
        grown = tf.where(tf.math.is_finite(grown), grown, self.loss_scale)
        self.loss_scale.assign(tf.where(finite, grown, shrunk))
        self.finite_steps.assign(
            tf.where(finite & ~grows, steps, tf.zeros_like(steps))
        )

    def _update(
        self,
        strategy: tf.distribute.Strategy,
        gradients: Sequence[Any],
        finite: Any,
    ) -> None:
        for variable, slots, gradient in zip(
            self._trained, self._slots, gradients, strict=True
        ):
            strategy.extended.update(
                variable,
                self._move,
                args=(gradient, finite, *slots),
                group=False,
            )
        # A step that is left out is not counted: the moments did not move.
        strategy.extended.update(
            self.iterations, _count, args=(finite,), group=False
        )

    def _move(
        self,
        variable: tf.Variable,
        gradient: tf.Tensor,
        finite: tf.Tensor,
        m: tf.Variable,
        v: tf.Variable,
    ) -> None:
        """Moves one variable and its two moments."""
        count = tf.cast(self.iterations + 1, variable.dtype)
        past_1 = tf.pow(tf.cast(self._beta_1, variable.dtype), count)
        past_2 = tf.pow(tf.cast(self._beta_2, variable.dtype), count)
        rate = tf.cast(self._learning_rate, variable.dtype)
        alpha = rate * tf.sqrt(1 - past_2) / (1 - past_1)
        to_m = (gradient - m) * (1 - self._beta_1)
        to_v = (tf.square(gradient) - v) * (1 - self._beta_2)
        if self.is_scaled:
            to_m, to_v = (
                tf.where(finite, by, tf.zeros_like(by)) for by in (to_m, to_v)
            )
            alpha = tf.where(finite, alpha, 0.0)
        m.assign_add(to_m)
        v.assign_add(to_v)
        variable.assign_sub((m * alpha) / (tf.sqrt(v) + self._epsilon))


def _count(iterations: tf.Variable, finite: tf.Tensor) -> None:
    iterations.assign_add(tf.cast(finite, iterations.dtype))


def _scalar(value: float, dtype: tf.DType, name: str) -> tf.Variable:
    return tf.Variable(
        value,
        dtype=dtype,
        trainable=False,
        name=name,
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
    )
