"""Tests that the baseline of a run is the same run, without the loss."""

import dataclasses
import json
import pathlib
import types

from absl.testing import absltest, parameterized

from stylex_tf import config, errors, run_folder
from stylex_tf.evaluation import evaluation_file
from stylex_tf.runs import ablation
from tests.evaluation import evaluation_samples


class AblationTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.settings = config.ExperimentConfig(
            loss=config.LossConfig(remainder=0.5)
        )
        self._write(self.root / "with", self.settings)
        self.classifier = self.root / "with" / "classifier" / "classifier.keras"
        self.classifier.parent.mkdir()
        self.classifier.write_bytes(b"weights")

    def _write(self, root: pathlib.Path, settings) -> run_folder.RunFolder:
        root.mkdir()
        folder = run_folder.RunFolder(root)
        folder.write_json("config.json", dataclasses.asdict(settings))
        return folder

    def _read(self, changes=None, *, evaluated: bool = True):
        """Reads a run without the loss, which differs in some fields."""
        settings = json.loads(json.dumps(dataclasses.asdict(self.settings)))
        fields = {
            "loss.classification": 0.0,
            "classifier.path": str(self.classifier),
            **(changes or {}),
        }
        for name, value in fields.items():
            *sections, field = name.split(".")
            place = settings
            for section in sections:
                place = place[section]
            place[field] = value
        folder = self._write(self.root / "without", config.from_dict(settings))
        if evaluated:
            evaluation_file.write(evaluation_samples.whole(), folder.evaluation)
        trained = types.SimpleNamespace(
            settings=self.settings,
            folder=run_folder.RunFolder(self.root / "with"),
        )
        return ablation.read(trained, folder.root)

    @parameterized.parameters(
        {},
        {"loss.remainder": 0.0},
        {"name": "another"},
        {"data.cache_dir": "elsewhere"},
        {"training.tpu": "another"},
        {"export.storage": "float16"},
    )
    def test_reads_the_same_run_without_the_loss(self, **changes):
        self.assertEqual(self._read(changes), evaluation_samples.whole())

    @parameterized.parameters(
        ("seed", 1, "seed is 1; expected 0, as in .*with"),
        ("loss.l1", 3.0, "loss.l1 is 3.0; expected 1.0"),
        ("loss.remainder", 2.0, "loss.remainder is 2.0; expected 0.5"),
        ("loss.classification", 2.0, "classification is 2.0; expected 0.0"),
        ("classifier.tints", True, "classifier.tints is True; expected False"),
        ("data.fold", 1, "data.fold is 1; expected 0"),
        ("data.classes", ["a", "b"], r"is \('a', 'b'\); expected \(\)"),
        ("model.style_width", 3, "model.style_width is 3; expected 0"),
        ("training.batch_size", 8, "training.batch_size is 8; expected 16"),
        ("attributes.top_k", 2, "attributes.top_k is 2; expected 8"),
        ("evaluation.images", 9, "evaluation.images is 9; expected 1000"),
    )
    def test_refuses_a_run_that_differs(self, field, value, words):
        with self.assertRaisesRegex(errors.RunFolderError, words):
            self._read({field: value})

    def test_a_copy_of_the_classifier_is_the_same_classifier(self):
        copy = self.root / "copy.keras"
        copy.write_bytes(b"weights")
        self.assertIsNotNone(self._read({"classifier.path": str(copy)}))

    @parameterized.parameters(b"other weights", None)
    def test_refuses_another_classifier(self, content):
        other = self.root / "other.keras"
        if content:
            other.write_bytes(content)
        with self.assertRaisesRegex(
            errors.RunFolderError, "explains another classifier than .*with"
        ):
            self._read({"classifier.path": str(other)})

    def test_refuses_a_classifier_that_it_trained_itself(self):
        with self.assertRaisesRegex(
            errors.RunFolderError, "SHA-256 of its file is unknown"
        ):
            self._read({"classifier.path": ""})

    def test_refuses_a_run_that_was_not_evaluated(self):
        with self.assertRaisesRegex(errors.RunFolderError, "an evaluated run"):
            self._read(evaluated=False)


if __name__ == "__main__":
    absltest.main()
