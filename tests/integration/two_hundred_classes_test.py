"""200 classes, from a folder of birds to the networks' outputs."""

import collections
import pathlib
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from configs import birds_200
from stylex_tf import experiment
from stylex_tf.data.records import manifest
from tests.testing import layouts

_CLASSES = 200
_BATCH = 40


class TwoHundredClassesTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        root = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        folder = layouts.cub(root / "birds", classes=_CLASSES, images=2)
        settings = birds_200.get_config()
        settings.data.source = str(folder)
        settings.data.factors = layouts.CUB_ATTRIBUTES
        settings.data.cache_dir = str(root / "cache")
        settings.model.resolution = 16
        settings.model.channel_base = 64
        settings.model.channel_max = 4
        settings.model.w_dim = settings.model.z_dim = 8
        cls.settings = settings
        cls.dataset = experiment.load_data(settings, progress=False)

    def test_manifest(self):
        prepared = manifest.load(self.dataset.directory)
        self.assertLen(set(prepared.class_names), _CLASSES)
        self.assertEqual(
            prepared.label_counts,
            {"train": (1,) * _CLASSES, "test": (1,) * _CLASSES},
        )
        self.assertEqual(prepared.class_names[0], "Grey y Bird 1")
        self.assertEqual(prepared.class_names[-1], "Grey h Bird 200")

    def test_labels_are_the_numbers_of_the_classes(self):
        for split in ("train", "test"):
            examples = self.dataset.load(split)
            for name, label in zip(examples.ids, examples.labels, strict=True):
                folder = pathlib.PurePosixPath(name).parent.name
                self.assertEqual(int(folder[:3]), label + 1)

    def test_an_epoch_sees_every_class_once(self):
        batches = self.dataset.batches("train", batch_size=_BATCH, seed=1)
        seen = collections.Counter()
        for batch in batches.take(_CLASSES // _BATCH):
            seen.update(batch["label"].numpy().tolist())
        self.assertEqual(seen, {label: 1 for label in range(_CLASSES)})

    def test_networks_are_told_every_class(self):
        made = experiment.build_networks(
            self.settings.model, _CLASSES, trained=True
        )
        images = tf.random.stateless_normal([2, 16, 16, 3], seed=[0, 0])
        w = made.encoder(images)
        drawn, scores = [], []
        for label in (0, _CLASSES - 1):
            p = tf.one_hot([label, label], _CLASSES)
            drawn.append(made.generator(w, p).numpy())
            scores.append(made.discriminator(images, p, alone=True).numpy())
        self.assertEqual(drawn[0].shape, (2, 16, 16, 3))
        # Another class, another picture and another score.
        self.assertGreater(np.abs(drawn[0] - drawn[1]).max(), 1e-4)
        self.assertGreater(np.abs(scores[0] - scores[1]).min(), 1e-4)


if __name__ == "__main__":
    absltest.main()
