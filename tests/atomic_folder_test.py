"""Tests of stylex_tf.atomic_folder."""

import pathlib
import socket
import subprocess
from unittest import mock

from absl.testing import absltest

from stylex_tf import atomic_folder, errors


class NewDirectoryTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.target = self.parent / "new"

    def test_appears_at_the_end_and_not_before(self):
        with atomic_folder.new_directory(self.target) as folder:
            (folder / "file").write_text("content")
            self.assertFalse(self.target.exists())
        self.assertEqual((self.target / "file").read_text(), "content")
        self.assertEqual(list(self.parent.iterdir()), [self.target])

    def test_leaves_nothing_after_an_error(self):
        with self.assertRaisesRegex(RuntimeError, "midway"):
            with atomic_folder.new_directory(self.target) as folder:
                (folder / "file").write_text("content")
                raise RuntimeError("midway")
        self.assertEmpty(list(self.parent.iterdir()))

    def test_leaves_nothing_after_an_interrupt(self):
        with self.assertRaises(KeyboardInterrupt):
            with atomic_folder.new_directory(self.target):
                raise KeyboardInterrupt
        self.assertEmpty(list(self.parent.iterdir()))

    def test_refuses_a_folder_with_something_in_it(self):
        self.target.mkdir()
        (self.target / "precious").touch()
        with self.assertRaisesRegex(errors.ExistsError, "new: exists already"):
            with atomic_folder.new_directory(self.target):
                self.fail("must not get here")
        self.assertTrue((self.target / "precious").exists())

    def test_takes_an_empty_folder(self):
        self.target.mkdir()
        with atomic_folder.new_directory(self.target) as folder:
            (folder / "file").touch()
        self.assertTrue((self.target / "file").exists())

    def test_makes_the_folders_above(self):
        with atomic_folder.new_directory(self.target / "a" / "b"):
            pass
        self.assertTrue((self.target / "a" / "b").is_dir())

    def test_the_first_of_two_writers_wins(self):
        with self.assertRaisesRegex(errors.ExistsError, "exists already"):
            with atomic_folder.new_directory(self.target):
                self.target.mkdir()
                (self.target / "of the other").touch()
        self.assertEqual(list(self.parent.iterdir()), [self.target])

    def test_removes_what_a_killed_process_left(self):
        process = subprocess.Popen(["true"])
        process.wait()
        host = socket.gethostname()
        name = f"{host}.{process.pid}.1a2b3c4d.tmp"
        abandoned = self.parent / f".new.{name}"
        of_another_host = self.parent / f".new.not-{name}"
        abandoned.mkdir()
        of_another_host.mkdir()
        with atomic_folder.new_directory(self.target):
            pass
        self.assertFalse(abandoned.exists())
        self.assertTrue(of_another_host.exists())

    def test_keeps_what_a_running_process_writes(self):
        with atomic_folder.new_directory(self.target) as first:
            with atomic_folder.new_directory(self.parent / "other") as other:
                self.assertTrue(first.exists() and other.exists())
            with self.assertRaises(errors.ExistsError):
                with atomic_folder.new_directory(self.target) as second:
                    self.assertTrue(first.exists())
                    self.assertNotEqual(first, second)
                    self.target.mkdir()
                    (self.target / "theirs").touch()
            self.assertTrue(first.exists())
            (self.target / "theirs").unlink()
        self.assertTrue(self.target.exists())


class NewVersionTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir()) / "export"

    def test_takes_the_next_number(self):
        for expected in ("1", "2"):
            with atomic_folder.new_version(self.base) as version:
                (version.folder / "file").touch()
                self.assertEqual(version.publish(), self.base / expected)
        (self.base / "40").mkdir()
        (self.base / "notes").mkdir()
        with atomic_folder.new_version(self.base) as version:
            (version.folder / "file").touch()
            self.assertEqual(version.publish().name, "41")
        self.assertTrue((self.base / "1" / "file").exists())

    def test_a_number_that_was_taken_in_between_is_left_to_the_other(self):
        with atomic_folder.new_version(self.base) as version:
            (version.folder / "ours").touch()
            rename = pathlib.Path.rename

            def quicker(path, target):
                if target.name == "1":
                    target.mkdir()
                    (target / "theirs").touch()
                return rename(path, target)

            with mock.patch.object(pathlib.Path, "rename", quicker):
                self.assertEqual(version.publish().name, "2")
        self.assertTrue((self.base / "1" / "theirs").exists())

    def test_nothing_stays_without_publishing(self):
        with self.assertRaisesRegex(RuntimeError, "midway"):
            with atomic_folder.new_version(self.base) as version:
                (version.folder / "file").touch()
                raise RuntimeError("midway")
        with atomic_folder.new_version(self.base):
            pass
        self.assertEmpty(list(self.base.iterdir()))


if __name__ == "__main__":
    absltest.main()
