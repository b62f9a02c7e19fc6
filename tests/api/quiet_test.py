"""What C++ writes is held back; what matters is not."""

import subprocess
import sys

from absl.testing import absltest

_PROGRAM = """
import os, sys
sys.path[:] = {path}
from stylex_tf.api import quiet
os.write(2, b"before.")
try:
    with quiet.start():
        os.write(2, b"chatter.")
        {work}
except ValueError:
    os.write(2, b"failed.")
os.write(2, b"after.")
"""


class QuietTest(absltest.TestCase):
    def _said(self, work, **options):
        program = _PROGRAM.format(path=sys.path, work=work)
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, **options
        )
        said = done.stderr.decode()
        self.assertEqual(done.returncode, 0, said)
        return said

    def test_chatter_is_held_back_while_it_works(self):
        self.assertEqual(self._said("pass"), "before.after.")

    def test_chatter_is_shown_where_the_work_fails(self):
        self.assertEqual(
            self._said("raise ValueError"), "before.chatter.failed.after."
        )


if __name__ == "__main__":
    absltest.main()
