r"""Trains a world with several seeds, and files every figure of each.

    bazel run //benchmarks:worlds -- \
        --config=configs/worlds/held_out/beetles.py --seeds=0,1,2

Each seed is a run of the main job in a folder of its own, runs/worlds/NAME/
seed_N; started again, it goes on, and what is finished is not trained again,
but filed as of the commit of its last start.
benchmarks/results/NAME.json holds the whole evaluation of each seed with
config, commit and machine, and under `summary` the mean and the range of every
figure over the seeds. No hand edits it, and a seed that is in it stays. Every
start is a line of benchmarks/results/starts.jsonl, which is committed with it.

With --without_classification_loss each seed is trained a second time with
loss.classification=0 and loss.remainder=0, which asks the classifier as well,
for the same classifier. Then the first run is measured again with the row
"no classification loss". Its first figures stay: that row alone is added to
them, and if anything else came out otherwise, `measured_again` says what.

--redraw trains all anew, once, after a change of the method; its figures go to
NAME_redraw.json, beside the first ones.

    bazel run //benchmarks:worlds -- \
        --summarize=$PWD/benchmarks/results/beetles.json

writes the summary of files that an earlier version filed without one.
"""

import concurrent.futures
import dataclasses
import datetime
import json
import logging
import multiprocessing
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from absl import flags
from ml_collections import config_flags

from benchmarks import commit as commits
from benchmarks import measured_again, summaries
from stylex_tf import atomic_file, config, config_checks, errors, run_folder
from stylex_tf.cli import command

_CONFIG = config_flags.DEFINE_config_file(
    "config", None, "A file that defines get_config()."
)
_SEEDS = flags.DEFINE_list("seeds", ["0", "1", "2"], "One run each.")
_RUNS = flags.DEFINE_string("runs", "runs/worlds", "Where the runs live.")
_RESULTS = flags.DEFINE_string(
    "results", "benchmarks/results", "Where figures and starts are filed."
)
_ABLATION = flags.DEFINE_bool(
    "without_classification_loss", False, "Train each seed without it as well."
)
_REDRAW = flags.DEFINE_bool(
    "redraw", False, "Train all anew; the first figures stay."
)
_SUMMARIZE = flags.DEFINE_list(
    "summarize", [], "Only write the summary of these files of figures."
)

_STARTS = "starts.jsonl"
_WITHOUT = "without_classification_loss"
_AGAIN = "measured_again"

Train = Callable[[config.ExperimentConfig, pathlib.Path], None]
Compare = Callable[[pathlib.Path, pathlib.Path], None]


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bench:
    """Where the runs of one world live, and how they are made.

    Attributes:
        runs: holds a folder a world.
        results: holds the figures and the log of starts.
        commit: what the runs are made of.
        config_file: where the config was read, for the log.
        train: makes the run of a config in a folder, or continues it.
        compare: measures the run of a folder again, beside that of another,
            which is the same without the classification loss.
        redraw: whether this is the second and last draw.
        clock: gives the time of a start.
    """

    runs: pathlib.Path
    results: pathlib.Path
    commit: str
    config_file: str
    train: Train
    compare: Compare
    redraw: bool = False
    clock: Callable[[], datetime.datetime] = _now

    def measure(
        self,
        settings: config.ExperimentConfig,
        seeds: Sequence[int],
        *,
        ablation: bool = False,
    ) -> pathlib.Path:
        """Runs what is not there yet, and files it.

        Args:
            settings: a validated config; its seed is replaced.
            seeds: one run each.
            ablation: train each without the classification loss as well.

        Returns:
            The file of figures.

        Raises:
            UserError: the figures that are there are of another config, or
                a redraw has nothing that it draws again.
        """
        name = f"{settings.name}_redraw" if self.redraw else settings.name
        file = self.results / f"{name}.json"
        if (
            self.redraw
            and not (self.results / f"{settings.name}.json").exists()
        ):
            raise errors.UserError(
                f"{settings.name} has no first figures in {self.results}; "
                "expected them before a redraw"
            )
        filed = self._filed(file, settings)
        for seed in seeds:
            seeded = _with_seed(settings, seed)
            known = filed["runs"].setdefault(str(seed), {})
            first = self.runs / name / f"seed_{seed}"
            without = self.runs / name / f"seed_{seed}_no_classification"
            if "evaluation" not in known:
                known |= self._run(seeded, first, file)
                _write(file, filed)
            if ablation and _WITHOUT not in known:
                known[_WITHOUT] = self._run(
                    _without_classification_loss(
                        seeded, run_folder.RunFolder(first)
                    ),
                    without,
                    file,
                )
                _write(file, filed)
            if ablation and _AGAIN not in known:
                known |= self._measure_again(known, first, without)
                _write(file, filed)
        return file

    def _filed(
        self, file: pathlib.Path, settings: config.ExperimentConfig
    ) -> dict[str, Any]:
        """Reads the file of figures, or begins one."""
        fields = _plain(settings)
        if not file.exists():
            return {
                "world": settings.name,
                "config": self.config_file,
                "settings": fields,
                "runs": {},
            }
        filed = json.loads(file.read_text())
        if filed["settings"] != fields:
            raise errors.UserError(
                f"{file} has figures of another config, and the first result "
                "stays; give the config of those, another --config.name, or "
                "--redraw"
            )
        return filed

    def _run(
        self,
        settings: config.ExperimentConfig,
        root: pathlib.Path,
        file: pathlib.Path,
    ) -> dict[str, Any]:
        """Returns what is filed of one run, trained where it is not yet."""
        folder = run_folder.RunFolder(root)
        folder.check_config(
            dataclasses.asdict(settings),
            dataclasses.asdict(config.ExperimentConfig()),
        )
        made_of = self.commit
        if folder.evaluation.is_file():
            made_of = self._commit_of_last_start(settings, file)
        else:
            self._log_start(
                settings, file, resumed=(root / "config.json").exists()
            )
            self.train(settings, root)
        return {
            "commit": made_of,
            **json.loads((root / "environment.json").read_text()),
            "evaluation": json.loads(folder.evaluation.read_text()),
        }

    def _measure_again(
        self,
        known: Mapping[str, Any],
        first: pathlib.Path,
        without: pathlib.Path,
    ) -> dict[str, Any]:
        """Returns the first figures with the row of the baseline."""
        self.compare(first, without)
        file = run_folder.RunFolder(first).evaluation
        figures, changed = measured_again.with_baseline(
            known["evaluation"], json.loads(file.read_text())
        )
        if changed:
            logging.warning(
                "%s, measured again, has other figures than those that were "
                "filed first, which stay: %s",
                first,
                ", ".join(changed),
            )
        return {
            "evaluation": figures,
            _AGAIN: {"commit": self.commit, "changed": changed},
        }

    def _commit_of_last_start(
        self, settings: config.ExperimentConfig, file: pathlib.Path
    ) -> str | None:
        """Returns the commit that a finished run was last started at.

        None where no line of the log says so; such a run is not to be quoted,
        and `filed_worlds_test` refuses it.
        """
        log = self.results / _STARTS
        lines = log.read_text().splitlines() if log.is_file() else []
        for line in map(json.loads, reversed(lines)):
            if (
                line["world"] == settings.name
                and line["seed"] == settings.seed
                and line["classification_loss"] == settings.loss.classification
                and line["redraw"] == self.redraw
                and line.get("results", file.name) == file.name
            ):
                return line["commit"]
        return None

    def _log_start(
        self,
        settings: config.ExperimentConfig,
        file: pathlib.Path,
        *,
        resumed: bool,
    ) -> None:
        """Adds a line before anything is trained."""
        line = {
            "time": self.clock().isoformat(timespec="seconds"),
            "commit": self.commit,
            "config": self.config_file,
            "world": settings.name,
            "seed": settings.seed,
            "classification_loss": settings.loss.classification,
            "resumed": resumed,
            "redraw": self.redraw,
            "tensorflow": run_folder.environment()["versions"]["tensorflow"],
            "results": file.name,
        }
        self.results.mkdir(parents=True, exist_ok=True)
        with (self.results / _STARTS).open("a") as log:
            log.write(json.dumps(line) + "\n")


def _with_seed(
    settings: config.ExperimentConfig, seed: int
) -> config.ExperimentConfig:
    return dataclasses.replace(settings, seed=seed)


def _without_classification_loss(
    settings: config.ExperimentConfig, first: run_folder.RunFolder
) -> config.ExperimentConfig:
    """Returns the same experiment for the classifier of the first run."""
    path = settings.classifier.path or str(first.own_classifier)
    return dataclasses.replace(
        settings,
        loss=dataclasses.replace(
            settings.loss, classification=0.0, remainder=0.0
        ),
        classifier=dataclasses.replace(settings.classifier, path=path),
    )


def _plain(settings: config.ExperimentConfig) -> dict[str, Any]:
    """Returns every field but the seed, as JSON gives them back."""
    fields = json.loads(json.dumps(dataclasses.asdict(settings)))
    del fields["seed"]
    return fields


def summarize(file: pathlib.Path) -> None:
    """Writes the summary of a file of figures; all else in it stays.

    Raises:
        UserError: it is no such file.
    """
    try:
        filed = json.loads(file.read_text())
        known = [run["evaluation"] for run in filed["runs"].values()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise errors.UserError(
            f"{file}: {error!r}; expected what this program filed"
        ) from error
    if not known:
        raise errors.UserError(f"{file}: no runs; expected one at least")
    _write(file, filed)


def _write(file: pathlib.Path, filed: dict[str, Any]) -> None:
    runs = filed["runs"].values()
    without = [run[_WITHOUT] for run in runs if _WITHOUT in run]
    filed["seeds"] = sorted(map(int, filed["runs"]))
    filed["summary"] = summaries.summarize([run["evaluation"] for run in runs])
    if without:
        filed[f"summary_{_WITHOUT}"] = summaries.summarize(
            [run["evaluation"] for run in without]
        )
    text = json.dumps(filed, indent=1, ensure_ascii=False)
    atomic_file.write(file, f"{text}\n".encode())


def train_in_a_process(
    settings: config.ExperimentConfig, root: pathlib.Path
) -> None:
    """Runs the main job in a process of its own, so that no run sees another.

    What an earlier run left in TensorFlow (policies, names, memory) would
    make a run depend on which were made before it.
    """
    _in_a_process(_train, settings, root)


def compare_in_a_process(first: pathlib.Path, without: pathlib.Path) -> None:
    """Measures a run again, beside that without the classification loss."""
    _in_a_process(_compare, first, without)


def _in_a_process(call: Callable[..., None], *arguments: Any) -> None:
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
        pool.submit(call, *arguments).result()


def _train(settings: config.ExperimentConfig, root: pathlib.Path) -> None:
    # Imported where it is needed: TensorFlow takes seconds.
    from stylex_tf import main_job

    print(main_job.run(settings, run_folder.RunFolder(root)), flush=True)


def _compare(first: pathlib.Path, without: pathlib.Path) -> None:
    from stylex_tf.runs import explaining

    explaining.explain_again(first, ablation=without)


def main(argv: list[str]) -> None:
    """Trains and files; prints where."""
    command.no_arguments(argv)
    if _SUMMARIZE.value:
        for name in _SUMMARIZE.value:
            summarize(pathlib.Path(name).expanduser().absolute())
        return
    settings = _CONFIG.value
    if settings is None:
        raise errors.UserError("--config is needed, a file of configs/worlds")
    config_checks.check(settings)
    try:
        seeds = [int(seed) for seed in _SEEDS.value]
    except ValueError:
        raise errors.UserError(
            f"--seeds is {','.join(_SEEDS.value)}; expected whole numbers"
        ) from None
    results = pathlib.Path(_RESULTS.value).absolute()
    bench = Bench(
        runs=pathlib.Path(_RUNS.value).absolute(),
        results=results,
        commit=commits.of_clean_tree(results),
        config_file=config_flags.get_config_filename(flags.FLAGS["config"]),
        train=train_in_a_process,
        compare=compare_in_a_process,
        redraw=_REDRAW.value,
    )
    print(
        f"Filed in {bench.measure(settings, seeds, ablation=_ABLATION.value)}"
    )


if __name__ == "__main__":
    command.run(main)
