"""Tests of stylex_tf.cli.prepare_data."""

import contextlib
import io
import pathlib

from absl import app
from absl.testing import absltest, flagsaver

from stylex_tf import errors
from stylex_tf.cli import prepare_data
from stylex_tf.data.records import tfrecords
from tests.testing import image_files, layouts


class PrepareDataTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.root = image_files.class_folders(self.parent / "photos")
        self.output = self.parent / "prepared"

    def _run(self, **values) -> str:
        defaults = {"output": str(self.output), "resolution": 16}
        printed = io.StringIO()
        with flagsaver.flagsaver(**(defaults | values)):
            with contextlib.redirect_stdout(printed):
                prepare_data.main(["prepare_data"])
        return printed.getvalue()

    def test_a_layout_with_label_and_factors(self):
        root = layouts.celeba(self.parent / "celeba")
        printed = self._run(
            source=str(root),
            layout="celeba",
            label="Male",
            factors=["Smiling"],
        )
        self.assertIn("class 1, Male: 3 train, 3 test", printed)
        written = tfrecords.Dataset(self.output).manifest
        self.assertEqual(written.factor_names, ("Smiling",))

    def test_a_folder_with_an_unreadable_file(self):
        image_files.write(self.root / "cat" / "bad.png", b"bad")
        printed = self._run(
            source=str(self.root), on_error="skip", classes=["dog", "cat"]
        )
        dataset = tfrecords.Dataset(self.output)
        self.assertEqual(dataset.manifest.class_names, ("dog", "cat"))
        self.assertEqual(dataset.load("train").images.shape[1:], (16, 16, 3))
        self.assertIn("class 0, dog: 9 train, 1 test", printed)
        self.assertIn("cat/bad.png: not an image", printed)
        self.assertIn(str(self.output), printed)

    def test_a_world(self):
        printed = self._run(
            source="faces", causes=["glasses"], images=40, test_fraction=0.3
        )
        self.assertIn("label: any of glasses", printed)
        count = sum(tfrecords.Dataset(self.output).manifest.splits.values())
        self.assertEqual(count, 40)

    def test_asks_for_what_is_missing(self):
        with self.assertRaisesRegex(app.UsageError, "--resolution are needed"):
            self._run(source=str(self.root), resolution=None)

    def test_an_output_that_exists_is_refused(self):
        image_files.write(self.output / "precious", b"")
        with self.assertRaisesRegex(errors.ExistsError, "exists already"):
            self._run(source=str(self.root))


if __name__ == "__main__":
    absltest.main()
