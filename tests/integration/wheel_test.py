"""The wheel installs what Bazel knows, and explains outside of a clone.

It is built from the files that Bazel names, installed into an empty
environment, and asked to explain. TensorFlow and the other packages come from
the environment of the tests, by PYTHONPATH: that pip finds them is not shown
here. Through Bazel alone: the list is Bazel's.
"""

import csv
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv

from absl.testing import absltest

_ROOT = pathlib.Path(__file__).absolute().parents[2]
_LIST = _ROOT / "tests" / "integration" / "package_files"
# Folders beside the package, and where they are in the wheel.
_MOVED = {
    "configs/": "stylex_tf/configs/",
    "pretrained/": "stylex_tf/pretrained/",
}
_SHIPPED = ("pretrained/faces_32/", "pretrained/base_64/base_64.weights")
# What the extras bring, and explaining must do without.
_OF_EXTRAS = (
    "aiohttp",
    "apache_beam",
    "dicebear",
    "gradio",
    "ml_collections",
    "prometheus_client",
    "pydantic",
    "resvg_py",
    "rich",
    "tensorflow_addons",
)


def _known_files() -> list[str]:
    """What the commands and the library need, as paths in the clone."""
    labels = _LIST.read_text().split()
    paths = [label.removeprefix("//").replace(":", "/") for label in labels]
    return [
        path
        for path in paths
        if path.startswith(("stylex_tf/", "configs/", *_SHIPPED))
    ]


class WheelTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        cls.known = _known_files()
        source = cls.root / "source"
        for path in (
            *cls.known,
            "LICENSE",
            "README.md",
            "pyproject.toml",
            "setup.py",
        ):
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_ROOT / path, source / path)
        _pip("wheel", "--no-build-isolation", "-w", str(cls.root), str(source))
        (cls.wheel,) = cls.root.glob("*.whl")
        environment = cls.root / "environment"
        # An empty environment: pip itself is the tests'.
        venv.create(environment, with_pip=False)
        cls.bin = environment / "bin"
        _pip(
            f"--python={cls.bin / 'python'}",
            "install",
            "--no-index",
            str(cls.wheel),
        )
        (cls.site,) = (environment / "lib").glob("python*/site-packages")

    def run_outside(self, *command: str, **environment: str):
        """Runs a command of the environment, where no clone is near."""
        return subprocess.run(
            [self.bin / command[0], *command[1:]],
            cwd=self.root,
            env={
                **{
                    name: value
                    for name, value in os.environ.items()
                    if not name.startswith(("PYTHON", "BUILD_"))
                },
                "PYTHONPATH": sysconfig.get_path("purelib"),
                **environment,
            },
            capture_output=True,
            text=True,
        )

    def test_it_holds_what_bazel_knows_and_nothing_else(self):
        expected = set()
        for path in self.known:
            for folder, inside in _MOVED.items():
                if path.startswith(folder):
                    path = inside + path.removeprefix(folder)
            expected.add(path)
        installed = {
            str(path.relative_to(self.site))
            for path in self.site.rglob("*")
            if path.is_file()
            and path.suffix != ".pyc"
            and ".dist-info" not in str(path)
        }

        self.assertCountEqual(installed, expected)
        self.assertGreater(len(installed), 150)

    def test_it_installs_one_package(self):
        names = {
            path.name
            for path in self.site.iterdir()
            if path.suffix != ".dist-info"
        }

        self.assertEqual(names, {"stylex_tf"})

    def _needed(self, extra: str = "") -> list[str]:
        """What an extra asks for, or the package where none is named."""
        (metadata,) = self.site.glob("stylex_tf-*.dist-info/METADATA")
        needed = []
        for line in metadata.read_text().splitlines():
            key, _, value = line.partition("Requires-Dist: ")
            _, _, of_extra = value.partition("extra == ")
            if not key and value and of_extra.strip("'\"") == extra:
                needed.append(value)
        self.assertNotEmpty(needed)
        return needed

    def test_it_needs_no_tensorflow_that_could_replace_yours(self):
        for line in self._needed():
            self.assertNotRegex(line, "(?i)tensorflow|keras")
            # Nor an upper bound, which would replace what is there.
            self.assertNotIn("<", line)

    def test_training_goes_with_the_tensorflow_that_is_there(self):
        for line in self._needed("train"):
            self.assertNotRegex(line, "(?i)tensorflow|keras|numpy|protobuf")
        # The newest is what comes where there is none.
        (newest,) = self._needed("tensorflow")
        self.assertRegex(newest, r"^tensorflow>=2\.15(;|$)")

    def test_the_command_explains_a_shipped_model(self):
        # As where none of the extras is installed.
        hidden = self.root / "hidden"
        hidden.mkdir()
        for name in _OF_EXTRAS:
            (hidden / f"{name}.py").write_text(
                f"raise ModuleNotFoundError('hidden', name={name!r})\n"
            )

        finished = self.run_outside(
            "stylex",
            "explain",
            "--output=explained",
            PYTHONPATH=f"{hidden}{os.pathsep}{sysconfig.get_path('purelib')}",
        )

        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertEqual(finished.stdout.strip(), "explained/index.html")
        with (self.root / "explained" / "explanations.csv").open() as file:
            rows = list(csv.DictReader(file))
        self.assertLen(rows, 6)
        for row in rows:
            self.assertIn(str(self.site), row["image"])
            self.assertNotEmpty(row["coordinate_1"])
        # TensorFlow's own chatter is not there.
        self.assertNotRegex(finished.stderr, "(?i)cuda|onednn|cpu_feature")

    def test_a_model_is_validated_beside_the_installed_package(self):
        # The model is asked in a process of its own, without PYTHONPATH: it
        # finds TensorFlow here, and the installed package beside it.
        beside = self.site / "packages_of_the_tests.pth"
        beside.write_text(sysconfig.get_path("purelib"))
        self.addCleanup(beside.unlink)
        model = self.site / "stylex_tf" / "pretrained" / "faces_32" / "1"

        finished = self.run_outside(
            "stylex", "validate_export", f"--model={model}"
        )

        self.assertEqual(finished.returncode, 0, finished.stderr)

    def test_configs_are_found_and_find_each_other(self):
        finished = self.run_outside(
            "stylex",
            "train",
            "--config=worlds/shortcut",
            "--config.data.cause=x",
        )

        # The config was read, and what it imports: a field is not there.
        self.assertRegex(finished.stderr, "error: in the flags: .*cause")


def _pip(*words: str) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--no-cache-dir")
    place = 1 if words[0].startswith("--python") else 0
    command = [*words[: place + 1], *options, "--no-deps", *words[place + 1 :]]
    finished = subprocess.run(
        [sys.executable, "-m", "pip", *command], capture_output=True, text=True
    )
    if finished.returncode:
        raise RuntimeError(finished.stderr)


if __name__ == "__main__":
    absltest.main()
