"""Tests of stylex_tf.cli.validate_export, as a process."""

import pathlib
import shutil
import tempfile

from absl.testing import absltest

from stylex_tf.cli import validate_export
from stylex_tf.export import saved_model
from tests.export import tiny_world
from tests.testing import processes


class ValidateExportTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.base = pathlib.Path(folder.name)
        saved_model.export(
            tiny_world.servable(tiny_world.TinyWorld()),
            cls.base,
            examples=tiny_world.pictures(2),
            assets={},
        )

    def validate(self, *flags: str) -> processes.Process:
        return processes.Process(
            self,
            validate_export,
            flags,
            {"BUILD_WORKING_DIRECTORY": str(self.base)},
        )

    def test_says_how_closely_the_answers_agree(self):
        printed = self.validate("--model=1").wait()
        self.assertRegex(
            printed,
            rf"^{self.base}/1 is what was exported: 11 signatures answer as "
            r"recorded \(largest difference .*, images [01] of 255 levels\)$",
        )

    def test_a_damaged_export_is_a_line_a_problem(self):
        shutil.copytree(self.base / "1", self.base / "damaged")
        (self.base / "damaged" / "saved_model.pb").unlink()
        (self.base / "damaged" / "surplus").touch()
        process = self.validate("--model=damaged")
        process.wait(expected=1)
        self.assertEqual(
            [
                line
                for line in process.errors().splitlines()
                if line.startswith("error: ")
            ],
            [
                "error: saved_model.pb: is missing",
                "error: surplus: is not in the manifest",
            ],
        )
        self.assertNotIn("Traceback", process.errors())

    def test_a_folder_that_is_no_export_is_one_line(self):
        process = self.validate("--model=nowhere")
        process.wait(expected=1)
        self.assertIn("nowhere/manifest.sha256: no such", process.errors())
        self.assertNotIn("Traceback", process.errors())

    def test_asks_for_the_model(self):
        process = self.validate()
        process.wait(expected=1)
        self.assertIn("--model is needed", process.errors())


if __name__ == "__main__":
    absltest.main()
