"""Whole jobs on what worlds do not have: no labels, or annotated photographs.

Each trains two steps, explains, evaluates, reports and exports.
"""

import pathlib
import tempfile

from absl.testing import absltest

from stylex_tf import config, main_job, run_folder
from stylex_tf.classifiers import trainer
from stylex_tf.data import preparation
from stylex_tf.evaluation import evaluation_file, record
from tests.testing import layouts, tiny_experiment

_STEPS = 2


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
        self.settings.validate()
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
        printed, found = self._run()
        self.assertIn("Classifier: accuracy: not measured", printed)
        self.assertEqual(found.classifier, record.Classifier())
        self.assertGreater(found.significance.attributes.value, 0)
        # What needs no label is measured.
        self.assertIsNotNone(found.reconstruction.agreement)
        self.assertIsNotNone(found.sufficiency.second_agreement)

    def test_annotated_photographs(self):
        self.settings.data.source = str(layouts.cub(self.root / "birds", 12, 3))
        self.settings.data.layout = "cub"
        self.settings.data.factors = layouts.CUB_ATTRIBUTES
        _, found = self._run()
        truth = found.ground_truth
        for figures in (truth.factor_agreement, truth.regressor_accuracy):
            self.assertEqual(set(figures), set(layouts.CUB_ATTRIBUTES))
        # Nobody planted a cause, and nothing can be drawn again.
        self.assertIsNone(truth.recall_at)
        self.assertIsNone(truth.causal_effects)
        self.assertIsNone(truth.rank_correlation)


if __name__ == "__main__":
    absltest.main()
