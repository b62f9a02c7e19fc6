"""Tests of stylex_tf.runs.begun_inputs: what lies beneath the paths."""

import pathlib
from unittest import mock

from absl.testing import absltest, parameterized

from stylex_tf import errors, run_folder
from stylex_tf.data.records import manifest
from stylex_tf.runs import begun_inputs
from tests.testing import image_files, tiny_experiment


class BegunInputsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.images = image_files.class_folders(self.root / "data", images=2)
        self.classifier = self.root / "classifier.keras"
        self.classifier.write_bytes(b"weights")
        self.folder = run_folder.RunFolder(self.root / "run")
        self.folder.root.mkdir()
        self.settings = tiny_experiment.settings(
            str(self.images), str(self.classifier)
        )

    def _dataset(self, cut: str = "a") -> mock.Mock:
        described = manifest.Manifest(
            source="data", resolution=16, class_names=("cat", "dog"), cut=cut
        )
        return mock.Mock(manifest=described)

    def _check(self, cut: str = "a") -> None:
        begun_inputs.check(self.settings, self.folder, self._dataset(cut))

    def test_the_same_inputs_go_on(self):
        self._check()
        begun_inputs.write(self.settings, self.folder, self._dataset())
        self._check()
        # It is what the run was begun with, and not what it goes on with.
        begun_inputs.write(self.settings, self.folder, self._dataset("b"))
        self._check()

    def test_images_that_were_added(self):
        begun_inputs.write(self.settings, self.folder, self._dataset())
        with self.assertRaisesRegex(
            errors.RunFolderError, "begun with other images than are in .*data"
        ):
            self._check("b")

    def test_a_run_of_an_earlier_version_goes_on(self):
        begun_inputs.write(self.settings, self.folder, self._dataset(""))
        self._check("b")

    def test_a_classifier_that_was_trained_again(self):
        begun_inputs.write(self.settings, self.folder, self._dataset())
        self.classifier.write_bytes(b"others")
        with self.assertRaisesRegex(
            errors.RunFolderError, "another classifier than .*classifier.keras"
        ):
            self._check()

    def test_a_saved_model_that_was_exported_again(self):
        self.classifier.unlink()
        weights = self.classifier / "variables" / "data"
        image_files.write(weights, b"weights")
        begun_inputs.write(self.settings, self.folder, self._dataset())
        image_files.write(self.classifier / ".DS_Store", b"x")
        self._check()
        image_files.write(weights, b"others")
        with self.assertRaisesRegex(errors.RunFolderError, "another classif"):
            self._check()

    @parameterized.parameters("", "[1]", "nothing")
    def test_a_damaged_file_is_named(self, content):
        (self.folder.root / "inputs.json").write_text(content)
        with self.assertRaisesRegex(errors.RunFolderError, "inputs.json is da"):
            self._check()

    def test_a_run_is_not_within_its_images(self):
        begun_inputs.check_apart(self.settings, self.folder)
        inside = run_folder.RunFolder(self.images / "runs" / "one")
        with self.assertRaisesRegex(
            errors.RunFolderError, "--run_dir is .*in the folder of the images"
        ):
            begun_inputs.check_apart(self.settings, inside)
        self.assertFalse((self.images / "runs").exists())
        # What is hidden is not read.
        hidden = run_folder.RunFolder(self.images / ".runs" / "one")
        begun_inputs.check_apart(self.settings, hidden)
        self.settings.data.cache_dir = str(self.images / "cache")
        with self.assertRaisesRegex(errors.RunFolderError, "data.cache_dir is"):
            begun_inputs.check_apart(self.settings, self.folder)

    def test_a_run_may_be_where_images_were_prepared(self):
        (self.images / manifest.FILE_NAME).write_text("{}")
        inside = run_folder.RunFolder(self.images / "runs" / "one")
        begun_inputs.check_apart(self.settings, inside)


if __name__ == "__main__":
    absltest.main()
