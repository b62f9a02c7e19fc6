"""The training notebook, executed on a tiny folder of images."""

import json
import os
import pathlib
import shutil

from absl.testing import absltest

from stylex_tf.cli import stylex
from tests.notebooks import notebook_runs
from tests.testing import image_files, tiny_experiment

_COLAB = pathlib.Path(__file__).with_name("made_up_colab.py")
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

    def run_notebook(self, check="", folder=None, **changes):
        folder = folder or self.folder
        return notebook_runs.run(
            "train_your_own.ipynb",
            folder,
            environment={
                # As if it were installed: pip would have to reach PyPI.
                "PYTHONPATH": str(_ROOT),
                "STYLEX_IMAGES": str(self.images),
                "STYLEX_RUN": str(self.folder / "run"),
                "STYLEX_CONFIG": str(self.config),
                "STYLEX_OPTIONS": "--config.training.total_images=16",
                # The data that is prepared goes where the test may write.
                "BUILD_WORKING_DIRECTORY": str(folder),
                **changes,
            },
            check=check,
        )

    def run_in_colab(self, check="", **changes):
        """Runs it on a machine that has nothing but the Drive."""
        machine = pathlib.Path(self.create_tempdir())
        shutil.copy(_COLAB, machine / "sitecustomize.py")
        return self.run_notebook(
            check,
            machine,
            PYTHONPATH=os.pathsep.join([str(machine), str(_ROOT)]),
            STYLEX_IMAGES="",
            STYLEX_RUN="runs/mine",
            STYLEX_DRIVE=str(self.folder / "drive"),
            **changes,
        )

    def test_trains_in_colab_and_goes_on_after_a_disconnect(self):
        zipped = shutil.make_archive(
            str(self.folder / "mine"), "zip", self.images
        )
        with self.assertRaisesRegex(
            AssertionError, "the lines above say what is wrong"
        ):
            self.run_in_colab(
                STYLEX_TEST_UPLOAD=zipped,
                STYLEX_TEST_DISCONNECT="00000004.png",
            )
        run = self.folder / "drive" / "MyDrive" / "stylex" / "runs" / "mine"
        begun = (run / "metrics.jsonl").read_text().splitlines()
        self.assertFalse((run / "report").exists())

        # A new machine: the images are not asked for again.
        printed = self.run_in_colab(_CHECK.read_text())

        self.assertIn(f"run: {run} goes on", printed)
        # What came before the last checkpoint is not trained again: its lines,
        # which have a speed in them, are the same.
        metrics = (run / "metrics.jsonl").read_text().splitlines()
        self.assertEqual(metrics[0], begun[0])
        self.assertEqual(json.loads(metrics[-1])["step"], 4)
        self.assertIn("What the classifier looks at", printed)
        self.assertIn("agreement", printed)
        self.assertIn("towards bright", printed)
        self.assertIn("1 snapshots", printed)
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
