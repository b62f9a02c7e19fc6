"""Tests of the program that asks a model; validation_test runs it whole."""

import json
import pathlib
import shutil
import subprocess
import sys

import tensorflow as tf
from absl.testing import absltest

from stylex_tf.export import replay


class ReplayTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.model = self.create_tempdir("model").full_path
        self.folder = pathlib.Path(self.create_tempdir("exchange"))
        module = tf.Module()
        module.scale = tf.Variable(2.0)
        spec = tf.TensorSpec([None], tf.float32, "numbers")
        module.double = tf.function(
            lambda numbers: {"doubled": module.scale * numbers},
            input_signature=[spec],
        )
        tf.saved_model.save(
            module, self.model, signatures={"double": module.double}
        )
        (self.folder / "double").mkdir()
        (self.folder / "double" / "numbers.tensor").write_bytes(
            tf.io.serialize_tensor(tf.constant([1.0, 4.0])).numpy()
        )

    def test_answers_every_request(self):
        program = shutil.copy(
            replay.__file__, self.create_tempdir("elsewhere").full_path
        )
        subprocess.run(
            [sys.executable, "-E", program, self.model, str(self.folder)],
            check=True,
            cwd=self.folder,
        )

        answer = (self.folder / "double" / "doubled.answer").read_bytes()
        self.assertEqual(
            tf.io.parse_tensor(answer, tf.float32).numpy().tolist(), [2.0, 8.0]
        )
        self.assertEqual(
            json.loads((self.folder / "signatures.json").read_text()),
            {
                "double": {
                    "inputs": {"numbers": ["float32", [None]]},
                    "outputs": {"doubled": ["float32", [None]]},
                }
            },
        )

    def test_hides_our_package_where_it_is_installed(self):
        elsewhere = pathlib.Path(self.create_tempdir("elsewhere"))
        shutil.copy(replay.__file__, elsewhere)
        (elsewhere / "stylex_tf").mkdir()
        (elsewhere / "stylex_tf" / "__init__.py").touch()
        (elsewhere / "driver.py").write_text(
            "import sys\n"
            "import replay\n"
            "replay.main(*sys.argv[1:])\n"
            "import stylex_tf\n"
        )

        finished = subprocess.run(
            [sys.executable, "driver.py", self.model, str(self.folder)],
            cwd=elsewhere,
            capture_output=True,
            text=True,
        )

        self.assertRegex(finished.stderr, "import of stylex_tf halted")
        self.assertTrue((self.folder / "double" / "doubled.answer").is_file())


if __name__ == "__main__":
    absltest.main()
