"""A main job that is refused leaves nothing behind."""

import pathlib

import keras
from absl.testing import absltest, parameterized

from stylex_tf import errors, main_job, run_folder
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


def _constant() -> keras.Model:
    """A classifier that gives the same answer to all pictures."""
    pixels = keras.Input([tiny_experiment.RESOLUTION] * 2 + [3])
    mean = keras.layers.GlobalAveragePooling2D()(pixels)
    zeros = keras.initializers.Zeros()
    return keras.Model(
        pixels, keras.layers.Dense(2, kernel_initializer=zeros)(mean)
    )


class MainJobTest(parameterized.TestCase):
    @parameterized.parameters(
        (_drawing, "draws random numbers"),
        (_normalising, "writes a variable.* in [^ ]*norm"),
        (_constant, "the same"),
    )
    def test_a_classifier_that_cannot_be_explained(self, make, reason):
        root = pathlib.Path(self.create_tempdir())
        tiny_experiment.write_data(root / "data")
        make().save(root / "classifier.keras")
        before = sorted(root.rglob("*"))
        settings = tiny_experiment.settings(
            str(root / "data"), str(root / "classifier.keras")
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
