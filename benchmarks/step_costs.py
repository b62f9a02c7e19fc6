"""Measures what a training step costs, of fresh networks on noise."""

import math
import resource
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from stylex_tf import config, experiment
from stylex_tf.classifiers import adapter, architectures
from stylex_tf.runs import perceptual_features
from stylex_tf.training import phases, precision, step, strategies
from stylex_tf.training import state as state_lib

_CLASSES = 2
_MATRIX = 2048


def fastest(run: Callable[[], object], rounds: int) -> float:
    """Returns the seconds of the fastest round, after one that compiles.

    With 0 rounds it is the one that compiles.
    """
    seconds = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:] or seconds)


def fastest_step(
    run: step.TrainStep, number: int, images: tf.Tensor, rounds: int
) -> float:
    """Returns the seconds of the fastest round of a step; see `fastest`."""

    def once() -> None:
        for value in run(number, images).values():
            value.numpy()

    return fastest(once, rounds)


def peak(dtype: str, rounds: int) -> float:
    """Measures floating-point operations a second of a large product."""
    a = tf.cast(tf.random.stateless_normal([_MATRIX] * 2, [0, 0]), dtype)
    product = tf.function(lambda: tf.reduce_sum(tf.matmul(a, a)))
    return 2 * _MATRIX**3 / fastest(lambda: product().numpy(), rounds)


def make_step(
    settings: config.ExperimentConfig,
    strategy: tf.distribute.Strategy,
    classes: int = _CLASSES,
) -> tuple[step.TrainStep, state_lib.TrainState]:
    """Makes a step of fresh networks that explain a fresh classifier."""
    architecture = architectures.BY_NAME[settings.classifier.architecture]
    with strategy.scope():
        classifier = adapter.from_keras(
            architecture(settings.model.resolution, classes)
        )
        state = experiment.build_state(settings, classes)
    run = step.build_training_step(
        settings,
        strategy,
        state,
        classify=classifier.logits_and_features,
        marginal=tf.fill([classes], 1 / classes),
        perceptual_features=perceptual_features.extractor(
            settings, state.networks.backbone
        ),
    )
    return run, state


def operations(graph: tf.Graph) -> int:
    """Counts floating-point operations of the graph, as TensorFlow does."""
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    options["output"] = "none"
    # It warns of a deprecation inside itself.
    tf.get_logger().setLevel("ERROR")
    counted = tf.compat.v1.profiler.profile(graph, options=options)
    return counted.total_float_ops


def report(settings: config.ExperimentConfig, *, rounds: int) -> None:
    """Prints a line a set of phases that run in one step."""
    training = settings.training
    policy, why = precision.resolve(training.precision)
    dtype = policy.removeprefix("mixed_")
    peaks = {name: peak(name, rounds) for name in ("float32", "bfloat16")}
    for name, flops in peaks.items():
        print(f"peak, {name}: {flops / 1e9:.0f} GFLOP/s")
    print(f"networks in {policy}: {why}")
    run, _ = make_step(settings, strategies.make(training))
    size, batch = settings.model.resolution, training.batch_size
    images = tf.constant(noise(batch, size))
    print(
        f"{settings.name}, {size} px, batch {batch}\n"
        f"{'ms':>8}{'images/s':>10}{'GFLOP':>8}{'of peak':>9}  phases"
    )
    for number in distinct_steps(run.table):
        seconds = fastest_step(run, number, images, rounds)
        count = operations(run.graph(number, images))
        share = count / seconds / peaks.get(dtype, peaks["float32"])
        names = [phase.name for phase in run.table if phase.runs_in(number)]
        print(
            f"{1e3 * seconds:8.0f}{batch / seconds:10.0f}{count / 1e9:8.2f}"
            f"{share:9.0%}  {', '.join(names)}"
        )
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory of the process: {kilobytes / 1024**2:.1f} GiB")


def noise(batch: int, size: int) -> np.ndarray:
    """Makes images to train on, uint8 [N, H, W, 3]."""
    shape = [batch, size, size, 3]
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def distinct_steps(table: tuple[phases.Phase, ...]) -> dict[int, float]:
    """Returns the first step of each set of phases that ever run together.

    Returns:
        The step's number, and the share of all steps that run these phases.
    """
    first: dict[tuple[str, ...], int] = {}
    steps: dict[int, float] = {}
    cycle = max(1, math.lcm(*(phase.every for phase in table)))
    for number in range(cycle):
        due = tuple(phase.name for phase in table if phase.runs_in(number))
        example = first.setdefault(due, number)
        steps[example] = steps.get(example, 0.0) + 1 / cycle
    return steps
