"""The configs of the paper's domains, two steps each on a folder like theirs.

The steps run eagerly, as in step_test: nothing is compiled for two of them.
"""

import dataclasses
import importlib
import pathlib
import re
import tempfile

import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import config, config_checks, errors, experiment, run_folder
from stylex_tf.classifiers import trainer
from stylex_tf.data import preparation
from stylex_tf.runs import run as run_lib
from stylex_tf.training import strategies
from tests.testing import layouts

_STEPS = 2
_BATCH = 4
_RESOLUTION = 32
# Config -> a folder in the layout that it expects.
_FOLDERS = {
    "cats_dogs": layouts.afhq,
    "wild_animals": layouts.afhq,
    "perceived_gender": layouts.ffhq,
    "perceived_age": layouts.ffhq,
    "retina_dme": layouts.messidor,
    "leaves": layouts.plant_village,
    "birds_200": layouts.cub,
}
_CLASSES = {
    "cats_dogs": ("cat", "dog"),
    "wild_animals": ("cat", "dog", "wild"),
    "perceived_gender": ("not Male", "Male"),
    "perceived_age": ("not Young", "Young"),
    "retina_dme": ("adjudicated_dme < 1", "adjudicated_dme >= 1"),
    "leaves": ("healthy", "sick"),
    "birds_200": (
        "Grey y Bird 1",
        "Grey x Bird 2",
        "Grey w Bird 3",
        "Grey v Bird 4",
    ),
}


def setUpModule():
    tf.config.run_functions_eagerly(True)


def _load(name: str) -> config.ExperimentConfig:
    return importlib.import_module(f"configs.{name}").get_config()


class DomainsTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        data = config.DataConfig(
            source=str(layouts.celeba(cls.root / "celeba")),
            layout="celeba",
            label="Male",
            cache_dir=str(cls.root / "cache"),
        )
        cls.celeba = trainer.train(
            preparation.prepare(data, _RESOLUTION, 0, progress=False),
            architecture="small_cnn",
            epochs=1,
            batch_size=_BATCH,
            learning_rate=1e-3,
            seed=0,
            directory=cls.root / "classifier",
            progress=False,
        )

    def _small(self, name: str) -> config.ExperimentConfig:
        """The config on a folder of its layout, with every size reduced."""
        settings = _load(name)
        settings.data.source = str(_FOLDERS[name](self.root / name))
        settings.data.cache_dir = str(self.root / "cache")
        settings.data.test_fraction = 0.3
        if name == "birds_200":
            settings.data.factors = layouts.CUB_ATTRIBUTES
        if settings.classifier.path:
            settings.classifier.path = str(self.celeba.path)
        settings.classifier.architecture = "small_cnn"
        settings.classifier.epochs = 1
        settings.classifier.batch_size = _BATCH
        settings.model = dataclasses.replace(
            settings.model,
            resolution=_RESOLUTION,
            channel_base=64,
            channel_max=4,
            w_dim=8,
            z_dim=8,
            mapping_layers=2,
        )
        settings.training = dataclasses.replace(
            settings.training,
            total_images=_STEPS * _BATCH,
            batch_size=_BATCH,
            precision="float32",
            log_every=1,
            checkpoint_every=_STEPS,
            snapshot_every=_STEPS,
        )
        config_checks.check(settings)
        return settings

    @parameterized.parameters(*_FOLDERS)
    def test_names_the_sibling_at_64_px(self, name):
        text = str(importlib.import_module(f"configs.{name}").__doc__)
        (sibling,) = re.findall(r"(\w+_64)\.py", text)
        self.assertEqual(_load(sibling).model.resolution, 64)

    @parameterized.parameters(*_FOLDERS)
    def test_trains_two_steps(self, name):
        settings = self._small(name)
        folder = run_folder.RunFolder(self.root / "runs" / name)
        dataset = experiment.load_data(settings, progress=False)
        self.assertEqual(dataset.manifest.class_names, _CLASSES[name])
        with folder.locked():
            run = run_lib.Run(
                settings,
                folder,
                dataset,
                strategies.make(settings.training),
            )
            run.train()
        self.assertEqual(int(run.state.step.numpy()), _STEPS)
        self.assertLen(
            (folder.root / "metrics.jsonl").read_text().splitlines(), _STEPS
        )
        labelled = name not in ("perceived_gender", "perceived_age")
        known = run.classifier_figures["accuracy"] is not None
        self.assertEqual(known, labelled)

    def test_images_without_labels_cannot_train_a_classifier(self):
        settings = self._small("perceived_age")
        dataset = experiment.load_data(settings, progress=False)
        # As where the folder is one that prepare_data wrote.
        settings.classifier.path = ""
        with self.assertRaisesRegex(
            errors.ClassifierError, "classifier.path is ''; .*have no labels"
        ):
            experiment.prepare_classifier(
                settings, dataset, self.root / "unused"
            )


if __name__ == "__main__":
    absltest.main()
