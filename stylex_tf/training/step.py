"""Runs one training step on all replicas, which `strategy.run` starts."""

import dataclasses
import functools
from collections.abc import Callable, Sequence

import tensorflow as tf

from stylex_tf import config
from stylex_tf.ops import augmentation, preprocessing
from stylex_tf.training import batch as batch_lib
from stylex_tf.training import ema, objective, phases, state, step_metrics


# Longer than 60 lines: it unpacks the config, field by field.
def build_training_step(
    experiment: config.ExperimentConfig,
    strategy: tf.distribute.Strategy,
    train_state: state.TrainState,
    *,
    classify: Callable[[tf.Tensor], tuple[tf.Tensor, list[tf.Tensor]]],
    marginal: tf.Tensor,
    perceptual_features: objective.FeaturesFn | None = None,
    noise: str = "random",
) -> "TrainStep":
    """Returns the step that an experiment trains with.

    Args:
        experiment: a validated config.
        strategy: where the step runs.
        train_state: what it changes; made in the strategy's scope.
        classify: images to logits, [N, K], and feature maps.
        marginal: mean class probabilities, [K].
        perceptual_features: images to feature maps; None takes those of
            `classify`.
        noise: "random" in training; tests of equality use "fixed".
    """
    training = experiment.training
    strength = train_state.augmentation
    losses = objective.Objective(
        train_state.networks,
        classify=classify,
        perceptual_features=perceptual_features,
        marginal=marginal,
        path_length_mean=train_state.path_length_mean,
        weights=dataclasses.replace(experiment.loss, r1=experiment.r1_weight),
        conditioning=experiment.model.conditioning,
        condition_dropout=experiment.model.condition_dropout,
        style_mixing=training.style_mixing,
        style_exchange=training.style_exchange,
        spatial_dropout=training.spatial_dropout,
        w_average_decay=training.w_average_decay,
        noise=noise,
        augment=(
            functools.partial(augmentation.augment, strength=strength.value)
            if strength is not None
            else None
        ),
        accumulation=training.accumulation,
    )
    return TrainStep(
        strategy=strategy,
        train_state=train_state,
        losses=losses,
        table=phases.table(
            losses,
            r1_interval=experiment.r1_every,
            path_length_interval=experiment.path_length_every,
            style_exchange=training.style_exchange > 0,
            reconstruction_steps=experiment.reconstruction_steps,
        ),
        batch_size=training.batch_size,
        seed=experiment.seed,
        ema_decay=functools.partial(
            ema.decay_per_step,
            training.ema_half_life_images,
            training.batch_size,
            share=training.ema_share,
        ),
        accumulation=training.accumulation,
        # A TPU compiles what it runs, as a whole and by itself.
        jit=training.jit and training.strategy != "tpu",
    )


class TrainStep:
    """Runs the phases that are due, then updates the weights' averages.

    Attributes:
        losses: the object whose methods compute the losses of the phases.
        table: the phases in order.
    """

    # More than seven parameters: unpacked by `build_training_step`.
    def __init__(
        self,
        *,
        strategy: tf.distribute.Strategy,
        train_state: state.TrainState,
        losses: objective.Objective,
        table: Sequence[phases.Phase],
        batch_size: int,
        seed: int,
        ema_decay: Callable[..., tf.Tensor],
        accumulation: int = 1,
        jit: bool = False,
    ):
        """Binds the step.

        Args:
            strategy: where it runs.
            train_state: what it changes.
            losses: the object whose methods compute the losses of the phases.
            table: the phases in order.
            batch_size: examples of all replicas.
            seed: the seed of the experiment.
            ema_decay: the number of a step to the decay of the averages.
            accumulation: parts of a replica's batch, whose gradients make one
                update: memory for one part, and as many images.
            jit: let XLA compile the step; for one replica.
        """
        self.losses = losses
        self.table = tuple(table)
        self._strategy = strategy
        self._state = train_state
        self._batch_size = batch_size
        self._seed = seed
        self._ema_decay = ema_decay
        self._accumulation = accumulation
        self._jit = jit
        # One graph for each combination of phases that are due together.
        self._compiled: dict[
            tuple[str, ...], tf.types.experimental.GenericFunction
        ] = {}
        # The metrics of each of them, known as soon as its graph is made.
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __call__(self, step: int, images) -> step_metrics.StepMetrics:
        """Trains on one batch.

        Args:
            step: the step's number, equal to the state's.
            images: uint8 [N, H, W, 3], distributed.

        Returns:
            Scalars by name, means over all examples.
        """
        stacked = self._function(step)(images)
        return step_metrics.StepMetrics(self._names[self._key(step)], stacked)

    def graph(self, step: int, images) -> tf.Graph:
        """Returns the operations of a step, for those who count them."""
        return self._function(step).get_concrete_function(images).graph

    def _key(self, step: int) -> tuple[str, ...]:
        """Returns the names of the phases that are due."""
        return tuple(phase.name for phase in self.table if phase.runs_in(step))

    def _function(self, step: int) -> tf.types.experimental.GenericFunction:
        key = self._key(step)
        if key not in self._compiled:
            self._compiled[key] = self._compile(key)
        return self._compiled[key]

    def _compile(self, key: tuple[str, ...]):
        due = tuple(phase for phase in self.table if phase.name in key)

        # No Python control flow here depends on a tensor's value.
        @tf.function(autograph=False, jit_compile=self._jit or None)
        def run(images):
            metrics, signs = tf.nest.map_structure(
                lambda value: self._strategy.reduce("MEAN", value, axis=None),
                self._strategy.run(
                    lambda images: self._on_replica(images, due), (images,)
                ),
            )
            ema.update(
                self._strategy,
                self._state.averages.averaged,
                self._state.networks.averaged,
                self._ema_decay(step=self._state.step.read_value()),
            )
            self._state.step.assign_add(1)
            all_metrics = step_metrics.StepMetrics.of(
                metrics | self._adapt(signs)
            )
            self._names[key] = all_metrics.names
            return all_metrics.stacked

        return run

    def _adapt(self, real_signs: Sequence[tf.Tensor]) -> dict[str, tf.Tensor]:
        """Moves the strength of the augmentation, where there is one.

        Args:
            real_signs: mean signs of the scores of real images, one a phase
                that asks the discriminator: the encoded or the sampled one.
        """
        augmentation = self._state.augmentation
        if augmentation is None or not real_signs:
            return {}
        augmentation.adapt(self._state.step.read_value(), real_signs[-1])
        return {"augmentation/strength": augmentation.value.read_value()}

    def _on_replica(
        self, images, due
    ) -> tuple[dict[str, tf.Tensor], list[tf.Tensor]]:
        """Returns metrics by name, and the mean signs of real images."""
        seed = tf.stack(
            [tf.constant(self._seed, tf.int64), self._state.step.read_value()]
        )
        pixels = preprocessing.to_float(images)
        parts = [
            self.losses.begin(part, seed, self._batch_size, number)
            for number, part in enumerate(tf.split(pixels, self._accumulation))
        ]
        metrics: dict[str, tf.Tensor] = {}
        signs = []
        for phase in due:
            outcomes, norms = self._run_phase(phase, parts)
            for name, value in {**_mean_metrics(outcomes), **norms}.items():
                metrics[f"{phase.name}/{name}"] = value
            signs += _mean_signs(outcomes)
            parts = [
                part if outcome.made is None else part.with_fakes(outcome.made)
                for part, outcome in zip(parts, outcomes, strict=True)
            ]
        return metrics, signs

    def _run_phase(
        self, phase: phases.Phase, parts: Sequence[batch_lib.Batch]
    ) -> tuple[list[phases.Outcome], dict[str, tf.Tensor]]:
        """Runs a phase on its parts; returns outcomes and gradient norms."""
        optimizers = {
            name: self._state.optimizers[name] for name in phase.trains
        }
        # One scale for all networks that follow this loss: the one that
        # overflows first decides.
        scale = tf.reduce_min([o.loss_scale for o in optimizers.values()])
        variables = {
            name: self._state.networks.trained_by(name) for name in optimizers
        }
        gradients, outcomes = self._gradients(phase, parts, variables, scale)
        replicas = self._strategy.num_replicas_in_sync
        norms = {}
        for name, optimizer in optimizers.items():
            unscaled = [gradient / scale for gradient in gradients[name]]
            optimizer.apply(unscaled)
            # Each replica holds its share; times their number is an estimate.
            norm = tf.linalg.global_norm(unscaled) * replicas
            if optimizer.is_scaled:
                # It leaves out a step that overflows, and lowers its scale:
                # part of its search for the scale, and no divergence.
                norm = tf.where(tf.math.is_finite(norm), norm, 0.0)
            norms[f"gradient_norm/{name}"] = norm
        return outcomes, norms

    def _gradients(self, phase: phases.Phase, parts, variables, scale):
        """Returns mean gradients, and the outcome of each part."""
        # Keras sums gradients over replicas, so each contributes its share of
        # the mean; so does each part.
        shares = self._strategy.num_replicas_in_sync * len(parts)
        total: dict[str, list[tf.Tensor]] = {}
        outcomes = []
        for part in parts:
            # Waits for the part before, or all would be in memory at once.
            with tf.control_dependencies(tf.nest.flatten(total)):
                with tf.GradientTape() as tape:
                    outcome = phase.loss(part)
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
            outcomes.append(outcome)
        return total, outcomes


def _mean_metrics(outcomes: Sequence[phases.Outcome]) -> dict[str, tf.Tensor]:
    """Averages the metrics of a phase's parts to scalars."""
    return {
        name: tf.reduce_mean(
            [tf.reduce_mean(outcome.metrics[name]) for outcome in outcomes]
        )
        for name in outcomes[0].metrics
    }


def _mean_signs(outcomes: Sequence[phases.Outcome]) -> list[tf.Tensor]:
    """Returns one scalar, or none where no discriminator was asked."""
    signs = [x.real_sign for x in outcomes if x.real_sign is not None]
    return [tf.reduce_mean([tf.reduce_mean(x) for x in signs])] if signs else []
