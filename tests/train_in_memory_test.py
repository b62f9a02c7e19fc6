"""Tests of stylex_tf.train: a classifier and images that a program holds."""

import builtins
import dataclasses
import pathlib
from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from PIL import Image

import stylex_tf
from stylex_tf import errors, in_memory_run, main_job
from stylex_tf.api import explainer
from stylex_tf.data import preparation
from stylex_tf.data.records import tfrecords
from tests.testing import tiny_experiment


def _brightness(pixels):
    """Says how bright pixels are; of [0, 1], or of whatever they are."""
    mean = tf.reduce_mean(pixels, axis=[1, 2, 3])
    return tf.stack([-4 * mean, 4 * mean], axis=-1)


class TrainInMemoryTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.images = tiny_experiment.images(60)
        self.labels = np.arange(60) % 2
        self.settings = tiny_experiment.settings()

    def _train(self, model=_brightness, images=None, **arguments):
        """The config and the folder that the main job is given."""
        with (
            mock.patch.object(main_job, "run") as run,
            mock.patch.object(explainer, "load") as load,
        ):
            returned = stylex_tf.train(
                model,
                self.images if images is None else images,
                run_dir=self.root / "run",
                **{"settings": self.settings, **arguments},
            )
        self.assertIs(returned, load.return_value)
        self.assertEqual(load.call_args.args, (self.root / "run" / "export",))
        chosen, folder = run.call_args.args
        self.assertEqual(folder.root, self.root / "run")
        return chosen

    def _nothing_is_written(self):
        self.assertFalse((self.root / "run").exists())

    def test_a_function_and_arrays_become_a_run(self):
        self.settings.classifier.output = "logits"
        chosen = self._train(labels=self.labels, class_names=("dark", "bright"))
        dataset = preparation.prepare(chosen.data, 16, chosen.seed)
        self.assertEqual(dataset.manifest.class_names, ("dark", "bright"))
        parts = [dataset.load(split) for split in ("train", "test")]
        self.assertEqual(sum(len(part.ids) for part in parts), 60)
        for part in parts:
            for image, label, name in zip(
                part.images, part.labels, part.ids, strict=True
            ):
                place = int(name.removeprefix("image "))
                np.testing.assert_array_equal(image, self.images[place])
                self.assertEqual(label, self.labels[place])
        self.assertEqual(self.settings.data.source, "")

    def test_the_same_again_goes_on_and_another_is_refused(self):
        self.settings.classifier.output = "logits"
        first = self._train()
        self.assertEqual(self._train(), first)
        with self.assertRaisesRegex(
            errors.RunFolderError, "run of other images"
        ):
            self._train(images=self.images[:50])
        with self.assertRaisesRegex(
            errors.RunFolderError, "run of another classifier"
        ):
            self._train(model=lambda x: 2 * _brightness(x))

    def test_floats_have_the_range_of_the_classifier(self):
        self.settings.classifier.output = "logits"
        chosen = self._train(images=self.images / 255.0, input_range=(0.0, 1.0))
        self.assertEqual(chosen.classifier.input_range, (0.0, 1.0))
        examples = tfrecords.Dataset(chosen.data.source).load("train")
        place = int(examples.ids[0].removeprefix("image "))
        np.testing.assert_array_equal(examples.images[0], self.images[place])
        self.assertEqual(set(examples.labels), {tfrecords.UNKNOWN_LABEL})

    def test_folders_are_read_by_their_layout(self):
        self.settings.classifier.output = "logits"
        for place in ("dark", "bright", "plain"):
            (self.root / "photos" / place).mkdir(parents=True)
            Image.fromarray(self.images[0]).save(
                self.root / "photos" / place / "a.png"
            )
        chosen = self._train(
            images=self.root / "photos", class_names=("dark", "bright")
        )
        self.assertEqual(chosen.data.layout, "class_folders")
        self.assertEqual(chosen.data.classes, ("dark", "bright"))
        self.assertEqual(chosen.data.source, str(self.root / "photos"))
        chosen = self._train(images=str(self.root / "photos" / "plain"))
        self.assertEqual(chosen.data.layout, "unlabelled")
        self.assertEqual(chosen.data.classes, ("class 0", "class 1"))

    def test_a_file_is_left_where_it_is(self):
        path = self.root / "mine.keras"
        tiny_experiment.write_classifier(path)
        chosen = self._train(model=path)
        self.assertEqual(chosen.classifier.path, str(path))
        self.assertFalse((self.root / "run" / "given_classifier").exists())

    @parameterized.named_parameters(
        ("labels", {"labels": [0, 1]}, "shape .2. for 60 images"),
        ("class", {"labels": [2] * 60}, "expected whole numbers from 0 to 1"),
        ("names", {"class_names": "abc"}, "3 class names"),
        (
            "numpy",
            {"model": lambda x: np.asarray(x).mean((1, 2))},
            "cannot be traced",
        ),
        ("images", {"images": np.zeros([4, 4])}, "1 of 1 images cannot be"),
        ("no folder", {"images": "nowhere"}, "no such file or folder"),
        (
            "gradient",
            {"model": lambda x: tf.round(_brightness(x)) + 2.0},
            "gives no gradients",
        ),
    )
    def test_a_mistake_leaves_nothing(self, arguments, message):
        self.settings.classifier.output = "logits"
        with self.assertRaisesRegex(errors.UserError, message):
            self._train(**arguments)
        self._nothing_is_written()

    def test_the_defaults_are_those_of_the_config_custom(self):
        self.assertEqual(in_memory_run.default_settings().name, "custom")

    def test_says_what_is_not_installed(self):
        imported = builtins.__import__

        def without(name, scope=None, local=None, names=(), level=0):
            if "in_memory_run" in (names or ()):
                raise ModuleNotFoundError("no", name="ml_collections")
            return imported(name, scope, local, names, level)

        with (
            mock.patch.object(builtins, "__import__", without),
            self.assertRaisesRegex(
                stylex_tf.UsageError,
                r"ml_collections, .* pip install '.\[train,tensorflow\]'",
            ),
        ):
            self._train()


class WholeTest(absltest.TestCase):
    def test_it_trains_and_explains(self):
        root = pathlib.Path(self.create_tempdir()) / "run"
        pixels = keras.Input([16, 16, 3])
        mean = keras.layers.GlobalAveragePooling2D()(
            keras.layers.Conv2D(4, 3, activation="relu")(pixels)
        )
        model = keras.Model(pixels, keras.layers.Dense(2)(mean))
        settings = tiny_experiment.settings()
        settings.training = dataclasses.replace(
            settings.training, total_images=8, validate_every=0
        )
        images = tiny_experiment.images(120)
        labels = np.arange(120) % 2

        trained = stylex_tf.train(
            model,
            images,
            run_dir=root,
            labels=labels,
            class_names=("dark", "bright"),
            settings=settings,
        )

        self.assertEqual(trained.class_names, ("dark", "bright"))
        explained = trained.explain(images[:2], top_k=2, progress=False)
        expected = tf.nn.softmax(model(images[:2] / 127.5 - 1.0))
        np.testing.assert_allclose(explained.probabilities, expected, atol=1e-3)
        self.assertTrue((root / "report" / "index.html").is_file())


if __name__ == "__main__":
    absltest.main()
