"""Tests of what makes an export valid."""

import json
import pathlib
import shutil
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.export import manifest, saved_model, validation, warmup
from tests.export import tiny_world


class ValidationTest(parameterized.TestCase):
    """Every test damages its own copy of one export."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.published = saved_model.export(
            tiny_world.servable(tiny_world.TinyWorld()),
            pathlib.Path(folder.name),
            examples=tiny_world.pictures(2),
            assets={},
        ).path

    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "1"
        shutil.copytree(self.published, self.path)

    def record(self, change):
        """Writes the recorded answers anew; the manifest agrees with them."""
        records = warmup.read(self.path)
        for record in records:
            change(record)
        warmup.write(
            self.path,
            {record.signature: record.inputs for record in records},
            {record.signature: record.outputs for record in records},
        )
        manifest.write(self.path)

    def problems(self):
        return validation.validate(self.path).problems

    def test_a_copy_is_valid(self):
        self.assertEmpty(self.problems())

    def test_a_damaged_file_is_told_and_the_model_not_loaded(self):
        for name in ("saved_model.pb", "variables/variables.index"):
            (self.path / name).write_bytes(b"\0")
        (self.path / "assets" / "contract.json").unlink()
        (self.path / "assets" / "more.json").touch()

        verdict = validation.validate(self.path)

        self.assertLen(verdict.problems, 4)
        self.assertEmpty(verdict.differences)

    def test_what_never_was_there_is_told_as_well(self):
        (self.path / warmup.ANSWERS).unlink()
        manifest.write(self.path)

        self.assertEqual(self.problems(), [f"{warmup.ANSWERS}: is missing"])

    def test_a_model_that_cannot_be_loaded_is_one_line(self):
        (self.path / "saved_model.pb").write_bytes(b"\0")
        manifest.write(self.path)

        (problem,) = self.problems()

        self.assertRegex(problem, "1: cannot be loaded and asked: .*Error")
        self.assertNotIn("\n", problem)

    def test_numbers_may_differ_by_the_tolerance(self):
        def change(by):
            def of_record(record):
                if record.signature == "encode":
                    styles = record.outputs["styles"]
                    largest = max(1.0, float(np.max(np.abs(styles))))
                    # Not the largest itself, which is the unit.
                    where = np.unravel_index(np.argmin(styles), styles.shape)
                    if styles[where] == -largest:
                        where = np.unravel_index(
                            np.argmin(np.abs(styles)), styles.shape
                        )
                    record.outputs["styles"] = styles.copy()
                    record.outputs["styles"][where] += by * largest

            return of_record

        self.record(change(0.5 * validation.TOLERANCE))
        self.assertEmpty(self.problems())
        self.record(change(2 * validation.TOLERANCE))
        (problem,) = self.problems()
        self.assertRegex(
            problem,
            "^encode/styles: differs by 0.00.* from what was recorded; "
            "expected at most 0.001$",
        )

    def test_images_may_differ_by_a_level(self):
        def brighten(levels):
            def of_record(record):
                if record.signature == "reconstruct":
                    png = record.outputs["image_bytes"][0]
                    pixels = tf.io.decode_png(png).numpy()
                    pixels[0, 0, 0] = np.where(
                        pixels[0, 0, 0] < 128,
                        pixels[0, 0, 0] + levels,
                        pixels[0, 0, 0] - levels,
                    )
                    record.outputs["image_bytes"] = np.array(
                        [
                            tf.io.encode_png(pixels).numpy(),
                            *record.outputs["image_bytes"][1:],
                        ],
                        object,
                    )

            return of_record

        self.record(brighten(1))
        self.assertEmpty(self.problems())
        # On top of that.
        self.record(brighten(2))
        self.assertEqual(
            self.problems(),
            [
                "reconstruct/image_bytes: differs by 3 from what was "
                "recorded; expected at most 1.0"
            ],
        )

    @parameterized.parameters(
        ("serving_default", "class", lambda old: (old + 1) % 3),
        ("serving_default", "class_name", lambda old: old[::-1] + b"x"),
        ("class_attributes", "coordinates", lambda old: old + 1),
        ("find_attributes", "directions", lambda old: 1 - old),
        ("style_effects", "base_logits", lambda old: old[:, :2]),
        ("encode", "styles", lambda old: old.astype(np.float64)),
        ("encode", "styles", lambda old: old * np.nan),
    )
    def test_another_answer_is_a_problem(self, signature, output, change):
        def of_record(record):
            if record.signature == signature:
                record.outputs[output] = change(record.outputs[output])

        self.record(of_record)

        (problem,) = self.problems()
        self.assertStartsWith(problem, f"{signature}/{output}: differs by ")

    def test_an_answer_that_is_missing_is_a_problem(self):
        def of_record(record):
            if record.signature == "generate":
                record.outputs["depth"] = np.zeros(2, np.float32)

        self.record(of_record)

        self.assertEqual(self.problems(), ["generate/depth: was not answered"])

    def test_another_contract_is_a_problem(self):
        file = self.path / "assets" / "contract.json"
        contract = json.loads(file.read_text(encoding="utf-8"))
        contract["sizes"]["T"] = 7
        del contract["signatures"]["edit"]
        file.write_text(json.dumps(contract), encoding="utf-8")
        manifest.write(self.path)

        problems = "\n".join(self.problems())

        self.assertRegex(problems, "the signatures are .*'edit'")
        self.assertRegex(
            problems, r"encode: the outputs are .*None, 6.*has .*None, 7"
        )
        self.assertRegex(problems, "holds requests of .*'edit'.* expected one")


if __name__ == "__main__":
    absltest.main()
