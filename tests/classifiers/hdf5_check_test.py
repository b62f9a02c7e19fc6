import os
import pathlib
import sys
from unittest import mock

import h5py
import keras
import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import hdf5_check

# In place of what reads: goes on for ever; dies as a C library dies.
_HANGS = "while True: pass"
_CRASHES = "import os; os.kill(os.getpid(), 11)"


class Hdf5CheckTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())

    def _saved(self, name: str) -> pathlib.Path:
        path = self.folder / name
        keras.Sequential(
            [keras.layers.InputLayer((4,)), keras.layers.Dense(2)]
        ).save(path)
        return path

    @parameterized.parameters("a.keras", "a.h5")
    def test_a_whole_file_passes(self, name):
        hdf5_check.check(self._saved(name))

    @parameterized.parameters("a.keras", "a.h5")
    def test_changed_weights_are_named(self, name):
        path = self._saved(name)
        content = path.read_bytes()
        # In a .keras file this is within the weights: a checksum is wrong.
        place = content.index(b"\x89HDF\r\n\x1a\n") + 8
        path.write_bytes(content[:place] + bytes(200) + content[place + 200 :])
        with self.assertRaisesRegex(errors.ClassifierError, f"{path} is dam"):
            hdf5_check.check(path)

    def test_what_keras_weights_refuses_is_not_read(self):
        path, never = self.folder / "a.h5", self.folder / "never"
        os.mkfifo(never)
        with h5py.File(path, "w") as file:
            file.create_dataset("all", (2**40,), np.float32, chunks=(64,))
            file.create_dataset(
                "elsewhere", (4,), np.float32, external=[(never, 0, 16)]
            )
        hdf5_check.check(path, seconds=30.0)

    @parameterized.parameters(
        (_HANGS, "not through with it after 3 seconds"),
        (_CRASHES, "crashed when it read it .signal 11."),
    )
    def test_what_no_exception_comes_out_of(self, program, message):
        path = self._saved("a.h5")
        with (
            mock.patch.object(hdf5_check, "_READ", program),
            self.assertRaisesRegex(errors.ClassifierError, message),
        ):
            hdf5_check.check(path, seconds=3.0)

    def test_the_other_process_takes_no_module_from_where_it_is(self):
        (self.folder / "h5py.py").write_text("raise SystemExit(7)")
        path = self._saved("a.h5")
        with mock.patch.object(
            hdf5_check.subprocess, "run", wraps=hdf5_check.subprocess.run
        ) as run:
            hdf5_check.check(path)
        command = run.call_args.args[0]
        self.assertEqual(command[0], sys.executable)
        # A relative PYTHONPATH would be asked for, and would be right.
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = hdf5_check.subprocess.run(
            command, cwd=self.folder, env=environment, check=False
        )
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    absltest.main()
