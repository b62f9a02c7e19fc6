"""An export answers the same in the newest TensorFlow, with Keras 3.

    ./bazelw test //tests/integration:newest_tensorflow_test

By hand only: it installs that TensorFlow from PyPI, in a folder of its own.
"""

import pathlib
import subprocess
import venv

import tensorflow as tf
from absl.testing import absltest

from stylex_tf.export import saved_model, signatures, validation
from tests.export import tiny_world

_VERSIONS = """
import keras, tensorflow
print(tensorflow.__version__, keras.__version__)
"""


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


def _environment(folder: pathlib.Path) -> str:
    """Makes an environment with the newest TensorFlow; its interpreter."""
    venv.create(folder, clear=True, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "tensorflow"], check=True
    )
    return python


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")[:2]]


if __name__ == "__main__":
    absltest.main()
