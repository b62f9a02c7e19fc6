"""Tests of stylex_tf.data.atomic."""

import pathlib
import socket
import subprocess

from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.data import atomic


class NewDirectoryTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.target = self.parent / "new"

    def test_appears_at_the_end_and_not_before(self):
        with atomic.new_directory(self.target) as folder:
            (folder / "file").write_text("content")
            self.assertFalse(self.target.exists())
        self.assertEqual((self.target / "file").read_text(), "content")
        self.assertEqual(list(self.parent.iterdir()), [self.target])

    def test_leaves_nothing_after_an_error(self):
        with self.assertRaisesRegex(RuntimeError, "midway"):
            with atomic.new_directory(self.target) as folder:
                (folder / "file").write_text("content")
                raise RuntimeError("midway")
        self.assertEmpty(list(self.parent.iterdir()))

    def test_leaves_nothing_after_an_interrupt(self):
        with self.assertRaises(KeyboardInterrupt):
            with atomic.new_directory(self.target):
                raise KeyboardInterrupt
        self.assertEmpty(list(self.parent.iterdir()))

    def test_refuses_a_folder_with_something_in_it(self):
        self.target.mkdir()
        (self.target / "precious").touch()
        with self.assertRaisesRegex(errors.ExistsError, "new: exists already"):
            with atomic.new_directory(self.target):
                self.fail("must not get here")
        self.assertTrue((self.target / "precious").exists())

    def test_takes_an_empty_folder(self):
        self.target.mkdir()
        with atomic.new_directory(self.target) as folder:
            (folder / "file").touch()
        self.assertTrue((self.target / "file").exists())

    def test_makes_the_folders_above(self):
        with atomic.new_directory(self.target / "a" / "b"):
            pass
        self.assertTrue((self.target / "a" / "b").is_dir())

    def test_the_first_of_two_writers_wins(self):
        with self.assertRaisesRegex(errors.ExistsError, "exists already"):
            with atomic.new_directory(self.target):
                self.target.mkdir()
                (self.target / "of the other").touch()
        self.assertEqual(list(self.parent.iterdir()), [self.target])

    def test_removes_what_a_killed_process_left(self):
        process = subprocess.Popen(["true"])
        process.wait()
        host = socket.gethostname()
        abandoned = self.parent / f".new.{host}.{process.pid}.tmp"
        of_another_host = self.parent / f".new.not-{host}.{process.pid}.tmp"
        abandoned.mkdir()
        of_another_host.mkdir()
        with atomic.new_directory(self.target):
            pass
        self.assertFalse(abandoned.exists())
        self.assertTrue(of_another_host.exists())


if __name__ == "__main__":
    absltest.main()
