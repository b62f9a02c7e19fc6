"""Tests of stylex_tf.runs.trained: what opening a run does, and what not."""

import dataclasses
import pathlib
import tempfile
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors, experiment, run_folder
from stylex_tf.data.records import tfrecords
from stylex_tf.ops import preprocessing
from stylex_tf.runs import trained
from stylex_tf.training import adam, checkpoint_files, checkpoints
from tests.testing import tiny_experiment


def setUpModule():
    tf.config.run_functions_eagerly(True)


class TrainedTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        classifier = cls.root / "classifier.keras"
        tiny_experiment.write_classifier(classifier)
        cls.dataset = tiny_experiment.write_data(cls.root / "data")
        cls.settings = tiny_experiment.settings(
            str(cls.root / "data"), str(classifier)
        )
        cls.state = experiment.build_state(cls.settings, 2)
        for number, variable in enumerate(cls.state.averages.averaged):
            variable.assign_add(tf.fill(variable.shape, 0.01 * (number % 7)))

    def _folder(self, name: str, steps: int) -> run_folder.RunFolder:
        """A run that was trained for so many of its six steps."""
        folder = run_folder.RunFolder(self.root / name)
        folder.root.mkdir()
        folder.begin(dataclasses.asdict(self.settings))
        self.state.step.assign(steps)
        checkpoints.Checkpoints(self.state, folder.checkpoints, every=2).save(
            steps, checkpoint_files.Facts(seconds=3.5)
        )
        return folder

    def test_opens_what_was_trained_and_nothing_more(self):
        folder = self._folder("whole", 6)
        with (
            mock.patch.object(adam, "Adam", self.fail),
            mock.patch.object(experiment, "prepare_classifier", self.fail),
            mock.patch.object(tfrecords.Dataset, "load", self.fail),
        ):
            opened = trained.load(folder.root)
        self.assertEqual(opened.stylex.step, 6)
        self.assertEqual(opened.stylex.class_names, tiny_experiment.CLASSES)
        self.assertEqual(opened.seconds, 3.5)
        for first, second in zip(
            opened.stylex.averages.averaged,
            self.state.averages.averaged,
            strict=True,
        ):
            np.testing.assert_array_equal(first, second)
        # The search, the tests and the figures have images of their own.
        held_out = opened.held_out
        ids = [
            set(part.ids)
            for part in (held_out.searched, held_out.tested, held_out.unseen)
        ]
        self.assertEqual([len(part) for part in ids], [5, 5, 6])
        self.assertLen(set.union(*ids), 16)
        self.assertIs(opened.held_out, held_out)

    def test_the_discriminator_is_read_when_it_is_asked(self):
        opened = trained.load(self._folder("scored", 6).root)
        images = preprocessing.to_float(tf.constant(tiny_experiment.images(2)))
        self.assertIsNone(opened.stylex.averages.discriminator)
        logits = opened.classifier(images)
        # Also while it is traced, as the search does.
        score = tf.function(opened.stylex.model.score)
        for scores in (score(images), opened.stylex.model.score(images)):
            np.testing.assert_allclose(
                scores,
                self.state.networks.discriminator(
                    images, tf.nn.softmax(logits), alone=True
                ),
                rtol=1e-5,
            )

    def test_a_run_that_is_not_finished_is_refused(self):
        folder = self._folder("short", 4)
        self.assertFalse(trained.is_finished(self.settings, folder))
        with self.assertRaisesRegex(
            errors.RunFolderError, "trained for 4 of 6 steps"
        ):
            trained.load(folder.root)

    def test_a_damaged_state_is_refused_and_stays_where_it_is(self):
        folder = self._folder("damaged", 6)
        (folder.checkpoints / "ckpt-6.index").write_bytes(b"")
        with self.assertRaisesRegex(errors.CheckpointError, "ckpt-6.index"):
            trained.load(folder.root)
        self.assertFalse(trained.is_finished(self.settings, folder))
        self.assertTrue((folder.checkpoints / "ckpt-6.index").exists())


if __name__ == "__main__":
    absltest.main()
