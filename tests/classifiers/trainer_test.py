import dataclasses
import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import trainer
from tests.classifiers import tiny_models


@dataclasses.dataclass(frozen=True)
class _Manifest:
    class_names: tuple[str, ...] = ("dark", "bright")
    resolution: int = 8
    splits: dict = dataclasses.field(
        default_factory=lambda: {"train": 100, "test": 40}
    )


@dataclasses.dataclass(frozen=True)
class _Examples:
    images: np.ndarray
    labels: np.ndarray


class _BrightAndDark:
    """Stands for a `tfrecords.Dataset`: the label is the brightness."""

    manifest = _Manifest()

    def load(self, split: str, limit: int) -> _Examples:
        rng = np.random.default_rng({"train": 0, "test": 1}[split])
        count = min(limit, self.manifest.splits[split])
        labels = rng.integers(0, 2, count)
        noise = rng.integers(0, 100, (count, 8, 8, 3))
        images = noise + 100 * labels[:, None, None, None]
        return _Examples(images.astype(np.uint8), labels.astype(np.int32))

    def batches(
        self, split: str, *, batch_size: int, seed: int
    ) -> tf.data.Dataset:
        examples = self.load(split, limit=1_000)
        return (
            tf.data.Dataset.from_tensor_slices(
                {"image": examples.images, "label": examples.labels}
            )
            .shuffle(100, seed=seed)
            .repeat()
            .batch(batch_size)
        )


def _train(directory: str, **changes) -> trainer.TrainedClassifier:
    arguments = {
        "architecture": "small_cnn",
        "epochs": 4,
        "batch_size": 10,
        "learning_rate": 0.01,
        "seed": 0,
        "directory": directory,
        "progress": False,
    }
    return trainer.train(_BrightAndDark(), **{**arguments, **changes})


class TrainerTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = self.create_tempdir().full_path

    def test_varied_pictures_give_other_weights_and_the_same_seed_the_same(
        self,
    ):
        def weights(**changes):
            trained = _train(self.create_tempdir().full_path, **changes)
            return np.concatenate(
                [
                    np.ravel(w)
                    for w in keras.models.load_model(trained.path).get_weights()
                ]
            )

        plain, varied = weights(), weights(variations=True)
        np.testing.assert_array_equal(varied, weights(variations=True))
        self.assertGreater(np.abs(plain - varied).max(), 1e-4)

    def test_learns_and_leaves_what_it_knows(self):
        trained = _train(self.directory)
        self.assertGreater(trained.facts["accuracy"], 0.95)
        self.assertLess(trained.facts["calibration_error"], 0.2)
        self.assertEqual(trained.facts["images"], 40)
        self.assertEqual(trained.facts["trained_images"], 100)
        folder = pathlib.Path(self.directory)
        self.assertCountEqual(
            [path.name for path in folder.iterdir()],
            ["classifier.keras", "classifier.json"],
        )
        self.assertEqual(
            json.loads((folder / "classifier.json").read_text()), trained.facts
        )

    def test_sums_up_for_people(self):
        facts = {
            "architecture": "mobilenet",
            "resolution": 64,
            "class_names": ["cat", "dog"],
            "trained_images": 12_345,
            "epochs": 5,
            "images": 1_000,
            "accuracy": 0.987,
            "calibration_error": 0.012,
        }
        summary = trainer.TrainedClassifier(None, None, facts).summary()
        self.assertEqual(
            summary,
            "mobilenet, 64 x 64 pixels, classes cat, dog\n"
            "  trained on 12,345 images, 5 times\n"
            "  on 1,000 held-out images: accuracy 98.7%, expected calibration "
            "error 1.2%",
        )

    def test_what_is_loaded_is_what_was_trained(self):
        trained = _train(self.directory)
        loaded = trainer.load(self.directory)
        self.assertEqual(loaded.facts, trained.facts)
        self.assertEqual(loaded.path, trained.path)
        self.assertEqual(loaded.classifier.class_names, ("dark", "bright"))
        np.testing.assert_array_equal(
            loaded.classifier(tiny_models.images()),
            trained.classifier(tiny_models.images()),
        )

    def test_the_seed_decides_the_weights(self):
        first, again, other = (
            _train(f"{self.directory}/{n}", epochs=1, seed=seed)
            for n, seed in enumerate([3, 3, 4])
        )
        images = tiny_models.images()
        np.testing.assert_allclose(
            first.classifier(images), again.classifier(images), rtol=1e-4
        )
        self.assertNotAllClose(
            first.classifier(images), other.classifier(images)
        )

    def assertNotAllClose(self, a, b):
        self.assertFalse(np.allclose(a, b, rtol=1e-2))

    def test_trains_in_float32_whatever_the_policy(self):
        self.addCleanup(
            keras.mixed_precision.set_global_policy,
            keras.mixed_precision.global_policy(),
        )
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
        trained = _train(self.directory, epochs=1)
        model = keras.models.load_model(trained.path)
        # An input has no arithmetic; in Keras 3 it says what the policy is.
        computing = [
            layer
            for layer in model.layers
            if not isinstance(layer, keras.layers.InputLayer)
        ]
        self.assertEqual(
            {layer.compute_dtype for layer in computing}, {"float32"}
        )

    def test_refuses_another_architecture(self):
        with self.assertRaisesRegex(
            errors.ClassifierError, "'vit'; expected one of small_cnn"
        ):
            _train(self.directory, architecture="vit")


class DamageTest(parameterized.TestCase):
    @parameterized.parameters(b"", b"[]", b"{}", b'{"class_names": ["a"]', None)
    def test_facts_that_are_damaged(self, content):
        folder = pathlib.Path(self.create_tempdir())
        if content is not None:
            (folder / "classifier.json").write_bytes(content)
        with self.assertRaisesRegex(
            errors.ClassifierError, "classifier.json is missing or damaged"
        ):
            trainer.load(folder)


if __name__ == "__main__":
    absltest.main()
