"""Tests of stylex_tf.cli.augment."""

import contextlib
import io
import shlex
from unittest import mock

from absl import app
from absl.testing import absltest, flagsaver

from stylex_tf import errors
from stylex_tf.cli import augment
from stylex_tf.runs import trained as trained_lib
from tests.testing import tiny_run


class AugmentTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tiny_run.train().folder

    def _run(self, **values) -> str:
        defaults = {
            "run_dir": str(self.folder.root),
            "attributes": ["3"],
            "output": str(self.create_tempdir().full_path),
        }
        printed = io.StringIO()
        with flagsaver.flagsaver(**(defaults | values)):
            with contextlib.redirect_stdout(printed):
                augment.main(["augment"])
        return printed.getvalue()

    def test_writes_beside_the_run_and_says_how_to_train(self):
        printed = self._run(output=None)
        directory = self.folder.root / "augmented"
        self.assertTrue((directory / "train" / "dark").is_dir())
        self.assertIn("32 counterfactuals, coordinates 3 moved", printed)
        words = shlex.split(printed.splitlines()[-1])
        self.assertContainsSubset(
            {
                "//stylex_tf:train_classifier",
                f"--data={directory}",
                "--classes=dark,bright",
                "--resolution=16",
                "--epochs=1",
            },
            words,
        )
        self.assertNotIn("--variations", words)
        with self.assertRaises(errors.ExistsError):
            self._run(output=None)

    def test_the_command_has_the_settings_of_the_runs_classifier(self):
        trained = trained_lib.load(self.folder.root)
        settings = trained.settings.classifier
        settings.variations = settings.tints = True
        settings.batch_size, settings.learning_rate = 16, 0.01
        with mock.patch.object(trained_lib, "load", return_value=trained):
            words = shlex.split(self._run().splitlines()[-1])
        self.assertContainsSubset(
            {
                "--variations",
                "--tints",
                "--batch_size=16",
                "--learning_rate=0.01",
            },
            words,
        )

    def test_refuses_an_attribute_that_there_is_not(self):
        with self.assertRaisesRegex(errors.RunFolderError, "attribute 999"):
            self._run(attributes=["999"])

    def test_ranks_need_a_search(self):
        with self.assertRaisesRegex(errors.RunFolderError, "evaluate"):
            self._run(attributes=["dark:1"])

    def test_asks_for_what_is_missing(self):
        for name, nothing in (("run_dir", None), ("attributes", [])):
            with self.assertRaisesRegex(app.UsageError, "are needed"):
                self._run(**{name: nothing})

    def test_a_folder_without_a_run_is_refused(self):
        with self.assertRaisesRegex(errors.RunFolderError, "no such file"):
            self._run(run_dir=self.create_tempdir().full_path)


if __name__ == "__main__":
    absltest.main()
