r"""Prints the figures of finished runs side by side, as a Markdown table.

    bazel run //benchmarks:compare_runs -- $PWD/runs/one $PWD/runs/other

One column a run, named after its folder, with the number of images behind each
figure; a dash is what was not measured. What a figure is: docs/evaluation.md.
"""

import pathlib
from collections.abc import Sequence

from absl import app

from stylex_tf import errors
from stylex_tf.evaluation import evaluation_file, renderings


def main(argv: Sequence[str]) -> None:
    """Prints the table of the run folders that are named."""
    folders = [pathlib.Path(name).expanduser() for name in argv[1:]]
    if not folders:
        raise app.UsageError("the folders of finished runs are needed")
    try:
        evaluations = {
            folder.name: evaluation_file.read(folder / "evaluation.json")
            for folder in folders
        }
    except errors.EvaluationError as error:
        raise app.UsageError(str(error)) from error
    print(renderings.compare(evaluations))


if __name__ == "__main__":
    app.run(main)
