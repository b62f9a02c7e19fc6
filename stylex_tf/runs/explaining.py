"""Leads from a trained run to its report: search, tests, figures, page."""

import dataclasses
import os
import pathlib
from collections.abc import Callable, Mapping

from stylex_tf import run_folder
from stylex_tf.evaluation import evaluation_file, record, summaries
from stylex_tf.report import findings
from stylex_tf.report import verdict as verdict_lib
from stylex_tf.runs import ablation as ablation_lib
from stylex_tf.runs import (
    evaluating,
    given_names,
    listing,
    naming,
    reporting,
    searching,
    second_opinion,
)
from stylex_tf.runs import trained as trained_lib


@dataclasses.dataclass(frozen=True)
class Explained:
    """A run, explained.

    Attributes:
        search_result: the attributes that are listed, of all that were found.
        shown: the same with pictures.
        evaluation: every figure.
        names: of coordinates: the name that people gave, or else the factor
            that the readers of known factors saw move.
        verdict: how far to trust all of it, as the page says on top.
    """

    search_result: searching.SearchResult
    shown: findings.Findings
    evaluation: record.Evaluation
    names: Mapping[int, str]
    verdict: verdict_lib.Verdict


def explain(
    trained: trained_lib.TrainedRun,
    *,
    ablation: pathlib.Path | None = None,
    seconds: Callable[[], float],
) -> Explained:
    """Searches, tests, evaluates; writes the report and evaluation.json.

    Args:
        trained: a trained run; its folder gets what is made.
        ablation: the folder of the same run, trained without the
            classification loss.
        seconds: what the run took so far, asked for at the end.

    Raises:
        RunFolderError: the ablation is another run.
        NamesError: attributes/names.json is no names, or another run's.
    """
    given = given_names.read(trained)
    other = ablation_lib.read(trained, ablation) if ablation else None
    search_result = searching.find(trained)
    opinion = second_opinion.get(trained)
    search_result, verdict = listing.find(trained, search_result)
    rebuilt = evaluating.rebuild(trained, opinion)
    namer = naming.get(trained, search_result, rebuilt)
    shown = reporting.show(trained, search_result, namer)
    evaluation = evaluating.evaluate(
        trained,
        search_result,
        rebuilt,
        verdict,
        opinion,
        namer,
        ablation=other,
        seconds=seconds(),
    )
    # Before the page, which may not fit: no figure is lost with it.
    folder = trained.folder
    evaluation_file.write(evaluation, folder.evaluation)
    summaries.write(
        evaluation,
        folder.root / "tensorboard",
        step=trained.stylex.step,
    )
    reporting.write_report(trained, search_result, shown, evaluation, given)
    names = {**naming.names(shown), **given.names}
    return Explained(
        search_result,
        shown,
        evaluation,
        names,
        reporting.judge(trained, shown, evaluation),
    )


def explain_again(
    run_dir: str | os.PathLike[str], *, ablation: pathlib.Path | None = None
) -> Explained:
    """Explains a finished run once more, and trains nothing.

    Args:
        run_dir: the folder of the run.
        ablation: see `explain`.

    Raises:
        RunFolderError: there is no run, it is not finished or in use, or the
            ablation is another run.
        NamesError: see `explain`.
    """
    root = pathlib.Path(run_dir).expanduser().absolute()
    folder = run_folder.RunFolder(root)
    # Not after the lock, which makes a folder.
    trained_lib.read_config(folder)
    with folder.locked():
        opened = trained_lib.load(root)
        seconds = opened.seconds
        if folder.evaluation.is_file():
            known = evaluation_file.read(folder.evaluation)
            seconds = known.run.seconds or 0.0
        return explain(opened, ablation=ablation, seconds=lambda: seconds)
