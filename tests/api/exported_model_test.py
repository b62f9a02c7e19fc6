import json
import pathlib
import shutil
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.api import exported_model
from stylex_tf.export import image_codec, manifest, signatures
from tests.export import tiny_world
from tests.testing import tiny_export


class ExportedModelTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.path = tiny_export.write(pathlib.Path(folder.name))
        cls.model = exported_model.ExportedModel(cls.path)

    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir())

    def copy(self):
        """A version that a test may damage."""
        return pathlib.Path(shutil.copytree(self.path, self.base / "1"))

    def test_knows_what_the_contract_says(self):
        known = self.model.description

        self.assertEqual(known.name, "tiny")
        self.assertEqual(known.class_names, tiny_world.CLASS_NAMES)
        self.assertEqual(known.resolution, tiny_world.RESOLUTION)
        self.assertEqual(known.searched, tiny_world.NUM_SEARCHED)
        self.assertEqual(known.max_top_k, tiny_world.MAX_TOP_K)
        self.assertEqual(known.max_pixels, signatures.MAX_PIXELS)
        self.assertEqual(known.style_strength, tiny_world.STYLE_STRENGTH)
        self.assertEqual(known.attribute_names, {4: "stem"})
        self.assertEqual(known.missing, ())
        ranges = tiny_world.TinyWorld().ranges
        np.testing.assert_allclose(
            known.ranges, [ranges.minimum, ranges.maximum], rtol=1e-6
        )

    def test_its_files_say_what_it_answers(self):
        answer = self.model.ask(
            signatures.DESCRIBE,
            {"format": np.array([signatures.DESCRIPTION_FORMAT] * 2)},
        )["description"]

        written = json.loads(
            (self.path / "assets" / "description.json").read_text()
        )
        self.assertEqual(json.loads(answer[0]), written)
        self.assertEqual(answer[0], answer[1])
        with self.assertRaisesRegex(
            tf.errors.InvalidArgumentError, "format must be 1 to 1; found"
        ):
            self.model.ask(signatures.DESCRIBE, {"format": np.array([2])})

    def test_an_older_export_tells_what_its_files_do(self):
        path = self.copy()
        assets = path / "assets"
        (assets / "description.json").unlink()
        (assets / "attribute_names.json").write_text('{"2": "leaf"}')
        manifest.write(path)

        known = exported_model.ExportedModel(path).description

        self.assertEqual(known.class_names, tiny_world.CLASS_NAMES)
        self.assertEqual(known.attribute_names, {2: "leaf"})
        self.assertIsNone(known.held_out)
        self.assertLen(known.missing, 3)

    def test_asks_by_a_signature(self):
        files = tiny_world.pictures(2)

        answer = self.model.ask(
            signatures.SERVING_DEFAULT, {"image_bytes": files}
        )

        self.assertCountEqual(answer, signatures.SERVING_DEFAULT.outputs)
        expected = tiny_world.TinyWorld().classify(
            image_codec.decode(tf.constant(files), tiny_world.RESOLUTION)
        )
        np.testing.assert_allclose(answer["logits"], expected, atol=1e-5)
        self.assertIsInstance(answer["class_name"][0], bytes)

    def test_takes_the_highest_version(self):
        for name in ("9", "10", "incoming-3", "11"):
            (self.base / name).mkdir()
        for name in ("9", "10", "incoming-3"):
            (self.base / name / "saved_model.pb").touch()

        version = exported_model.find_version(self.base)

        self.assertEqual(version, self.base / "10")
        self.assertEqual(exported_model.find_version(str(version)), version)

    def test_says_what_is_there_instead(self):
        for path, message in (
            (self.base / "no", "no: no such folder; expected an exported mo"),
            ("faces_23", "faces_32.*. Did you mean faces_32\\?"),
            (self.base, "holds no saved_model.pb and no numbered version"),
        ):
            with self.assertRaisesRegex(errors.UsageError, message):
                exported_model.find_version(path)
        (self.base / "export").mkdir()
        with self.assertRaisesRegex(
            errors.UsageError, "is a run folder; its models are in .*/export"
        ):
            exported_model.find_version(self.base)

    def test_loads_no_other_saved_model(self):
        path = self.copy()
        (path / "assets" / "contract.json").unlink()

        with self.assertRaisesRegex(
            errors.UsageError, "without assets/contract.json; expected one"
        ):
            exported_model.ExportedModel(path)

    def test_loads_nothing_that_is_damaged(self):
        path = self.copy()
        with (path / "saved_model.pb").open("ab") as file:
            file.write(b"more")

        with self.assertRaisesRegex(
            errors.UsageError,
            "not what was exported, copy it again: saved_model.pb: has SHA",
        ):
            exported_model.ExportedModel(path)

    def test_provenance_is_of_one_model(self):
        model = self.model
        other = self.copy()
        names = other / "assets" / "class_names.json"
        names.write_text(json.dumps(["a", "b", "c"]))
        manifest.write(other)
        renamed = exported_model.ExportedModel(other)

        self.assertEqual(model.provenance()["model"], str(self.path))
        self.assertNotEqual(
            model.provenance()["model_sha256"],
            renamed.provenance()["model_sha256"],
        )


if __name__ == "__main__":
    absltest.main()
