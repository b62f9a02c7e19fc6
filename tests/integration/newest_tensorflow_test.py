"""An export answers the same in the newest TensorFlow, with Keras 3.

The Colab notebook runs there, and the Python API says the same as here.

    ./bazelw test //tests/integration:newest_tensorflow_test

By hand only: it installs that TensorFlow from PyPI, in a folder of its own.
"""

import os
import pathlib
import subprocess
import venv

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import stylex_tf
from stylex_tf.export import saved_model, signatures, validation
from tests.export import tiny_world
from tests.notebooks import notebook_runs
from tests.testing import tiny_export

_VERSIONS = """
import keras, tensorflow
print(tensorflow.__version__, keras.__version__)
"""
_EXPLAIN = """
import sys
import stylex_tf
model = stylex_tf.load(sys.argv[1], progress=False)
model.explain(sys.argv[2], progress=False).save(sys.argv[3])
"""
_ROOT = pathlib.Path(__file__).absolute().parents[2]
_CHECK = _ROOT / "tests" / "notebooks" / "stylex_colab_check.py"
# What docs/python_api.md names, and what the notebook needs.
_PACKAGES = "tensorflow pillow jinja2 tqdm nbclient ipykernel ipywidgets"


class NewestTensorFlowTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.python = _environment(
            pathlib.Path(absltest.get_default_test_tmpdir()) / "newest"
        )

    def test_it_is_newer_and_has_keras_3(self):
        finished = subprocess.run(
            [self.python, "-c", _VERSIONS],
            capture_output=True,
            text=True,
            check=True,
        )
        newest, keras = finished.stdout.split()
        print("TensorFlow", newest, "Keras", keras)
        self.assertGreater(_numbers(newest), _numbers(tf.__version__))
        self.assertEqual(_numbers(keras)[0], 3)

    def test_gives_the_same_numbers(self):
        for storage in ("float32", "float16"):
            with self.subTest(storage):
                path = saved_model.export(
                    tiny_world.servable(tiny_world.TinyWorld()),
                    self.create_tempdir().full_path,
                    examples=tiny_world.pictures(3),
                    assets={},
                    storage=storage,
                ).path
                verdict = validation.validate(path, python=self.python)
                print(storage, verdict.differences)
                self.assertEmpty(verdict.problems)
                self.assertLen(
                    {name.split("/")[0] for name in verdict.differences},
                    len(signatures.CONTRACT),
                )

    def test_runs_the_colab_notebook(self):
        image = self._image()
        folder = pathlib.Path(self.create_tempdir())
        model = tiny_export.write(pathlib.Path(self.create_tempdir()))
        printed = notebook_runs.run(
            "stylex_colab.ipynb",
            folder,
            environment={
                "STYLEX_MODEL": str(model),
                "STYLEX_IMAGE": str(image),
            },
            check=_CHECK.read_text(),
            python=self.python,
        )
        self.assertRegex(printed, r"checked in TensorFlow 2\.\d\d")

    def test_the_python_api_says_the_same(self):
        image = self._image()
        out = pathlib.Path(self.create_tempdir()) / "out"
        model = tiny_export.write(pathlib.Path(self.create_tempdir()))
        subprocess.run(
            [self.python, "-c", _EXPLAIN, str(model), str(image), str(out)],
            check=True,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )
        newest = stylex_tf.Explanation.load(out)
        here = stylex_tf.load(model).explain(image)
        np.testing.assert_array_equal(newest.coordinates, here.coordinates)
        np.testing.assert_allclose(newest.effects, here.effects, atol=1e-4)

    def _image(self) -> pathlib.Path:
        path = pathlib.Path(self.create_tempdir()) / "image.png"
        path.write_bytes(tiny_world.pictures(1)[0])
        return path


def _environment(folder: pathlib.Path) -> str:
    """Makes an environment with the newest packages; its interpreter."""
    venv.create(folder, clear=True, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *_PACKAGES.split()],
        check=True,
    )
    return python


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")[:2]]


if __name__ == "__main__":
    absltest.main()
