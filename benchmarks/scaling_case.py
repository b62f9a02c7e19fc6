"""Measures one case of `scaling` in a process, and memory, of its own.

    python -m benchmarks.scaling_case CASE

CASE is JSON of `Case`; what is printed is JSON of `Costs`.
"""

import dataclasses
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from configs import paper, quickstart
from stylex_tf import config, config_checks


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """The training whose steps are measured.

    Attributes:
        changes: fields of the config by name, and their values.
        classes: K, the number of the classifier's classes.
        paper: take the paper's networks and batch, and not the quick start's.
        steps: which kinds of steps are looked at: "all", the "commonest"
            alone, or all but none is run ("none"), where only operations are
            counted.
        rounds: how often each kind of step is timed, after one run that
            compiles it; the fastest counts. 0 takes the run that compiles.
        cores: numbers of those that it may use; empty is all.
    """

    changes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    classes: int = 2
    paper: bool = False
    steps: str = "all"
    rounds: int = 5
    cores: tuple[int, ...] = ()

    def settings(self) -> config.ExperimentConfig:
        """Returns the config, valid."""
        settings = (paper if self.paper else quickstart).get_config()
        # One case is like another, whatever the processor.
        settings.training.precision = "float32"
        for name, value in self.changes.items():
            section, _, field = name.partition(".")
            setattr(getattr(settings, section), field, value)
        settings.data.source = "faces"
        config_checks.check(settings)
        return settings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Costs:
    """What was measured; means over the steps of a training.

    Attributes:
        seconds: a step.
        flops: floating-point operations a step; 0 where none were counted.
        gib: the most memory that the process had.
        gib_before: what it had with TensorFlow alone.
        parameters: how many numbers each network learns.
        coordinates: searched styles, S.
        replicas: that share a batch.
    """

    seconds: float
    flops: float
    gib: float
    gib_before: float
    parameters: dict[str, int]
    coordinates: int
    replicas: int


class Child:
    """The process that measures a case."""

    def __init__(
        self, case: Case, environment: Mapping[str, str] | None = None
    ):
        """Starts it.

        Args:
            case: what to measure.
            environment: variables beside those of this process.
        """
        # A file, not a pipe: nobody need read for the process to go on.
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", __spec__.name),
                json.dumps(dataclasses.asdict(case)),
            ],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                **(environment or {}),
            },
        )

    def costs(self) -> Costs:
        """Waits for its end.

        Raises:
            RuntimeError: it failed; the message has its errors.
        """
        out, _ = self._process.communicate()
        if self._process.returncode:
            self._errors.seek(0)
            errors = self._errors.read()
            raise RuntimeError(
                f"a case ended with {self._process.returncode}; it may have "
                f"had too little memory:\n{errors[-4000:]}"
            )
        return Costs(**json.loads(out.splitlines()[-1]))

    def kill(self) -> None:
        """Ends it, if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def measure(case: Case) -> Costs:
    """Measures the case in this process."""
    if case.cores:
        os.sched_setaffinity(0, case.cores)
    # Imported late: TensorFlow counts the cores as it is imported.
    import tensorflow as tf

    from benchmarks import step_costs
    from stylex_tf.training import state as state_lib
    from stylex_tf.training import strategies

    before = _gib()
    settings = case.settings()
    strategy = strategies.make(settings.training)
    run, state = step_costs.make_step(settings, strategy, case.classes)
    batch, size = settings.training.batch_size, settings.model.resolution
    share = batch // strategy.num_replicas_in_sync
    noise = tf.data.Dataset.from_tensors(step_costs.noise(share, size))
    images = next(
        iter(strategy.distribute_datasets_from_function(lambda _: noise))
    )
    kinds = step_costs.distinct_steps(run.table)
    if case.steps == "commonest":
        kinds = {max(kinds, key=kinds.__getitem__): 1.0}
    seconds = flops = 0.0
    for number, of_all in kinds.items():
        flops += of_all * step_costs.operations(run.graph(number, images))
        if case.steps != "none":
            seconds += of_all * step_costs.fastest_step(
                run, number, images, case.rounds
            )
    networks = state.networks
    return Costs(
        seconds=seconds,
        flops=flops,
        gib=_gib(),
        gib_before=before,
        parameters={
            name: sum(
                int(tf.size(variable)) for variable in networks.trained_by(name)
            )
            for name in state_lib.TRAINED
        },
        coordinates=networks.generator.style_space.size,
        replicas=strategy.num_replicas_in_sync,
    )


def _gib() -> float:
    """Returns the most memory that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main(arguments: Sequence[str]) -> None:
    """Measures the case that the command line gives."""
    (text,) = arguments
    print(json.dumps(dataclasses.asdict(measure(Case(**json.loads(text))))))


if __name__ == "__main__":
    main(sys.argv[1:])
