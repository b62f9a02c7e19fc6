"""Whole jobs on what worlds do not have: no labels, or annotated photographs.

Each trains two steps, explains, evaluates, reports and exports. All runs
eagerly, but for what the export holds: nothing is compiled for two steps.
"""

import json
import pathlib
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import config, config_checks, main_job, run_folder
from stylex_tf.classifiers import trainer
from stylex_tf.data import preparation
from stylex_tf.evaluation import evaluation_file, record
from tests.testing import layouts, tiny_experiment

_STEPS = 2


def setUpModule():
    tf.config.run_functions_eagerly(True)


class PhotographsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        self.settings = tiny_experiment.settings()
        self.settings.data.cache_dir = str(self.root / "cache")
        self.settings.training.total_images = (
            _STEPS * tiny_experiment.BATCH_SIZE
        )
        self.settings.training.deterministic = False

    def _run(self) -> tuple[str, record.Evaluation]:
        """What is printed, and the figures."""
        config_checks.check(self.settings)
        folder = run_folder.RunFolder(self.root / "run")
        printed = main_job.run(self.settings, folder)
        for path in (folder.report, folder.export / "1" / "saved_model.pb"):
            self.assertTrue(path.is_file(), path)
        return printed, evaluation_file.read(folder.evaluation)

    def test_images_without_labels(self):
        celeba = config.DataConfig(
            source=str(layouts.celeba(self.root / "celeba")),
            layout="celeba",
            label="Male",
            cache_dir=self.settings.data.cache_dir,
        )
        classifier = trainer.train(
            preparation.prepare(
                celeba, tiny_experiment.RESOLUTION, 0, progress=False
            ),
            architecture="small_cnn",
            epochs=1,
            batch_size=4,
            learning_rate=1e-3,
            seed=0,
            directory=self.root / "classifier",
            progress=False,
        )
        self.settings.classifier.path = str(classifier.path)
        self.settings.data.source = str(layouts.ffhq(self.root / "ffhq", 80))
        self.settings.data.layout = "unlabelled"
        self.settings.data.classes = ("not Male", "Male")
        self.settings.data.test_fraction = 0.3
        printed, evaluation = self._run()
        self.assertIn("Classifier: accuracy: not measured", printed)
        self.assertEqual(evaluation.classifier, record.Classifier())
        self.assertGreater(evaluation.significance.attributes.value, 0)
        # What needs no label is measured.
        self.assertIsNotNone(evaluation.reconstruction.agreement)
        self.assertIsNotNone(evaluation.sufficiency.second_agreement)

    def test_networks_for_photographs(self):
        """A backbone, a searched part, its remainder, and a spatial code."""
        self.settings.data = config.DataConfig(
            source="faces",
            causes=("glasses",),
            rendered_images=240,
            cache_dir=self.settings.data.cache_dir,
        )
        model, loss = self.settings.model, self.settings.loss
        model.resolution, model.conditioning = 32, "none"
        model.style_width, model.searched_width = 4, 2
        model.backbone = loss.perceptual_features = "photographs"
        model.spatial_resolution, model.spatial_channels = 8, 2
        loss.remainder = 1.0
        self.settings.training.style_exchange = 1.0
        self.settings.training.spatial_dropout = 0.5
        _, evaluation = self._run()
        self.assertIsNotNone(evaluation.reconstruction.l1)

        exported = tf.saved_model.load(str(self.root / "run/export/1"))
        images = tf.fill([2, 32, 32, 3], 0.25)
        styles = exported.signatures["encode_images"](images=images)["styles"]
        searched, remainder, spatial = 7 * 2, 7 * 2, 8 * 8 * 2
        self.assertEqual(styles.shape, [2, searched + remainder + spatial])
        sizes = json.loads(
            (self.root / "run/export/1/assets/contract.json").read_text()
        )["sizes"]
        self.assertEqual(sizes["S"], searched)
        # The spatial code passes through the export, and does something.
        drawn = exported.signatures["generate"](styles=styles)["images"]
        moved = tf.concat(
            [styles[:, :-spatial], styles[:, -spatial:] + 1.0], axis=1
        )
        other = exported.signatures["generate"](styles=moved)["images"]
        self.assertGreater(np.abs(other - drawn).max(), 1e-3)

    def test_annotated_photographs(self):
        self.settings.data.source = str(layouts.cub(self.root / "birds", 12, 3))
        self.settings.data.layout = "cub"
        self.settings.data.factors = layouts.CUB_ATTRIBUTES
        _, evaluation = self._run()
        truth = evaluation.ground_truth
        for figures in (truth.factor_agreement, truth.regressor_accuracy):
            self.assertEqual(set(figures), set(layouts.CUB_ATTRIBUTES))
        # Nobody planted a cause, and nothing can be drawn again.
        self.assertIsNone(truth.recall_at)
        self.assertIsNone(truth.causal_effects)
        self.assertIsNone(truth.rank_correlation)


if __name__ == "__main__":
    absltest.main()
