import json
import pathlib
import shutil
import tempfile
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.export import (
    held_out,
    manifest,
    renaming,
    rewording,
    signatures,
    validation,
    warmup,
)
from tests.export import tiny_world
from tests.testing import tiny_export


def _json(version, name):
    return json.loads((version / "assets" / f"{name}.json").read_text())


def _described(version):
    """Returns what the signature of a saved model answers."""
    loaded = tf.saved_model.load(str(version))
    form = tf.constant([signatures.DESCRIPTION_FORMAT])
    (text,) = loaded.signatures["describe"](format=form)["description"].numpy()
    return json.loads(text)


class RenamingTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.base = pathlib.Path(folder.name)
        cls.first = tiny_export.write(
            cls.base,
            {"attribute_names": {"0": "hat"}, "figures": {"n": 3}},
        )
        cls.digests = (cls.first / manifest.NAME).read_text()
        cls.second = renaming.publish(cls.first, {3: "glasses", 0: "bärtig"})

    def test_the_next_version_has_the_names_in_all_places(self):
        expected = {"0": "bärtig", "3": "glasses"}

        self.assertEqual(self.second, self.base / "2")
        self.assertEqual(_json(self.second, "attribute_names"), expected)
        for document in (
            _json(self.second, "description"),
            _described(self.second),
        ):
            self.assertEqual(document["attribute_names"], expected)
            # The rest is what it was.
            before = _json(self.first, "description")
            self.assertEqual(
                {**document, "attribute_names": None},
                before | {"attribute_names": None},
            )
        self.assertEqual(_json(self.second, "figures"), {"n": 3})

    def test_it_answers_as_the_version_before(self):
        """It was validated before it appeared, by what is recorded here."""
        for before, after in zip(
            warmup.read(self.first), warmup.read(self.second), strict=True
        ):
            self.assertEqual(before.signature, after.signature)
            if before.signature == "describe":
                continue
            for key, value in before.outputs.items():
                np.testing.assert_array_equal(after.outputs[key], value)

    def test_weights_are_the_same_files_and_graphs_hold_the_text_once(self):
        for before in sorted((self.first / "variables").iterdir()):
            after = self.second / "variables" / before.name
            self.assertEqual(after.read_bytes(), before.read_bytes())
        text = json.dumps(_described(self.second)).encode()
        graphs = (self.second / "saved_model.pb").read_bytes()
        self.assertLess(
            abs(
                len(graphs) - len((self.first / "saved_model.pb").read_bytes())
            ),
            graphs.count(text) * 60,
        )

    def test_figures_of_held_out_images_are_told_in_all_places(self):
        images = np.random.default_rng(0).integers(
            0, 256, [4, 8, 8, 3], dtype=np.uint8
        )
        figures = held_out.HeldOut.measure(
            images, images, np.arange(24.0).reshape(4, 6)
        ).to_dict()

        third = renaming.publish(self.second, held_out=figures)

        for document in (_json(third, "description"), _described(third)):
            self.assertEqual(document["held_out"], figures)
            self.assertEqual(
                document["attribute_names"], {"0": "bärtig", "3": "glasses"}
            )
        self.assertEmpty(manifest.problems(third))
        shutil.rmtree(third)

    def test_graphs_that_do_not_hold_what_is_answered_are_refused(self):
        with self.assertRaisesRegex(errors.ExportError, "does not hold"):
            rewording.copy(
                self.first,
                pathlib.Path(self.create_tempdir()),
                "no such text",
                "x",
            )

    def test_the_version_before_stays_as_it_is(self):
        self.assertEmpty(manifest.problems(self.first))
        self.assertEqual((self.first / manifest.NAME).read_text(), self.digests)

    def test_names_that_were_replaced_are_nowhere(self):
        """A chain of versions does not grow by all that went before."""
        with tiny_export.unvalidated():
            third = renaming.publish(self.second, {1: "shoe"})

        graph = (third / "saved_model.pb").read_bytes()
        self.assertIn(b"shoe", graph)
        self.assertNotIn(b"glasses", graph)
        shutil.rmtree(third)

    def test_an_export_of_before_describe_gets_it(self):
        base = pathlib.Path(self.create_tempdir())
        old = base / "1"
        shutil.copytree(self.first, old)
        loaded = tf.saved_model.load(str(self.first))
        kept = {
            name: function
            for name, function in loaded.signatures.items()
            if name != "describe"
        }
        shutil.rmtree(old / "variables")
        tf.saved_model.save(loaded, str(old), signatures=kept)
        (old / "assets" / "description.json").unlink()
        contract = _json(old, "contract")
        described_as = contract["signatures"].pop("describe")
        (old / "assets" / "contract.json").write_text(json.dumps(contract))
        (old / "assets" / "config.json").write_text('{"name": "tiny"}')
        records = [
            record
            for record in warmup.read(old)
            if record.signature != "describe"
        ]
        warmup.write(
            old,
            {record.signature: record.inputs for record in records},
            {record.signature: record.outputs for record in records},
        )
        manifest.write(old)
        new = renaming.publish(old, {2: "leaf"})

        document = _described(new)
        self.assertEqual(document["attribute_names"], {"2": "leaf"})
        self.assertEqual(document["name"], "tiny")
        self.assertEqual(document["sizes"], {"R": 8, "T": 6, "S": 5, "K": 3})
        self.assertEqual(document["class_names"], list(tiny_world.CLASS_NAMES))
        self.assertEqual(
            _json(new, "contract")["signatures"]["describe"], described_as
        )

    def test_what_answers_otherwise_is_not_published(self):
        problem = validation.Verdict(["edit/probabilities: differs"], {})

        with (
            mock.patch.object(validation, "validate", return_value=problem),
            self.assertRaisesRegex(errors.ExportError, "edit/probabilities"),
        ):
            renaming.publish(self.first, {0: "x"})

        self.assertCountEqual(
            [path.name for path in self.base.iterdir()], ["1", "2"]
        )

    def test_a_damaged_export_is_refused_and_leaves_nothing(self):
        base = pathlib.Path(self.create_tempdir())
        shutil.copytree(self.first, base / "1")
        (base / "1" / "assets" / "figures.json").write_text("{}")

        with self.assertRaisesRegex(errors.UsageError, "figures.json: has SHA"):
            renaming.publish(base / "1", {0: "x"})

        self.assertEqual([path.name for path in base.iterdir()], ["1"])


if __name__ == "__main__":
    absltest.main()
