r"""Prints the figures of finished runs side by side, as a Markdown table.

    bazel run //benchmarks:compare_runs -- $PWD/runs/one $PWD/runs/other

One column a run, named after its folder; a dash is what was not measured. What
a figure is: docs/evaluation.md.
"""

import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from absl import app

from stylex_tf.evaluation import schema

_DASH = "-"


def rows(evaluation: Mapping[str, Any]) -> dict[str, str]:
    """Returns the table's cells of one run, by the name of their row.

    Args:
        evaluation: the content of `evaluation.json`, whole.

    Raises:
        ValueError: it does not fit the schema.
    """
    schema.validate(evaluation)
    rebuilt, realism = evaluation["reconstruction"], evaluation["realism"]
    flips, truth = evaluation["sufficiency"], evaluation["ground_truth"]
    baselines, second = flips["baselines"], flips["second_classifier"]
    tested, apart = evaluation["significance"], evaluation["independence"]
    return {
        "training images seen": _count(evaluation["run"]["images_seen"]),
        "classifier accuracy": _places(evaluation["classifier"]["accuracy"], 3),
        "p of mere guessing": _power(tested["classifier_p_value"]),
        "agreement": _places(rebuilt["agreement"], 3),
        "label-only swap": _places(baselines["label_swap"], 3),
        "factor agreement on the causes": _causes(evaluation),
        "factor agreement, lowest": _lowest(truth["factor_agreement"]),
        "L1": _places(rebuilt["l1"], 3),
        "KID": _places(realism["kid"], 4),
        "KID, its floor": _places(realism["kid_floor"], 4),
        "KID after the first edit": _places(realism["kid_edited"], 4),
        "attributes tested, both ways, significant": ", ".join(
            _count(tested[name])
            for name in ("attributes", "both_ways", "significant")
        ),
        "recall at 4, 6, 8": _several(truth["recall_at"].values()),
        "precision at 4, 6, 8": _several(truth["precision_at"].values()),
        "sign accuracy": _places(truth["sign_accuracy"]),
        "purity": _places(truth["purity"]),
        "rank correlation": _places(truth["rank_correlation"]),
        "flip rate, top 1, 2, 3, 5, 10": _tops(
            flips["flip_rate"], (1, 2, 3, 5, 10)
        ),
        "random, top 1, 10": _tops(baselines["random"], (1, 10)),
        "Wu et al., top 1, 2, 10": _tops(baselines["wu"], (1, 2, 10)),
        "no classification loss, top 1, 2, 10": _tops(
            baselines["no_classification_loss"], (1, 2, 10)
        ),
        "second classifier agrees": _places(second["agreement"]),
        "second classifier flips, top 1, 10": _tops(
            second["flip_rate"], (1, 10)
        ),
        "mask overlap, effect cosine, additivity gap": _several(
            apart[name]
            for name in ("mask_overlap", "effect_cosine", "additivity_gap")
        ),
        "images": _count(rebuilt["images"]),
    }


def table(evaluations: Mapping[str, Mapping[str, Any]]) -> str:
    """Returns the Markdown table of several runs.

    Args:
        evaluations: the contents of `evaluation.json`, by the column's name.

    Raises:
        ValueError: one does not fit the schema.
    """
    columns = {name: rows(one) for name, one in evaluations.items()}
    lines = [
        ["", *(f"`{name}`" for name in columns)],
        ["---"] * (len(columns) + 1),
        *(
            [name, *(cells[name] for cells in columns.values())]
            for name in next(iter(columns.values()))
        ),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(argv: Sequence[str]) -> None:
    """Prints the table of the run folders that are named."""
    folders = [pathlib.Path(name).expanduser() for name in argv[1:]]
    if not folders:
        raise app.UsageError("the folders of finished runs are needed")
    files = {folder.name: folder / "evaluation.json" for folder in folders}
    for file in files.values():
        if not file.is_file():
            raise app.UsageError(
                f"{file} is not there; expected the folder of a finished run"
            )
    print(table({name: schema.read(file) for name, file in files.items()}))


def _places(value: float | None, places: int = 2) -> str:
    return _DASH if value is None else f"{value:.{places}f}"


def _count(value: int | None) -> str:
    return _DASH if value is None else f"{value:,}"


def _power(value: float | None) -> str:
    return _DASH if value is None else f"{value:.0e}"


def _several(values: Iterable[float | None]) -> str:
    return ", ".join(_places(value) for value in values)


def _tops(curve: Sequence[float] | None, tops: Sequence[int]) -> str:
    return _DASH if curve is None else _several(curve[k - 1] for k in tops)


def _causes(evaluation: Mapping[str, Any]) -> str:
    agreement = evaluation["ground_truth"]["factor_agreement"]
    causes = evaluation["run"]["config"]["data"]["causes"]
    if not agreement:
        return _DASH
    # A cause is "factor" or "factor=value".
    factors = dict.fromkeys(cause.split("=")[0] for cause in causes)
    return ", ".join(f"{name} {agreement[name]:.3f}" for name in factors)


def _lowest(agreement: Mapping[str, float] | None) -> str:
    if not agreement:
        return _DASH
    name = min(agreement, key=agreement.__getitem__)
    return f"{name} {agreement[name]:.3f}"


if __name__ == "__main__":
    app.run(main)
