"""A dry run refuses what the run would; its text is in cli/train_test.py."""

import dataclasses
import pathlib
import shutil
import types
from unittest import mock

from absl.testing import absltest

from stylex_tf import dry_run, errors, run_folder
from tests.testing import image_files, tiny_experiment


class DryRunTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        photos = image_files.class_folders(self.root / "photos")
        self.settings = tiny_experiment.settings(str(photos))
        self.settings.data.cache_dir = str(self.root / "cache")
        self.settings.data.test_fraction = 0.2
        self.folder = run_folder.RunFolder(self.root / "runs" / "one")

    def _refused(self, kind: type[Exception], message: str) -> None:
        before = sorted(self.root.rglob("*"))
        with self.assertRaisesRegex(kind, message):
            dry_run.describe(self.settings, self.folder)
        self.assertEqual(sorted(self.root.rglob("*")), before)

    def test_a_run_folder_that_cannot_be_made(self):
        self.folder.root.parent.touch()
        self._refused(NotADirectoryError, "runs/one")

    def test_a_run_folder_of_another_run(self):
        begun = dataclasses.asdict(self.settings)
        self.folder.root.mkdir(parents=True)
        self.folder.write_json("config.json", {**begun, "seed": 7})
        self._refused(errors.RunFolderError, "seed was 7, is 0")

    def test_a_cache_that_cannot_be_made(self):
        (self.root / "cache").touch()
        self._refused(FileExistsError, "cache")

    def test_a_disk_without_room_for_the_checkpoints(self):
        room = types.SimpleNamespace(free=100_000)
        with mock.patch.object(shutil, "disk_usage", return_value=room):
            self._refused(
                errors.RunFolderError, "runs/one/checkpoints: .* 0.1 MB left"
            )

    def test_images_of_which_too_few_are_held_out(self):
        self.settings.data.test_fraction = 0.05
        self._refused(errors.DataError, "2 different held-out images, in 2")

    def test_a_picture_that_is_cut_short(self):
        picture = self.root / "photos" / "cat" / "00.png"
        picture.write_bytes(picture.read_bytes()[:-60])
        self._refused(errors.DataError, "(?s)1 file cannot be read.*cat/00.png")

    def test_how_many_images_were_read_is_said(self):
        text = dry_run.describe(self.settings, self.folder)
        self.assertIn("\n  tried: all 20 were read, and ", text)

    def test_features_that_are_none(self):
        self.settings.loss.perceptual_features = "vgg"
        self._refused(errors.ConfigError, "'vgg'; expected one of auto, ")

    def test_features_with_weights_of_another_network(self):
        self.settings.loss.perceptual_features = "vgg16"
        path = self.root / "vgg16.h5"
        path.write_bytes(b"no weights")
        self.settings.loss.perceptual_weights = str(path)
        self._refused(errors.ConfigError, f"perceptual_weights is '{path}'")

    def test_features_that_can_be_used_are_named(self):
        self.settings.loss.perceptual_features = "vgg16"
        text = dry_run.describe(self.settings, self.folder)
        self.assertIn("vgg16, whose weights Keras downloads at", text)
        self.assertFalse(self.folder.root.exists())


if __name__ == "__main__":
    absltest.main()
