r"""Searches and evaluates a trained run again; writes its evaluation.json.

    bazel run //stylex_tf:evaluate -- --run_dir=runs/quickstart
    bazel run //stylex_tf:evaluate -- --run_dir=runs/quickstart \
        --no_classification_loss_run_dir=runs/quickstart_no_cls

The second run is a baseline: the same config, seed and classifier, trained
with --config.loss.classification=0 (docs/evaluation.md).
"""

import pathlib

from absl import app, flags

from stylex_tf.cli import command

_RUN_DIR = flags.DEFINE_string(
    "run_dir", None, "The folder of a run whose training is finished."
)
_ABLATION = flags.DEFINE_string(
    "no_classification_loss_run_dir",
    None,
    "The folder of the same run, trained with loss.classification 0.",
)


def main(argv: list[str]) -> None:
    """Writes evaluation.json and the report of a run, and prints a table."""
    command.no_arguments(argv)
    if not _RUN_DIR.value:
        raise app.UsageError("--run_dir is needed")
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    from stylex_tf import run_folder
    from stylex_tf.evaluation import renderings
    from stylex_tf.runs import explaining

    root = pathlib.Path(_RUN_DIR.value).expanduser().absolute()
    explained = explaining.explain_again(
        root,
        ablation=(
            pathlib.Path(_ABLATION.value).expanduser()
            if _ABLATION.value
            else None
        ),
    )
    folder = run_folder.RunFolder(root)
    print(renderings.text(explained.evaluation))
    print(f"Written to {folder.evaluation}\nThe report: {folder.report}")


if __name__ == "__main__":
    command.run(main)
