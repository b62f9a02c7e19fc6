"""The main job, whole: one command, and everything that it leaves behind."""

import json
import pathlib
import tempfile
import time

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import run_folder
from stylex_tf.cli import train
from stylex_tf.evaluation import evaluation_file
from tests.testing import image_files, processes, tiny_experiment

_CONFIG = """
from tests.testing import tiny_experiment

def get_config():
    settings = tiny_experiment.settings("faces")
    settings.data.causes = ("glasses",)
    settings.data.rendered_images = 240
    settings.data.cache_dir = "cache"
    return settings
"""
_STEPS = 6
_CLASSES = ["other", "glasses"]


class MainJobTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cwd = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        (cls.cwd / "tiny.py").write_text(_CONFIG)
        cls.folder = run_folder.RunFolder(cls.cwd / "runs" / "tiny")
        first = cls._start()
        cls.second = cls._start_when_locked()
        cls.printed = first.wait()

    @classmethod
    def _start(cls) -> processes.Process:
        return processes.Process(
            cls,
            train,
            ["--config=tiny.py"],
            {"BUILD_WORKING_DIRECTORY": str(cls.cwd)},
        )

    @classmethod
    def _start_when_locked(cls) -> processes.Process:
        """Starts the command again while the first one is at work."""
        lock = cls.folder.root / ".lock"
        while not (lock.exists() and lock.read_text()):
            time.sleep(0.1)
        return cls._start()

    def _json(self, name: str):
        return json.loads((self.folder.root / name).read_text())

    def test_the_run_folder_has_everything(self):
        for name in (
            "config.json",
            "environment.json",
            "metrics.jsonl",
            "tensorboard",
            f"snapshots/{_STEPS:08d}.png",
            f"checkpoints/ckpt-{_STEPS}.index",
            "classifier/classifier.keras",
            "attributes/effects.json",
            "report/index.html",
            "export/1/saved_model.pb",
            "evaluation.json",
        ):
            self.assertTrue((self.folder.root / name).exists(), name)
        self.assertEmpty(list(self.folder.root.rglob("*tmp*")))

    def test_the_config_is_what_was_asked_for(self):
        settings = self._json("config.json")
        self.assertEqual(settings["data"]["causes"], ["glasses"])
        self.assertEqual(settings["training"]["batch_size"], 4)

    def test_the_log_covers_the_training(self):
        lines = (self.folder.root / "metrics.jsonl").read_text().splitlines()
        steps = [json.loads(line)["step"] for line in lines]
        self.assertEqual(steps, list(range(2, _STEPS + 1, 2)))

    def test_the_evaluation_follows_the_schema(self):
        evaluation = evaluation_file.read(self.folder.evaluation)
        self.assertEqual(
            evaluation.run.images_seen, _STEPS * tiny_experiment.BATCH_SIZE
        )
        # All of the same unseen images.
        unseen = evaluation.reconstruction.agreement.n
        self.assertEqual(evaluation.classifier.accuracy.n, unseen)
        self.assertEqual(
            evaluation.ground_truth.factor_agreement["hair"].n, unseen
        )
        # Agreement is never without what tells whether to believe it.
        self.assertIsNotNone(evaluation.reconstruction.agreement)
        self.assertIn("glasses", evaluation.ground_truth.factor_agreement)
        self.assertIsNotNone(evaluation.sufficiency.label_swap)
        self.assertIsNotNone(evaluation.sufficiency.wu)
        self.assertIsNotNone(evaluation.sufficiency.second_agreement)
        self.assertGreater(
            evaluation.ground_truth.causal_effects["glasses"].value, 0.0
        )
        self.assertIsNotNone(evaluation.realism.kid)
        self.assertIsNotNone(evaluation.classifier.guessing_p)

    def test_the_report_names_the_classes_and_its_limits(self):
        page = " ".join(self.folder.report.read_text().split())
        for part in (
            *_CLASSES,
            "It explains the classifier, not reality",
            "data:image/webp;base64,",
        ):
            # The page is too long to be shown by assertIn.
            self.assertTrue(part in page, part)

    def test_the_summary_says_what_was_found_and_what_to_do_next(self):
        for part in (
            "What the classifier looks at",
            "How far to trust it: ",
            "Reconstructions: agreement",
            "label-only swap",
            "factor agreement",
            "It explains the classifier, not reality.",
            str(self.folder.report),
            str(self.folder.export / "1"),
        ):
            self.assertIn(part, self.printed)

    def test_the_export_answers(self):
        model = tf.saved_model.load(str(self.folder.export / "1"))
        size = tiny_experiment.RESOLUTION
        pngs = [
            image_files.encode(image) for image in tiny_experiment.images(3)
        ]
        images = {"image_bytes": tf.constant(pngs)}

        answer = model.signatures["serving_default"](**images)
        np.testing.assert_allclose(
            tf.reduce_sum(answer["probabilities"], axis=-1), 1.0, rtol=1e-5
        )
        self.assertContainsSubset(
            {name.decode() for name in answer["class_name"].numpy()}, _CLASSES
        )
        styles = model.signatures["encode"](**images)["styles"]
        drawn = model.signatures["generate"](styles=styles)
        self.assertEqual(drawn["images"].shape, [3, size, size, 3])
        decoded = tf.io.decode_png(drawn["image_bytes"][0])
        self.assertEqual(decoded.shape, [size, size, 3])
        attributes = model.signatures["find_attributes"](
            **images,
            target_class=tf.constant([1, 1, 0]),
            top_k=tf.constant([2, 2, 2]),
        )
        self.assertEqual(attributes["coordinates"].shape, [3, 2])

    def test_a_second_process_at_the_same_time_was_refused(self):
        self.second.wait(expected=1)
        self.assertRegex(
            self.second.errors(),
            r"error: .*runs/tiny is in use by process \d+; ",
        )
        self.assertNotIn("Traceback", self.second.errors())

    def test_evaluating_again_measures_no_edit_again(self):
        shards = list((self.folder.attributes / "shards").iterdir())
        self.assertNotEmpty(shards)
        before = {path: path.stat().st_mtime_ns for path in shards}
        evaluation = self._json("evaluation.json")
        printed = self._evaluate(f"--run_dir={self.folder.root}").wait()
        # What was not measured is wrapped anywhere.
        self.assertIn("random coordinates", " ".join(printed.split()))
        self.assertIn(str(self.folder.evaluation), printed)
        self.assertEqual(
            {path: path.stat().st_mtime_ns for path in shards}, before
        )
        self.assertEqual(self._json("evaluation.json"), evaluation)

    def test_a_baseline_with_the_classification_loss_is_refused(self):
        command = self._evaluate(
            f"--run_dir={self.folder.root}",
            f"--no_classification_loss_run_dir={self.folder.root}",
        )
        command.wait(expected=1)
        self.assertIn(
            "loss.classification is 1.0; expected 0", command.errors()
        )
        self.assertNotIn("Traceback", command.errors())

    def test_a_folder_without_a_run_is_refused(self):
        command = self._evaluate("--run_dir=nowhere")
        command.wait(expected=1)
        self.assertIn("nowhere/config.json: no such file", command.errors())
        self.assertFalse((self.cwd / "nowhere").exists())

    def _evaluate(self, *flags: str) -> processes.Process:
        return processes.Process(
            self,
            "stylex_tf.cli.evaluate",
            flags,
            {"BUILD_WORKING_DIRECTORY": str(self.cwd)},
        )

    def test_running_it_again_goes_on_where_it_ended(self):
        trained = [
            self.folder.root / "metrics.jsonl",
            self.folder.classifier / "classifier.keras",
            *self.folder.checkpoints.iterdir(),
            *self.folder.snapshots.iterdir(),
        ]
        before = {path: path.stat().st_mtime_ns for path in trained}
        evaluation = self._json("evaluation.json")
        printed = self._start().wait()
        self.assertEqual(
            {path: path.stat().st_mtime_ns for path in trained}, before
        )
        self.assertIn("What the classifier looks at", printed)
        again = self._json("evaluation.json")
        self.assertEqual(again["reconstruction"], evaluation["reconstruction"])
        self.assertEqual(again["ground_truth"], evaluation["ground_truth"])


if __name__ == "__main__":
    absltest.main()
