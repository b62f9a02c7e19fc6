"""Tries a GPU: one table to paste into an issue.

    STYLEX_GPU=1 ./bazelw run //benchmarks:gpu_check

A step of the config in each precision, with and without XLA: its speed, its
share of what a large matrix product reaches here, and how far its losses are
from those that the processor computes from the same weights. Without a GPU it
says so, and tries the processor. No GPU was there when this was written.
"""

import copy
import dataclasses
import platform
from collections.abc import Mapping, Sequence

import keras
import tensorflow as tf
from absl import app, flags

from benchmarks import step_costs
from configs import quickstart
from stylex_tf import config
from stylex_tf.training import devices

_RESOLUTION = flags.DEFINE_integer(
    "resolution", 0, "Height and width of the images; 0 takes the config's."
)
_BATCH = flags.DEFINE_integer(
    "batch", 0, "Images of a step; 0 takes the config's."
)
_ROUNDS = flags.DEFINE_integer(
    "rounds", 5, "Steps, of which the fastest counts."
)

POLICIES = ("float32", "mixed_bfloat16", "mixed_float16")


@dataclasses.dataclass(frozen=True)
class Result:
    """What one way of training gave.

    Attributes:
        precision: the Keras policy.
        jit: whether XLA compiled the step.
        seconds: of the fastest step.
        share: of the peak in this precision, which a matrix product reaches.
        difference: the largest of a loss from the processor's, by the loss.
        problem: why there is none of these; empty where there are.
    """

    precision: str
    jit: bool
    seconds: float = 0.0
    share: float = 0.0
    difference: float = 0.0
    problem: str = ""


def measure(
    settings: config.ExperimentConfig, device: str, rounds: int
) -> tuple[float, float, dict[str, float]]:
    """Runs the commonest step on a device.

    Args:
        settings: whose step it is.
        device: "GPU:0" or "CPU:0".
        rounds: steps that are timed.

    Returns:
        Seconds of the fastest, its operations a second, and the losses of the
        first.
    """
    # The same classifier on every device; the networks have a seed already.
    keras.utils.set_random_seed(0)
    strategy = tf.distribute.OneDeviceStrategy(device)
    run, _ = step_costs.make_step(settings, strategy)
    images = tf.constant(
        step_costs.noise(
            settings.training.batch_size, settings.model.resolution
        )
    )
    # The second step of a cycle has no regulariser.
    losses = {
        name: float(value)
        for name, value in run(1, images).items()
        if name.endswith("/loss")
    }
    seconds = step_costs.fastest_step(run, 1, images, rounds)
    operations = step_costs.operations(run.graph(1, images))
    return seconds, operations / seconds, losses


def attempt(
    settings: config.ExperimentConfig,
    device: str,
    expected: Mapping[str, float],
    rounds: int,
) -> Result:
    """Measures one way of training; says why where it does not work."""
    training = settings.training
    try:
        seconds, speed, losses = measure(settings, device, rounds)
        dtype = training.precision.removeprefix("mixed_")
        with tf.device(device):
            peak = step_costs.peak(dtype, rounds)
    except (tf.errors.OpError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        return Result(training.precision, training.jit, problem=first[:100])
    return Result(
        precision=training.precision,
        jit=training.jit,
        seconds=seconds,
        share=speed / peak,
        difference=max(
            abs(losses[name] - value) / max(abs(value), 1e-3)
            for name, value in expected.items()
        ),
    )


def table(results: Sequence[Result], batch: int) -> list[str]:
    """Returns the lines of the table."""
    lines = [
        "| precision | XLA | ms a step | images/s | of the peak | "
        "losses from the CPU's |",
        "|---|---|---|---|---|---|",
    ]
    for result in results:
        start = f"| {result.precision} | {'yes' if result.jit else 'no'} |"
        if result.problem:
            lines.append(f"{start} {result.problem} | | | |")
            continue
        lines.append(
            f"{start} {1e3 * result.seconds:.1f} | "
            f"{batch / result.seconds:.0f} | "
            f"{result.share:.0%} | {result.difference:.1e} |"
        )
    return lines


def _settings() -> config.ExperimentConfig:
    settings = quickstart.get_config()
    settings.model.resolution = _RESOLUTION.value or settings.model.resolution
    settings.training.batch_size = _BATCH.value or settings.training.batch_size
    return settings


def main(arguments: Sequence[str]) -> None:
    """Prints versions, the device, and the table."""
    del arguments
    devices.grow_memory()
    gpus = tf.config.list_physical_devices("GPU")
    device, name = "CPU:0", f"no GPU; {platform.processor() or 'a processor'}"
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        device = "GPU:0"
        name = (
            f"{details.get('device_name', 'a GPU')}, compute capability "
            f"{details.get('compute_capability', 'unknown')}"
        )
    settings = _settings()
    training = settings.training
    training.precision, training.jit = "float32", False
    _, _, expected = measure(settings, "CPU:0", 1)
    results = []
    for policy in POLICIES:
        for jit in (False, True):
            tried = copy.deepcopy(settings)
            tried.training.precision, tried.training.jit = policy, jit
            results.append(attempt(tried, device, expected, _ROUNDS.value))
    print(
        f"TensorFlow {tf.__version__}, Keras {keras.__version__}, Python "
        f"{platform.python_version()}, {name}; {settings.name}, "
        f"{settings.model.resolution} px, batch {training.batch_size}\n"
    )
    print("\n".join(table(results, training.batch_size)))


if __name__ == "__main__":
    app.run(main)
