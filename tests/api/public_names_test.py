"""`import stylex_tf` costs nothing, and has what it says."""

import os
import subprocess
import sys

from absl.testing import absltest

import stylex_tf

_CHEAP = """
import sys
import stylex_tf
assert "tensorflow" not in sys.modules and "numpy" not in sys.modules
# What reads an explanation needs no model.
stylex_tf.Explanation, stylex_tf.UsageError
assert "tensorflow" not in sys.modules
"""


class PublicNamesTest(absltest.TestCase):
    def test_names_are_those_of_the_modules(self):
        for name in stylex_tf.__all__:
            self.assertEqual(getattr(stylex_tf, name).__name__, name)
            self.assertIn(name, dir(stylex_tf))

    def test_there_are_no_others(self):
        with self.assertRaisesRegex(AttributeError, "no attribute 'explain'"):
            _ = stylex_tf.explain

    def test_imports_no_tensorflow(self):
        subprocess.run(
            [sys.executable, "-c", _CHEAP],
            check=True,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
        )


if __name__ == "__main__":
    absltest.main()
