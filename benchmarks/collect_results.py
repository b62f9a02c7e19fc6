r"""Writes the figures of finished runs into one file that pages quote.

    bazel run //benchmarks:collect_results -- \
        --output=$PWD/benchmarks/results/quickstart.json \
        --command="bazel run //stylex_tf:train -- --config.seed=0 (1, 2)" \
        $PWD/runs/seed_0 $PWD/runs/seed_1 $PWD/runs/seed_2

The file holds each run's evaluation.json under `runs`, and under `summary` the
mean and the range of every figure over the runs; beside them the command, the
commit and the day. A table that quotes it says so: CONTRIBUTING.md, "Numbers".
With --pool the runs are folds (`data.fold`), which hold out different pictures:
`pooled` has the shares of all their pictures together. --classifiers names
folders that train_classifier wrote: `classifiers` has their accuracies.
"""

import datetime
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from absl import app, flags

from benchmarks import commit, summaries
from stylex_tf import atomic_file, errors
from stylex_tf.evaluation import evaluation_file, proportions

_OUTPUT = flags.DEFINE_string("output", None, "The file to write.")
_COMMAND = flags.DEFINE_string(
    "command", None, "What made the runs, to be read by people."
)

_POOL = flags.DEFINE_bool(
    "pool", False, "The runs are folds of one source: pool their shares."
)
_CLASSIFIERS = flags.DEFINE_list(
    "classifiers", [], "Folders that train_classifier wrote."
)


def accuracy_of(folder: pathlib.Path) -> dict[str, Any]:
    """Returns `value`, `n` and `interval` (Wilson, 95 %) of a classifier.

    Args:
        folder: what train_classifier wrote.

    Raises:
        UserError: there is no classifier.json, or not what it should be.
    """
    path = folder.expanduser() / "classifier.json"
    try:
        facts = json.loads(path.read_text("utf-8"))
        return _pooled([(facts["accuracy"], facts["images"])])
    except (OSError, ValueError, KeyError) as error:
        raise errors.UserError(
            f"{path}: {error}; expected what train_classifier writes"
        ) from error


def pool(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Returns every share of all runs' pictures together.

    A share is a figure with an interval; of a curve it is what all attributes
    that a run lists do together: where nothing is listed, nothing.

    Args:
        runs: plain values of evaluations that share no picture.

    Returns:
        Each share's `value`, `n` and `interval` (Wilson, 95 %).
    """
    pooled: dict[str, Any] = {}
    for name in runs[0]:
        values = [run.get(name) for run in runs]
        if not all(isinstance(value, Mapping) for value in values):
            continue
        if any(value.get("draws") for value in values):
            continue
        if all(value.get("interval") for value in values):
            pooled[name] = _pooled([(x["value"], x["n"]) for x in values])
        elif all("values" in value for value in values):
            pooled[name] = _pooled(
                [((x["values"] or [0.0])[-1], x["n"]) for x in values]
            )
        elif name != "run" and (inner := pool(values)):
            pooled[name] = inner
    return pooled


def _pooled(shares: Sequence[tuple[float, int]]) -> dict[str, Any]:
    images = sum(of for _, of in shares)
    holds = sum(round(share * of) for share, of in shares)
    return {
        "value": holds / images,
        "n": images,
        "interval": proportions.wilson_interval(holds, images),
    }


def main(argv: Sequence[str]) -> None:
    """Writes the figures of the run folders that are named."""
    folders = [pathlib.Path(name).expanduser() for name in argv[1:]]
    if not folders or not _OUTPUT.value or not _COMMAND.value:
        raise app.UsageError(
            "--output, --command and the folders of finished runs are needed"
        )
    path = pathlib.Path(_OUTPUT.value).expanduser()
    try:
        made_of = commit.of_clean_tree(path)
        runs = {
            folder.name: evaluation_file.to_dict(
                evaluation_file.read(folder / "evaluation.json")
            )
            for folder in folders
        }
        classifiers = {
            pathlib.Path(name).name: accuracy_of(pathlib.Path(name))
            for name in _CLASSIFIERS.value
        }
    except errors.UserError as error:
        raise app.UsageError(str(error)) from error
    if len(runs) < len(folders):
        raise app.UsageError(
            f"{len(folders)} folders have {len(runs)} names; expected a name "
            "each"
        )
    content = {
        "command": _COMMAND.value,
        "commit": made_of,
        "day": datetime.date.today().isoformat(),
        "runs": runs,
        "summary": summaries.summarize(list(runs.values())),
    }
    if _POOL.value:
        content["pooled"] = pool(list(runs.values()))
    if classifiers:
        content["classifiers"] = classifiers
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_file.write(path, (json.dumps(content, indent=1) + "\n").encode())
    print(f"Written to {path}")


if __name__ == "__main__":
    app.run(main)
