"""Measures how training costs grow; prints the tables of docs/scaling.md.

    ./bazelw run //benchmarks:scaling
    ./bazelw run //benchmarks:scaling -- --tables=workers --rounds=2

Each case runs in a process of its own, whose peak memory is taken. Networks
are fresh, and train on noise, in float32. Times are of this machine: let it do
nothing else. On two idle cores all tables take 13 minutes.
"""

import contextlib
import dataclasses
import json
import os

from absl import app, flags

from benchmarks import free_ports, scaling_case
from stylex_tf.cli import command

_TABLES = flags.DEFINE_list(
    "tables",
    ["growth", "paper", "workers"],
    "Which to make: growth, paper (with what is computed from it), workers.",
)
_ROUNDS = flags.DEFINE_integer("rounds", 4, "The fastest of these counts.")

_BASE = "the quick start: 32 px, 64 channels, batch 32, 2 classes"
_CHANNELS = ("model.channel_base", "model.channel_max")
_GROWTH = {
    "64 px": {"changes": {"model.resolution": 64}},
    "128 px": {"changes": {"model.resolution": 128}},
    "32 channels": {"changes": dict(zip(_CHANNELS, (256, 32), strict=True))},
    "128 channels": {"changes": dict(zip(_CHANNELS, (1024, 128), strict=True))},
    "batch 8": {"changes": {"training.batch_size": 8}},
    "batch 64": {"changes": {"training.batch_size": 64}},
    "200 classes": {"classes": 200},
}
# From the makers' data sheets: devices, and TFLOP/s of each in 16 bits, dense.
_MACHINES = {
    "1 NVIDIA V100": (1, 125),
    "8 NVIDIA V100": (8, 125),
    "1 NVIDIA A100": (1, 312),
    "8 NVIDIA A100": (8, 312),
    "TPU v3-8 (4 chips)": (4, 123),
    "TPU v4-32 (16 chips)": (16, 275),
}
_SHARES = (0.15, 0.3)
_WORKERS = 2


def main(argv: list[str]) -> None:
    """Prints the tables, as Markdown."""
    command.no_arguments(argv)
    makers = {"growth": _growth, "paper": _paper, "workers": _workers}
    unknown = set(_TABLES.value) - set(makers)
    if unknown:
        raise app.UsageError(
            f"--tables has {', '.join(sorted(unknown))}; expected some of "
            f"{', '.join(makers)}"
        )
    for name in _TABLES.value:
        makers[name](_ROUNDS.value)
        print(flush=True)


def _growth(rounds: int) -> None:
    """Prints time and memory of a step, one size changed at a time."""
    print(
        "| | ms a step | times | images/s | GFLOP a step | times | "
        "peak memory, GiB |\n|---|---|---|---|---|---|---|"
    )
    base = None
    for name, differs in {_BASE: {}, **_GROWTH}.items():
        case = scaling_case.Case(rounds=rounds, **differs)
        costs = _measure(case)
        base = base or costs
        batch = case.settings().training.batch_size
        _row(
            name,
            f"{1e3 * costs.seconds:.0f}",
            f"{costs.seconds / base.seconds:.2f}",
            f"{batch / costs.seconds:.0f}",
            f"{costs.flops / 1e9:.1f}",
            f"{costs.flops / base.flops:.2f}",
            f"{costs.gib:.2f}",
        )
    print(f"\nTensorFlow alone: {base.gib_before:.2f} GiB.")


def _paper(rounds: int) -> None:
    """Prints the paper's networks at 256 px: here, and for accelerators."""
    del rounds  # A step takes a minute, and compiling it little of that.
    sizes = ("model.resolution", "training.batch_size")
    costs = {}
    print(
        "| batch | s a step and its compiling | peak memory, GiB |\n"
        "|---|---|---|"
    )
    for batch in (1, 2):
        changes = dict(zip(sizes, (256, batch), strict=True))
        case = scaling_case.Case(
            paper=True, changes=changes, steps="commonest", rounds=0
        )
        costs[batch] = _measure(case)
        _row(
            str(batch),
            f"{costs[batch].seconds:.0f}",
            f"{costs[batch].gib:.2f}",
        )
    counted = _measure(dataclasses.replace(case, steps="none"))
    image = counted.flops / batch
    each = costs[2].gib - costs[1].gib
    parameters = ", ".join(
        f"{name} {count / 1e6:.1f} M"
        for name, count in counted.parameters.items()
    )
    print(
        f"\nAn image more: {each:.2f} GiB. Parameters: {parameters}. Searched "
        f"coordinates: {counted.coordinates:,}. An image of a step, in the "
        f"mean: {image / 1e12:.2f} TFLOP.\n"
    )
    images = case.settings().training.total_images
    print(
        f"| computed: hours for {images:,} images | peak, TFLOP/s | "
        + " | ".join(f"at {share:.0%} of it" for share in _SHARES)
        + " |\n|---|---|"
        + "---|" * len(_SHARES)
    )
    for name, (devices, peak) in _MACHINES.items():
        hours = images * image / (devices * peak * 1e12) / 3_600
        _row(
            name,
            f"{devices * peak:,}",
            *(f"{hours / share:.0f}" for share in _SHARES),
        )


def _workers(rounds: int) -> None:
    """Measures two processes of one core each, beside one process."""
    cores = sorted(os.sched_getaffinity(0))[:_WORKERS]
    if len(cores) < _WORKERS:
        raise app.UsageError(
            f"{_WORKERS} cores are needed for --tables=workers"
        )
    print(
        "| the quick start's step without R1, batch 32 | images/s | times |\n"
        "|---|---|---|"
    )
    # Fewer kinds of steps, fewer to compile.
    plain = {"loss.r1": 0.0}
    alone = scaling_case.Case(changes=plain, rounds=rounds, cores=(cores[0],))
    rates = {
        "one process, one core": _rate(alone, [_measure(alone)]),
        "one process, two cores": _rate(
            alone, [_measure(dataclasses.replace(alone, cores=tuple(cores)))]
        ),
        "two processes, one core each": _rate(
            alone, _measure_together(alone, cores)
        ),
    }
    slowest = next(iter(rates.values()))
    for name, rate in rates.items():
        _row(name, f"{rate:.0f}", f"{rate / slowest:.2f}")


def _rate(case: scaling_case.Case, costs: list[scaling_case.Costs]) -> float:
    """Returns images a second of the whole batch, of the slowest process."""
    for process in costs:
        # Else each would have trained for itself, and nothing be compared.
        if process.replicas != len(costs):
            raise RuntimeError(
                f"{len(costs)} processes make {process.replicas} replicas"
            )
    seconds = max(process.seconds for process in costs)
    return case.settings().training.batch_size / seconds


def _measure(case: scaling_case.Case) -> scaling_case.Costs:
    child = scaling_case.Child(case)
    with contextlib.ExitStack() as stack:
        stack.callback(child.kill)
        return child.costs()


def _measure_together(
    case: scaling_case.Case, cores: list[int]
) -> list[scaling_case.Costs]:
    """Measures the case as a cluster of processes on loopback, a core each."""
    addresses = [f"127.0.0.1:{port}" for port in free_ports.find(len(cores))]
    children = []
    with contextlib.ExitStack() as stack:
        for index, core in enumerate(cores):
            cluster = {
                "cluster": {"worker": addresses},
                "task": {"type": "worker", "index": index},
            }
            strategy = {"training.strategy": "multi_worker_mirrored"}
            child = scaling_case.Child(
                dataclasses.replace(
                    case, cores=(core,), changes={**case.changes, **strategy}
                ),
                {"TF_CONFIG": json.dumps(cluster)},
            )
            stack.callback(child.kill)
            children.append(child)
        return [child.costs() for child in children]


def _row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    command.run(main)
