"""A main job that is refused leaves nothing behind."""

import pathlib
from collections.abc import Callable

import keras
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors, keras_line, main_job, run_folder
from tests.testing import tiny_experiment


def _drawing() -> keras.Model:
    """A classifier whose dropout is on when it is asked."""
    pixels = keras.Input([tiny_experiment.RESOLUTION] * 2 + [3])
    mean = keras.layers.GlobalAveragePooling2D()(pixels)
    kept = keras.layers.Dropout(0.5)(mean, training=True)
    return keras.Model(pixels, keras.layers.Dense(2)(kept))


def _normalising() -> keras.Model:
    """A classifier that normalises by the pictures it is asked about."""
    pixels = keras.Input([tiny_experiment.RESOLUTION] * 2 + [3])
    norm = keras.layers.BatchNormalization(name="norm")
    mean = keras.layers.GlobalAveragePooling2D()(norm(pixels, training=True))
    return keras.Model(pixels, keras.layers.Dense(2)(mean))


class _Module(tf.Module):
    """A classifier in a SavedModel: the mean pixel, and what is added to it."""

    def __init__(self, addition: Callable[[tf.Variable], tf.Tensor]):
        super().__init__()
        self.count = tf.Variable(0.0)
        self.serve = tf.function(
            lambda x: {"logits": self._logits(x) + addition(self.count)},
            input_signature=[
                tf.TensorSpec(
                    [None, *[tiny_experiment.RESOLUTION] * 2, 3], name="x"
                )
            ],
            autograph=False,
        )

    def _logits(self, x: tf.Tensor) -> tf.Tensor:
        mean = tf.reduce_mean(x, axis=[1, 2, 3])
        return tf.stack([mean, -mean], axis=1)

    def save(self, path: pathlib.Path) -> None:
        tf.saved_model.save(
            self, str(path), signatures={"serving_default": self.serve}
        )


def _drawing_graph() -> _Module:
    """A SavedModel that draws random numbers."""
    return _Module(lambda _: tf.random.uniform([]))


def _counting_graph() -> _Module:
    """A SavedModel that counts its calls."""
    return _Module(lambda count: count.assign_add(1.0))


def _constant() -> keras.Model:
    """A classifier that gives the same answer to all pictures."""
    pixels = keras.Input([tiny_experiment.RESOLUTION] * 2 + [3])
    mean = keras.layers.GlobalAveragePooling2D()(pixels)
    zeros = keras.initializers.Zeros()
    return keras.Model(
        pixels, keras.layers.Dense(2, kernel_initializer=zeros)(mean)
    )


# Keras 3 answers as after training, whatever a layer was called with.
_AS_IN_TRAINING = [
    (_drawing, "classifier.keras", "draws random numbers"),
    (_normalising, "classifier.keras", "writes a variable.* in [^ ]*norm"),
]


class MainJobTest(parameterized.TestCase):
    @parameterized.parameters(
        *([] if keras_line.CALLER_DECIDES_TRAINING else _AS_IN_TRAINING),
        (_drawing_graph, "classifier", "draws random numbers.*RandomUniform"),
        (_counting_graph, "classifier", "writes a variable.*AssignAdd"),
        (_constant, "classifier.keras", "the same"),
    )
    def test_a_classifier_that_cannot_be_explained(self, make, name, reason):
        root = pathlib.Path(self.create_tempdir())
        tiny_experiment.write_data(root / "data")
        make().save(root / name)
        before = sorted(root.rglob("*"))
        settings = tiny_experiment.settings(
            str(root / "data"), str(root / name)
        )
        # Dropout with determinism asks for a seed before it is looked at.
        settings.training.deterministic = False

        with self.assertRaisesRegex(errors.ClassifierError, reason):
            main_job.run(settings, run_folder.RunFolder(root / "runs" / "one"))

        self.assertEqual(sorted(root.rglob("*")), before)

    def test_features_that_cannot_be_used_are_told_before_the_data(self):
        root = pathlib.Path(self.create_tempdir())
        settings = tiny_experiment.settings(str(root / "nowhere"))
        settings.training.deterministic = False
        settings.loss.perceptual_features = str(root)
        with self.assertRaisesRegex(errors.ConfigError, "no SavedModel"):
            main_job.run(settings, run_folder.RunFolder(root / "runs" / "one"))
        self.assertEmpty(list(root.iterdir()))


if __name__ == "__main__":
    absltest.main()
