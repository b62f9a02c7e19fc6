"""Tests of what makes an export valid."""

import copy
import json
import pathlib
import shutil
import sys
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.export import manifest, saved_model, validation, warmup
from tests.export import tiny_world


class FilesTest(absltest.TestCase):
    """Every test damages its own copy of one export."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.published = _publish(cls)

    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "1"
        shutil.copytree(self.published, self.path)

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


class AnswersTest(parameterized.TestCase):
    """One model was asked once; every test changes its own record of that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = _publish(cls)
        cls.contract = json.loads(
            (path / "assets" / "contract.json").read_text(encoding="utf-8")
        )
        cls.recorded = warmup.read(path)
        cls.specs, cls.answers = validation.ask(
            path, cls.recorded, sys.executable
        )

    def setUp(self):
        super().setUp()
        self.records = copy.deepcopy(self.recorded)
        self.outputs = {
            record.signature: record.outputs for record in self.records
        }

    def judge(self, contract=None):
        return validation.judge(
            contract or self.contract, self.records, self.specs, self.answers
        ).problems

    def test_what_was_recorded_is_answered(self):
        self.assertEmpty(self.judge())

    def test_numbers_may_differ_by_the_tolerance(self):
        styles = self.outputs["encode"]["styles"]
        unit = max(1.0, float(np.max(np.abs(styles))))
        # Not the largest itself, which is the unit.
        smallest = np.unravel_index(np.argmin(np.abs(styles)), styles.shape)

        styles[smallest] += 0.5 * validation.TOLERANCE * unit
        self.assertEmpty(self.judge())
        styles[smallest] += validation.TOLERANCE * unit
        (problem,) = self.judge()

        self.assertRegex(
            problem,
            "^encode/styles: differs by 0.0015 from what was recorded; "
            "expected at most 0.001$",
        )

    def test_images_may_differ_by_a_level(self):
        images = self.outputs["reconstruct"]["image_bytes"]
        pixels = tf.io.decode_png(images[0]).numpy()
        # Wherever it is, two levels from it are a level as well.
        step = np.add if pixels[0, 0, 0] < 128 else np.subtract

        pixels[0, 0, 0] = step(pixels[0, 0, 0], 1)
        images[0] = tf.io.encode_png(pixels).numpy()
        self.assertEmpty(self.judge())
        pixels[0, 0, 0] = step(pixels[0, 0, 0], 1)
        images[0] = tf.io.encode_png(pixels).numpy()

        self.assertEqual(
            self.judge(),
            [
                "reconstruct/image_bytes: differs by 2 from what was "
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
        outputs = self.outputs[signature]
        outputs[output] = change(outputs[output])

        (problem,) = self.judge()

        self.assertStartsWith(problem, f"{signature}/{output}: differs by ")

    def test_what_is_not_finite_is_a_problem_though_it_was_recorded(self):
        answers = copy.deepcopy(self.answers)
        for answer in (answers["encode"], self.outputs["encode"]):
            answer["styles"] = answer["styles"] * np.nan

        verdict = validation.judge(
            self.contract, self.records, self.specs, answers
        )

        self.assertEqual(
            verdict.problems,
            ["encode/styles: holds values that are not finite"],
        )

    def test_an_answer_that_is_missing_is_a_problem(self):
        self.outputs["generate"]["depth"] = np.zeros(2, np.float32)

        self.assertEqual(self.judge(), ["generate/depth: was not answered"])

    def test_another_contract_is_a_problem(self):
        contract = copy.deepcopy(self.contract)
        contract["sizes"]["T"] = 7
        del contract["signatures"]["edit"]

        problems = "\n".join(self.judge(contract))

        self.assertRegex(problems, "the signatures are .*'edit'")
        self.assertRegex(
            problems, r"encode: the outputs are .*None, 6.*has .*None, 7"
        )
        self.assertRegex(problems, "holds requests of .*'edit'.* expected one")


def _publish(test: type[absltest.TestCase]) -> pathlib.Path:
    """Exports a tiny model for a class of tests."""
    folder = tempfile.TemporaryDirectory()
    test.addClassCleanup(folder.cleanup)
    return saved_model.export(
        tiny_world.servable(tiny_world.TinyWorld()),
        pathlib.Path(folder.name),
        examples=tiny_world.pictures(2),
        assets={},
    ).path


if __name__ == "__main__":
    absltest.main()
