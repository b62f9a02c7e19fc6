"""200 classes through every stage: trained, explained, exported, served."""

import base64
import pathlib
import tempfile

import keras
import numpy as np
from absl.testing import absltest

from stylex_tf import config, config_checks, main_job, run_folder
from stylex_tf.attributes import effects
from stylex_tf.evaluation import evaluation_file
from tests.testing import image_files, running_server, tiny_experiment

_CLASSES = 200
_IMAGES = 3
_SIZE = tiny_experiment.RESOLUTION


def _level(label: int) -> int:
    """The grey of a class's images."""
    return 28 + label


def _write_images(folder: pathlib.Path) -> None:
    """Sub-folders of images, each as bright as its class says."""
    noise = np.random.default_rng(0)
    for label in range(_CLASSES):
        for number in range(_IMAGES):
            # Its mean is 0, so that the level is exact.
            half = noise.integers(-9, 10, [_SIZE // 2, _SIZE, 3])
            pixels = _level(label) + np.concatenate([half, -half])
            image_files.write(
                folder / f"grey {label:03d}" / f"{number}.png",
                image_files.encode(pixels.astype(np.uint8)),
            )


def _write_classifier(path: pathlib.Path) -> None:
    """A Keras file that names the nearest of the classes' levels.

    -(b - c)^2 is largest where 2 b c - c^2 is, and that is linear in the
    brightness b.
    """
    pixels = keras.Input([_SIZE, _SIZE, 3])
    small = keras.layers.AveragePooling2D(4)(pixels)
    mean = keras.layers.GlobalAveragePooling2D()(small)
    levels = np.array([_level(k) for k in range(_CLASSES)]) / 127.5 - 1.0
    kernel = np.tile(2 * levels / 3, [3, 1])
    logits = keras.layers.Dense(
        _CLASSES,
        kernel_initializer=keras.initializers.Constant(100 * kernel),
        bias_initializer=keras.initializers.Constant(-100 * levels**2),
    )(mean)
    keras.Model(pixels, logits).save(path)


def _settings(root: pathlib.Path) -> config.ExperimentConfig:
    settings = tiny_experiment.settings(
        str(root / "images"), str(root / "classifier.keras")
    )
    settings.data.cache_dir = str(root / "cache")
    settings.data.test_fraction = 0.5
    settings.loss.r1 = settings.loss.path_length = 0.0
    settings.training.total_images = 2 * tiny_experiment.BATCH_SIZE
    settings.training.deterministic = False
    settings.attributes.images = settings.evaluation.images = 100
    return settings


class TwoHundredClassesJobTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        root = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        _write_images(root / "images")
        _write_classifier(root / "classifier.keras")
        settings = _settings(root)
        config_checks.check(settings)
        cls.folder = run_folder.RunFolder(root / "run")
        cls.printed = main_job.run(settings, cls.folder)

    def test_the_table_has_every_class(self):
        table = effects.load(self.folder.attributes)
        self.assertEqual(table.num_classes, _CLASSES)
        self.assertTrue(np.isfinite(table.effects).all())

    def test_what_is_found_is_judged_and_counted(self):
        evaluation = evaluation_file.read(self.folder.evaluation)
        self.assertEqual(evaluation.classifier.accuracy.value, 1.0)
        self.assertGreater(evaluation.significance.attributes.value, _CLASSES)
        # With an image or two that are nearest to a class, and a generator that
        # was hardly trained, none need be listed.
        self.assertLess(
            evaluation.significance.significant.value,
            evaluation.significance.attributes.value,
        )

    def test_few_classes_are_printed(self):
        self.assertLess(len(self.printed.splitlines()), 130)
        self.assertIn("and towards 190 more", self.printed)

    def test_the_report_can_be_mailed(self):
        self.assertLess(self.folder.report.stat().st_size, 15_000_000)

    def test_the_export_is_served(self):
        ask = self._serve()
        image = image_files.encode(
            np.full([_SIZE, _SIZE, 3], _level(123), np.uint8)
        )
        sent = {"image_bytes": [{"b64": base64.b64encode(image).decode()}]}
        answer = ask("serving_default", sent)
        self.assertEqual(answer["class"], [123])
        self.assertEqual(np.shape(answer["probabilities"]), (1, _CLASSES))
        attributes = ask(
            "find_attributes", {**sent, "target_class": [199], "top_k": [3]}
        )
        self.assertEqual(np.shape(attributes["coordinates"]), (1, 3))
        asked = {"target_class": list(range(_CLASSES)), "top_k": [2] * _CLASSES}
        listed = np.array(ask("class_attributes", asked)["coordinates"])
        self.assertEqual(listed.shape, (_CLASSES, 2))

    def _serve(self):
        """Starts our server, and returns what asks it by REST."""
        server = running_server.Server(
            type(self),
            "--model_name=birds",
            f"--model_base_path={self.folder.export}",
        )
        server.wait_until_it_listens()
        server.wait_for_state("birds", 1, "AVAILABLE")

        def ask(name: str, inputs: dict) -> dict:
            body = {"signature_name": name, "inputs": inputs}
            status, answer = server.rest("birds:predict", body)
            self.assertEqual(status, 200, answer)
            return answer["outputs"]

        return ask


if __name__ == "__main__":
    absltest.main()
