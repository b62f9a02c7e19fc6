"""The training notebook, executed on a tiny folder of images."""

import pathlib

from absl.testing import absltest

from stylex_tf.cli import stylex
from tests.notebooks import notebook_runs
from tests.testing import image_files, tiny_experiment

_CHECK = pathlib.Path(__file__).with_name("train_your_own_check.py")
# Where stylex_tf/ is: the repository, or what Bazel has made of it.
_ROOT = pathlib.Path(stylex.__file__).parents[2]
_CONFIG = """
from tests.testing import tiny_experiment

def get_config():
    settings = tiny_experiment.settings()
    settings.data.cache_dir = "cache"
    return settings
"""


class TrainYourOwnTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.images = pathlib.Path(self.create_tempdir()) / "my images"
        for number, image in enumerate(tiny_experiment.images(64)):
            name = ("dark", "bright")[number % 2]
            image_files.write(
                self.images / name / f"{number:02d}.png",
                image_files.encode(image),
            )
        self.config = self.folder / "tiny.py"
        self.config.write_text(_CONFIG)

    def run_notebook(self, check="", **changes):
        return notebook_runs.run(
            "train_your_own.ipynb",
            self.folder,
            environment={
                # As if it were installed: pip would have to reach PyPI.
                "PYTHONPATH": str(_ROOT),
                "STYLEX_IMAGES": str(self.images),
                "STYLEX_RUN": str(self.folder / "run"),
                "STYLEX_CONFIG": str(self.config),
                "STYLEX_OPTIONS": "--config.training.total_images=16",
                # The data that is prepared goes where the test may write.
                "BUILD_WORKING_DIRECTORY": str(self.folder),
                **changes,
            },
            check=check,
        )

    def test_trains_and_explains(self):
        printed = self.run_notebook(_CHECK.read_text())

        self.assertIn("What the classifier looks at", printed)
        self.assertIn("agreement", printed)
        self.assertIn("towards bright", printed)
        self.assertIn("1 snapshots", printed)
        self.assertIn("is new", printed)
        self.assertIn("checked", printed)

    def test_says_where_the_package_comes_from(self):
        with self.assertRaisesRegex(
            AssertionError, "nowhere is no clone of the repository"
        ):
            self.run_notebook(PYTHONPATH="", STYLEX_CLONE="nowhere")

    def test_stops_where_the_command_fails(self):
        with self.assertRaisesRegex(
            AssertionError, "the lines above say what is wrong"
        ):
            self.run_notebook(STYLEX_OPTIONS="--config.training.colour=red")

    def test_says_what_is_missing(self):
        with self.assertRaisesRegex(
            AssertionError, "IMAGES is 'nowhere': no such folder or zip"
        ):
            self.run_notebook(STYLEX_IMAGES="nowhere")


if __name__ == "__main__":
    absltest.main()
