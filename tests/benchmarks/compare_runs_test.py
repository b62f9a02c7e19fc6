"""Tests of the table of several runs."""

import contextlib
import io
import pathlib

from absl import app
from absl.testing import absltest

from benchmarks import compare_runs
from stylex_tf.evaluation import evaluation_file, figure, record


class CompareRunsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def _run(self, name: str, accuracy: float) -> str:
        folder = self.root / name
        folder.mkdir()
        evaluation_file.write(
            record.Evaluation(
                classifier=record.Classifier(
                    accuracy=figure.Figure(accuracy, 40)
                )
            ),
            folder / "evaluation.json",
        )
        return str(folder)

    def test_one_column_a_run_named_after_its_folder(self):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            compare_runs.main(["", self._run("one", 0.9), self._run("two", 1)])

        self.assertIn("| | `one` | `two` |", printed.getvalue())
        self.assertIn(
            "| accuracy | 90 % (40) | 100 % (40) |", printed.getvalue()
        )

    def test_a_folder_without_figures_is_named(self):
        with self.assertRaisesRegex(app.UsageError, "none/evaluation.json: no"):
            compare_runs.main(["", str(self.root / "none")])

    def test_without_a_folder_it_says_what_is_needed(self):
        with self.assertRaisesRegex(app.UsageError, "folders"):
            compare_runs.main([""])


if __name__ == "__main__":
    absltest.main()
