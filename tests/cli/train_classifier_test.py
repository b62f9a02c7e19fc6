"""Tests of stylex_tf.cli.train_classifier."""

import contextlib
import io
import json
import os
import pathlib
from unittest import mock

from absl import app
from absl.testing import absltest, flagsaver

from stylex_tf import config, errors
from stylex_tf.classifiers import adapter
from stylex_tf.cli import train_classifier
from stylex_tf.data import preparation
from tests.testing import image_files, layouts


class TrainClassifierTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        photos = image_files.class_folders(self.parent / "photos")
        self.prepared = self.parent / "prepared"
        preparation.prepare_into(
            self.prepared,
            config.DataConfig(source=str(photos)),
            16,
            seed=0,
            progress=False,
        )
        self.output = self.parent / "classifier"
        # What the command prepares goes into the user's cache.
        self.enter_context(mock.patch.dict(os.environ, HOME=str(self.parent)))

    def _run(self, **values) -> str:
        defaults = {
            "data": str(self.prepared),
            "output": str(self.output),
            "resolution": 16,
            "epochs": 2,
            "batch_size": 4,
        }
        printed = io.StringIO()
        with flagsaver.flagsaver(**(defaults | values)):
            with contextlib.redirect_stdout(printed):
                train_classifier.main(["train_classifier"])
        return printed.getvalue()

    def test_trains_writes_and_reports(self):
        printed = self._run()
        path = self.output / "classifier.keras"
        facts = json.loads((self.output / "classifier.json").read_text())
        classifier = adapter.load(path, class_names=facts["class_names"])
        self.assertEqual(classifier.input_size, (16, 16))
        self.assertIn(f"{facts['accuracy']:.1%}", printed)
        self.assertIn(f"Written to {path}", printed)

    def test_learns_an_attribute_of_celeba(self):
        root = layouts.celeba(self.parent / "celeba", images=16)
        self._run(data=str(root), layout="celeba", label="Smiling", epochs=1)
        facts = json.loads((self.output / "classifier.json").read_text())
        self.assertEqual(facts["class_names"], ["not Smiling", "Smiling"])

    def test_refuses_images_without_labels(self):
        root = layouts.ffhq(self.parent / "ffhq")
        with self.assertRaisesRegex(errors.DataError, "images have no labels"):
            self._run(
                data=str(root),
                layout="unlabelled",
                classes=["not Male", "Male"],
            )

    def test_asks_for_what_is_missing(self):
        with self.assertRaisesRegex(app.UsageError, "--resolution are needed"):
            self._run(resolution=None)

    def test_passes_the_mistake_on(self):
        with self.assertRaises(errors.DataError):
            self._run(data="/nowhere")


if __name__ == "__main__":
    absltest.main()
