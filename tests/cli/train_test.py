"""Tests of stylex_tf.cli.train, as processes: flags are read once a process."""

import json
import pathlib
import tempfile
from collections.abc import Mapping

from absl.testing import absltest

from stylex_tf.cli import train
from tests.testing import image_files, processes, tiny_experiment

_CONFIG = """
from stylex_tf import config

def get_config():
    return config.ExperimentConfig(
        name="mine",
        data=config.DataConfig(source="prepared"),
        model=config.ModelConfig(
            resolution=16, channel_base=128, channel_max=8, w_dim=8, z_dim=8,
            mapping_layers=2,
        ),
    )
"""


class TrainTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        cls.cwd = pathlib.Path(folder) / "cwd"
        cls.home = cls.cwd.parent / "home"
        cls.home.mkdir()
        (cls.cwd / "configs").mkdir(parents=True)
        (cls.cwd / "configs" / "mine.py").write_text(_CONFIG)
        tiny_experiment.write_data(cls.cwd / "prepared")
        image_files.class_folders(cls.cwd, ("flat",), images=2)

    def _start(self, *flags: str) -> processes.Process:
        cwd, home = str(self.cwd), str(self.home)
        environment = {
            # As `bazel run` says where the user is.
            "BUILD_WORKING_DIRECTORY": cwd,
            "HOME": home,
            # Keras writes its settings when it is imported.
            "KERAS_HOME": f"{home}/../keras",
            # A module that Python compiles is written beside it.
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return processes.Process(self, train, flags, environment)

    def _files(self) -> Mapping[pathlib.Path, int]:
        return {
            path: path.stat().st_mtime_ns
            for folder in (self.cwd, self.home)
            for path in [folder, *folder.rglob("*")]
        }

    def test_a_dry_run_says_what_it_would_do_and_writes_nothing(self):
        before = self._files()
        printed = self._start(
            "--config=configs/mine.py",
            "--config.training.batch_size=8",
            "--config.training.total_images=80",
            "--dry_run",
        ).wait()
        self.assertEqual(self._files(), before)
        resolved, end = json.JSONDecoder().raw_decode(printed)
        self.assertEqual(resolved["name"], "mine")
        self.assertEqual(resolved["training"]["batch_size"], 8)
        for part in (
            "48 images",
            "few: StylEx was tried on 2,000 and more",
            "dark",
            "Precision: ",
            "generator",
            "discriminator",
            "Style coordinates: ",
            "Steps: 10 of 8 images",
            "Memory, estimated: ",
            "Time, estimated: 1 minutes of training",
            "proportion to --config.training.total_images, which is 80;",
            "Nothing was written.",
        ):
            self.assertIn(part, printed[end:])

    def test_a_config_that_ships_is_found_by_its_name(self):
        printed = self._start(
            "--config=custom",
            "--config.data.source=prepared",
            "--config.data.classes=dark,bright",
            "--config.model.resolution=16",
            "--dry_run",
        ).wait()
        resolved, end = json.JSONDecoder().raw_decode(printed)
        self.assertEqual(resolved["name"], "custom")
        self.assertEqual(resolved["data"]["classes"], ["dark", "bright"])
        self.assertIn("class 1, bright", printed[end:])

    def test_mistakes_are_one_clear_error(self):
        runs = {
            name: self._start("--config=configs/mine.py", *flags)
            for name, flags in {
                "value": ["--config.model.resolution=48"],
                "source": ["--config.data.source=nowhere"],
                "address": ["--config.data.source=https://a.b/x.zip"],
                "flat": ["--config.data.source=flat", "--dry_run"],
                "name": ["--config=quikstart"],
                "field": ["--config.model.resolutoin=64"],
                "file": ["--config=configs/yours.py"],
                "type": ["--config.training.batch_size=many"],
                "classifier": [
                    "--config.classifier.path=nowhere.keras",
                    "--dry_run",
                ],
                "weights": [
                    "--config.training.initialize_from=nowhere.weights",
                    "--dry_run",
                ],
                "no classifier": [
                    "--config.classifier.path=configs/mine.py",
                    "--dry_run",
                ],
            }.items()
        }
        expected = {
            "value": "error: model.resolution is 48; expected a power of two",
            "source": "cwd/nowhere: no such file or folder",
            "address": "error: source: https://a.b/x.zip is an address, and",
            # Each on a line of its own, without the date and place of a log.
            "flat": "\nflat: 2 images are left out, which are in no class's "
            "folder\nerror: flat: holds no sub-folder with images; expected "
            "two or more sub-folders with images, one a class\n",
            "field": "the config has no field model.resolutoin. Did you mean",
            "file": "--config is configs/yours.py, which is neither a file",
            "name": "there is quickstart",
            "type": "--config.training.batch_size=many",
            "classifier": "error: there is no file or folder nowhere.keras",
            "weights": "nowhere.weights: expected the folder of a run, or",
            "no classifier": "mine.py is neither a .keras nor an .h5 file",
        }
        for name, run in runs.items():
            with self.subTest(name):
                run.wait(expected=1)
                self.assertIn(expected[name], f"\n{run.errors()}")
                self.assertNotIn("Traceback", run.errors())


if __name__ == "__main__":
    absltest.main()
