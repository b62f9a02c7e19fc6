"""Tests of stylex_tf.cli.score_study."""

import contextlib
import io
import json
import pathlib

from absl import app
from absl.testing import absltest, flagsaver

from stylex_tf import errors
from stylex_tf.cli import score_study
from stylex_tf.studies import answers
from tests.studies import study_samples


class ScoreStudyTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.key = study_samples.study_key(study_samples.study())
        self.key.save(self.parent / "key.json")
        self.returned = self.parent / "returned"
        self.returned.mkdir()

    def _answer(self, name, kind, answer, **changes) -> pathlib.Path:
        return study_samples.write_answers(
            self.returned / f"{name}.json", self.key, kind, answer, **changes
        )

    def _run(self, **values) -> str:
        defaults = {
            "key": str(self.parent / "key.json"),
            "answers": [str(self.returned)],
            "output": None,
        }
        printed = io.StringIO()
        with flagsaver.flagsaver(**(defaults | values)):
            with contextlib.redirect_stdout(printed):
                score_study.main(["score_study"])
        return printed.getvalue()

    def test_scores_a_folder_of_answers(self):
        self._answer(
            "ada", answers.CLASSIFICATION, lambda q: self.key.answers[q]
        )
        self._answer("bo", answers.CLASSIFICATION, lambda _: "left")
        self._answer("cy", answers.DESCRIPTION, lambda _: "a beard")
        output = self.parent / "scores.json"
        printed = self._run(output=str(output))
        left = sum(side == "left" for side in self.key.answers.values())
        figures = json.loads(output.read_text())["classification"]
        self.assertEqual(figures["right"], 12 + left)
        self.assertEqual(figures["answers"], 24)
        self.assertIn(f"{(12 + left) / 24:.1%} of 24 right", printed)
        self.assertIn("a beard (cy)", printed)

    def test_one_wrong_file_is_named_and_nothing_is_written(self):
        self._answer("ada", answers.DESCRIPTION, lambda _: "hair")
        self._answer("bo", answers.DESCRIPTION, lambda _: "hair", study="x")
        output = self.parent / "scores.json"
        with self.assertRaisesRegex(errors.StudyError, "bo.json: .*study 'x'"):
            self._run(output=str(output))
        self.assertFalse(output.exists())

    def test_files_can_be_named_one_by_one(self):
        path = self._answer("ada", answers.DESCRIPTION, lambda _: "hair")
        self._answer("bo", answers.DESCRIPTION, lambda _: "hair", study="x")
        self.assertIn("hair (ada)", self._run(answers=[str(path)]))

    def test_an_empty_folder_is_refused(self):
        with self.assertRaisesRegex(errors.StudyError, "no .json file"):
            self._run()

    def test_asks_for_what_is_missing(self):
        for name, nothing in (("key", None), ("answers", [])):
            with self.assertRaisesRegex(app.UsageError, "are needed"):
                self._run(**{name: nothing})


if __name__ == "__main__":
    absltest.main()
