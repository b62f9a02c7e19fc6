"""One training step on all replicas: the one file with `strategy.run`."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from stylex_tf.training import ema, objective, phases, state


class TrainStep:
    """Runs the phases that are due, then moves the averages."""

    def __init__(
        self,
        *,
        strategy: tf.distribute.Strategy,
        train_state: state.TrainState,
        losses: objective.Objective,
        table: Sequence[phases.Phase],
        batch_size: int,
        seed: int,
        ema_decay: float,
        accumulation: int = 1,
    ):
        """Binds the step.

        Args:
            strategy: where it runs.
            train_state: what it changes.
            losses: whose methods the phases are.
            table: the phases in order.
            batch_size: examples of all replicas.
            seed: of the experiment.
            ema_decay: a step.
            accumulation: parts of a replica's batch, whose gradients make one
                update: memory for one part, and as many images.
        """
        self._strategy = strategy
        self._state = train_state
        self._losses = losses
        self._table = table
        self._batch_size = batch_size
        self._seed = seed
        self._ema_decay = ema_decay
        self._accumulation = accumulation
        # One graph for each combination of phases that are due together.
        self._compiled: dict[
            tuple[str, ...], tf.types.experimental.GenericFunction
        ] = {}

    def __call__(self, step: int, images) -> dict[str, tf.Tensor]:
        """Trains on one batch.

        Args:
            step: the step's number, equal to the state's.
            images: uint8 [N, H, W, 3], distributed.

        Returns:
            Scalars by name, means over all examples.
        """
        return self._function(step)(images)

    def graph(self, step: int, images) -> tf.Graph:
        """Returns the operations of a step, for those who count them."""
        return self._function(step).get_concrete_function(images).graph

    def _function(self, step: int) -> tf.types.experimental.GenericFunction:
        due = tuple(phase for phase in self._table if phase.runs_in(step))
        key = tuple(phase.name for phase in due)
        if key not in self._compiled:
            self._compiled[key] = self._compile(due)
        return self._compiled[key]

    def _compile(self, due: tuple[phases.Phase, ...]):
        # No Python control flow here depends on a tensor's value.
        @tf.function(autograph=False)
        def run(images):
            replicas = self._strategy.run(
                lambda images: self._on_replica(images, due), (images,)
            )
            metrics = {
                name: self._strategy.reduce("MEAN", value, axis=None)
                for name, value in replicas.items()
            }
            ema.update(
                self._strategy,
                self._state.averages.averaged,
                self._state.networks.averaged,
                self._ema_decay,
            )
            self._state.step.assign_add(1)
            return metrics | self._adapt(metrics)

        return run

    def _adapt(self, metrics) -> dict[str, tf.Tensor]:
        """Moves the strength of the augmentation, where there is one."""
        augmentation = self._state.augmentation
        if augmentation is None:
            return {}
        # The encoded or the sampled phase has it: one of them runs.
        (real_sign,) = (
            value
            for name, value in metrics.items()
            if name.endswith("/real_sign")
        )
        augmentation.adapt(self._state.step.read_value(), real_sign)
        return {"augmentation/strength": augmentation.value.read_value()}

    def _on_replica(self, images, due) -> dict[str, tf.Tensor]:
        seed = tf.stack(
            [tf.constant(self._seed, tf.int64), self._state.step.read_value()]
        )
        pixels = tf.cast(images, tf.float32) / 127.5 - 1.0
        parts = [
            self._losses.begin(part, seed, self._batch_size, number)
            for number, part in enumerate(tf.split(pixels, self._accumulation))
        ]
        metrics = {}
        for phase in due:
            for name, value in self._run_phase(phase, parts).items():
                metrics[f"{phase.name}/{name}"] = value
        return metrics

    def _run_phase(
        self, phase: phases.Phase, parts: list[dict[str, tf.Tensor]]
    ) -> dict[str, tf.Tensor]:
        """Runs a phase on its parts; returns scalars by name."""
        optimizers = {
            name: self._state.optimizers[name] for name in phase.trains
        }
        # One scale for all networks that follow this loss: the one that
        # overflows first decides.
        scale = tf.reduce_min([_loss_scale(o) for o in optimizers.values()])
        variables = {
            name: self._state.networks.trained_by(name) for name in optimizers
        }
        gradients, metrics = self._gradients(phase, parts, variables, scale)
        replicas = self._strategy.num_replicas_in_sync
        norms = {}
        for name, optimizer in optimizers.items():
            unscaled = [gradient / scale for gradient in gradients[name]]
            optimizer.apply_gradients(
                zip(unscaled, variables[name], strict=True)
            )
            # Each replica holds its share; times their number is an estimate.
            norm = tf.linalg.global_norm(unscaled) * replicas
            if _is_scaled(optimizer):
                # It leaves out a step that overflows, and lowers its scale:
                # part of its search for the scale, and no divergence.
                norm = tf.where(tf.math.is_finite(norm), norm, 0.0)
            norms[f"gradient_norm/{name}"] = norm
        return {**metrics, **norms}

    def _gradients(self, phase: phases.Phase, parts, variables, scale):
        """Mean gradients and metrics of the parts, which gain what is made."""
        # Keras sums gradients over replicas, so each contributes its share of
        # the mean; so does each part.
        shares = self._strategy.num_replicas_in_sync * len(parts)
        total: dict[str, list[tf.Tensor]] = {}
        metrics = []
        for tensors in parts:
            # Waits for the part before, or all would be in memory at once.
            with tf.control_dependencies(tf.nest.flatten(total)):
                with tf.GradientTape() as tape:
                    outcome = phase.loss(tensors)
                    loss = tf.reduce_mean(outcome.loss) * phase.weight / shares
                    loss *= scale
                gradients = tape.gradient(
                    loss,
                    variables,
                    unconnected_gradients=tf.UnconnectedGradients.ZERO,
                )
            if total:
                gradients = tf.nest.map_structure(tf.add, total, gradients)
            total = gradients
            tensors |= outcome.made
            metrics.append(outcome.metrics)
        means = {
            name: tf.reduce_mean([tf.reduce_mean(m[name]) for m in metrics])
            for name in metrics[0]
        }
        return total, means


def _is_scaled(optimizer: keras.optimizers.Optimizer) -> bool:
    return isinstance(optimizer, keras.mixed_precision.LossScaleOptimizer)


def _loss_scale(optimizer: keras.optimizers.Optimizer) -> tf.Tensor:
    """The factor that keeps float16 gradients from vanishing; 1 otherwise."""
    return optimizer.loss_scale if _is_scaled(optimizer) else tf.constant(1.0)
