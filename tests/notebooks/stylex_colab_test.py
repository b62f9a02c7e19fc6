"""The Colab notebook, executed in the locked environment."""

import pathlib

import tensorflow as tf
from absl.testing import absltest

from tests.export import tiny_world
from tests.notebooks import notebook_runs
from tests.testing import tiny_export

_CHECK = pathlib.Path(__file__).with_name("stylex_colab_check.py")


class StylexColabTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.image = pathlib.Path(self.create_tempdir()) / "mine.jpg"
        self.image.write_bytes(tiny_world.pictures(2)[1])

    def run_notebook(self, model, check=""):
        return notebook_runs.run(
            "stylex_colab.ipynb",
            self.folder,
            environment={
                "STYLEX_MODEL": str(model),
                "STYLEX_IMAGE": str(self.image),
            },
            check=check,
        )

    def test_explains_an_image_of_ones_own(self):
        base = pathlib.Path(self.create_tempdir())
        tiny_export.write(base)
        # One that is being written is left alone.
        (base / "incoming-1").mkdir()
        (base / "incoming-1" / "saved_model.pb").touch()

        printed = self.run_notebook(base, _CHECK.read_text())

        self.assertIn("classes: apple, pear, Quitte ü", printed)
        self.assertIn("style 4 to its minimum: turns 75%", printed)
        self.assertIn(f"checked in TensorFlow {tf.__version__}", printed)

    def test_says_how_to_get_a_model(self):
        with self.assertRaisesRegex(
            AssertionError, "nowhere holds no saved_model.pb: clone the repo"
        ):
            self.run_notebook("nowhere")


if __name__ == "__main__":
    absltest.main()
