"""The folder `attributes/` reads tables: it needs no TensorFlow."""

import pathlib
import subprocess
import sys

from absl.testing import absltest

from stylex_tf.attributes import selection, subset


class NumpyAloneTest(absltest.TestCase):
    def test_no_module_brings_tensorflow(self):
        folder = pathlib.Path(selection.__file__).parent
        names = sorted(path.stem for path in folder.glob("*.py"))
        self.assertContainsSubset(["selection", "subset"], names)
        self.assertEqual(pathlib.Path(subset.__file__).parent, folder)
        program = "import importlib, sys\n" + "".join(
            f"importlib.import_module('stylex_tf.attributes.{name}')\n"
            for name in names
        )
        completed = subprocess.run(
            [
                sys.executable,
                "-c",
                program + "print('tensorflow' in sys.modules)",
            ],
            env={"PYTHONPATH": ":".join(filter(None, sys.path))},
            capture_output=True,
            check=True,
            text=True,
        )
        self.assertEqual(completed.stdout.strip(), "False")


if __name__ == "__main__":
    absltest.main()
