"""What a step computes from one state: to be compared between two lines.

    ./bazelw run //tests/training:step_numbers -- --write

writes the golden file anew; without `--write` it says how far its numbers are.
"""

import json
import os
import pathlib
import sys
import zlib
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf.training import layout, phases, step
from tests.testing import tiny_experiment
from tests.training import remembering

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "step_numbers.json"
_STEPS = 20
_PROJECTIONS = 3


def measured() -> dict[str, Any]:
    """Returns gradients, as norms and projections, and losses, by name."""
    return {"gradients": _gradients(), "losses": _losses()}


def differences(
    actual: dict[str, Any], golden: dict[str, Any]
) -> tuple[float, float]:
    """Returns how far two results are apart.

    Returns:
        The largest difference of a gradient's norm or projection, by its
        norm; and the largest of a loss, by the loss or 0.1, whichever is more.
    """
    assert actual["gradients"].keys() == golden["gradients"].keys()
    of_gradients = max(
        abs(first - second) / golden["gradients"][name]["norm"]
        for name, numbers in actual["gradients"].items()
        for first, second in zip(
            [numbers["norm"], *numbers["projections"]],
            [
                golden["gradients"][name]["norm"],
                *golden["gradients"][name]["projections"],
            ],
            strict=True,
        )
    )
    of_losses = max(
        abs(value - golden["losses"][number][name])
        / max(abs(golden["losses"][number][name]), 0.1)
        for number, losses in enumerate(actual["losses"])
        for name, value in losses.items()
    )
    return of_gradients, of_losses


def _set(training: tiny_experiment.Training) -> None:
    """Draws every weight by its name, whatever Keras would begin with."""
    for part in ("networks", "averages"):
        networks = getattr(training.state, part)
        for name, variable in layout.flat(layout.named(networks.parts)):
            seed = zlib.crc32(name.encode())
            normal = np.random.default_rng(seed).normal(size=variable.shape)
            is_kernel = name.endswith(("kernel", "constant", "image"))
            scale = 100.0 if "mapping/dense" in name and is_kernel else 1.0
            offset = 1.0 if name.endswith("affine/bias") else 0.0
            variable.assign(
                offset + normal * scale * (1.0 if is_kernel else 0.1)
            )


def _images(number: int) -> tf.Tensor:
    return tf.constant(
        tiny_experiment.images(tiny_experiment.BATCH_SIZE, seed=number)
    )


def _gradients() -> dict[str, dict[str, Any]]:
    training = tiny_experiment.training(
        optimizer=remembering.Remembering,
        augmentation="fixed",
        augmentation_strength=0.5,
        noise="random",
    )
    _set(training)
    summaries = {}
    for row in phases.table(
        training.losses, r1_interval=1, path_length_interval=1
    ):
        table = tiny_experiment.phase_alone(training.losses, row)
        training.state.step.assign(0)
        step.TrainStep(
            strategy=tf.distribute.get_strategy(),
            train_state=training.state,
            losses=training.losses,
            table=table,
            batch_size=tiny_experiment.BATCH_SIZE,
            seed=0,
            ema_decay=lambda step: 1.0,
        )(0, _images(0))
        for network in row.trains:
            slots = training.state.optimizers[network].named()["m"]
            summaries[f"{row.name}/{network}"] = _summary(slots)
    return summaries


def _summary(slots: dict[str, tf.Variable]) -> dict[str, Any]:
    """The norm of a gradient, and its shadow on a few fixed directions."""
    names = sorted(slots)
    flat = np.concatenate(
        [slots[name].numpy().ravel().astype(np.float64) for name in names]
    )
    directions = np.random.default_rng(0).normal(size=(_PROJECTIONS, len(flat)))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    # As long as the gradient, were it a direction of its own.
    shadows = directions @ flat * len(flat) ** 0.5
    return {
        "norm": float(np.linalg.norm(flat)),
        "projections": [float(shadow) for shadow in shadows],
    }


def _losses() -> list[dict[str, float]]:
    training = tiny_experiment.training(
        augmentation="fixed", augmentation_strength=0.5, noise="random"
    )
    _set(training)
    return [
        {
            name: float(value)
            for name, value in training.step(number, _images(number)).items()
            if name.endswith("/loss")
        }
        for number in range(_STEPS)
    ]


def main(arguments: list[str]) -> None:
    """Compares with the golden file, or writes it."""
    actual = measured()
    if GOLDEN.exists():
        golden = json.loads(GOLDEN.read_text())
        gradients, losses = differences(actual, golden)
        print(f"gradients {gradients:.1e}, losses {losses:.1e}")
    if "--write" in arguments:
        root = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
        path = root / "tests" / "golden" / "step_numbers.json"
        path.write_text(json.dumps(actual, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
