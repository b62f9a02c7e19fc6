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

    def test_shows_nothing_where_our_package_is(self):
        with self.assertRaisesRegex(ImportError, "stylex_tf is there"):
            replay.main(self.model, str(self.folder))


if __name__ == "__main__":
    absltest.main()
