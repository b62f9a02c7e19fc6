"""Tests of files that are there whole or not at all."""

import os
import pathlib
import stat
from unittest import mock

from absl.testing import absltest

from stylex_tf import atomic_file


class WriteTest(absltest.TestCase):
    def test_makes_the_folder_and_a_file_for_everyone_to_read(self):
        folder = pathlib.Path(self.create_tempdir())

        path = atomic_file.write(folder / "new" / "report.html", b"whole")

        self.assertEqual(path.read_bytes(), b"whole")
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o644)

    def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(self):
        folder = pathlib.Path(self.create_tempdir())
        path = atomic_file.write(folder / "report.html", b"old")

        with (
            mock.patch.object(
                pathlib.Path, "replace", side_effect=OSError("disk full")
            ),
            self.assertRaisesRegex(OSError, "disk full"),
        ):
            atomic_file.write(path, b"new")

        self.assertEqual(path.read_bytes(), b"old")
        self.assertEqual(os.listdir(folder), ["report.html"])

    def test_an_interrupt_leaves_nothing(self):
        folder = pathlib.Path(self.create_tempdir())

        with self.assertRaises(KeyboardInterrupt):
            with atomic_file.replacing(folder / "model.keras") as temporary:
                temporary.write_bytes(b"half")
                raise KeyboardInterrupt

        self.assertEmpty(os.listdir(folder))

    def test_a_library_that_goes_by_the_ending_sees_it(self):
        folder = pathlib.Path(self.create_tempdir())

        with atomic_file.replacing(folder / "model.keras") as temporary:
            self.assertEqual(temporary.suffix, ".keras")
            temporary.write_bytes(b"whole")
            self.assertFalse((folder / "model.keras").exists())

        self.assertEqual((folder / "model.keras").read_bytes(), b"whole")
        self.assertEqual(os.listdir(folder), ["model.keras"])


if __name__ == "__main__":
    absltest.main()
