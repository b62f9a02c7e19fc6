"""Times the steps of a config in a process of its own, for `two_lines`.

    python -m benchmarks.step_times CASE

CASE is JSON of `Case`; the last line that is printed is JSON of `Times`.
"""

import dataclasses
import json
import runpy
import sys
from collections.abc import Sequence

from stylex_tf import config, config_checks


@dataclasses.dataclass(frozen=True)
class Case:
    """The step that is timed.

    Attributes:
        config: path of a file that defines get_config().
        rounds: how often each kind of step is timed, after one run that
            compiles it.
    """

    config: str
    rounds: int


@dataclasses.dataclass(frozen=True)
class Kind:
    """Steps that run the same phases.

    Attributes:
        phases: their names.
        share: of all steps of a training.
        seconds: of the fastest.
    """

    phases: tuple[str, ...]
    share: float
    seconds: float


@dataclasses.dataclass(frozen=True)
class Times:
    """What one process measured.

    Attributes:
        versions: of Python, TensorFlow and Keras.
        precision: that the networks compute with.
        batch: images of a step.
        kinds: every kind of step.
    """

    versions: dict[str, str]
    precision: str
    batch: int
    kinds: tuple[Kind, ...]

    @classmethod
    def parsed(cls, text: str) -> "Times":
        """Reads what `main` printed."""
        times = json.loads(text)
        kinds = tuple(
            Kind(**{**kind, "phases": tuple(kind["phases"])})
            for kind in times.pop("kinds")
        )
        return cls(kinds=kinds, **times)

    @property
    def images_per_second(self) -> float:
        """Returns the mean over the steps of a training."""
        seconds = sum(kind.share * kind.seconds for kind in self.kinds)
        return self.batch / seconds


def settings_of(path: str) -> config.ExperimentConfig:
    """Reads a config, and checks it."""
    settings: config.ExperimentConfig = runpy.run_path(path)["get_config"]()
    # Any will do: nothing of it is read.
    settings.data.source = settings.data.source or "faces"
    config_checks.check(settings)
    return settings


def measure(settings: config.ExperimentConfig, rounds: int) -> Times:
    """Times every kind of step, of fresh networks on noise."""
    # Imported late: TensorFlow reads its environment as it is imported.
    import keras
    import tensorflow as tf

    from benchmarks import step_costs
    from stylex_tf.training import precision, strategies

    training = settings.training
    run, _ = step_costs.make_step(settings, strategies.make(training))
    images = tf.constant(
        step_costs.noise(training.batch_size, settings.model.resolution)
    )
    kinds = []
    for number, share in step_costs.distinct_steps(run.table).items():
        seconds = step_costs.fastest_step(run, number, images, rounds)
        names = [phase.name for phase in run.table if phase.runs_in(number)]
        kinds.append(Kind(tuple(names), share, seconds))
    return Times(
        versions={
            "python": sys.version.split()[0],
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
        },
        precision=precision.resolve(training.precision)[0],
        batch=training.batch_size,
        kinds=tuple(kinds),
    )


def main(arguments: Sequence[str]) -> None:
    """Times the case that the command line gives."""
    (text,) = arguments
    case = Case(**json.loads(text))
    times = measure(settings_of(case.config), case.rounds)
    print(json.dumps(dataclasses.asdict(times)))


if __name__ == "__main__":
    main(sys.argv[1:])
