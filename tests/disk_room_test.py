"""Tests of stylex_tf.disk_room."""

import contextlib
import errno
import os
import pathlib
import shutil
import types
from unittest import mock

from absl.testing import absltest, parameterized

from stylex_tf import disk_room, errors


class DiskRoomTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())

    def _refused(self, path: pathlib.Path) -> OSError:
        with self.assertRaises(OSError) as caught:
            disk_room.check_folder(path)
        return caught.exception

    def test_a_folder_that_is_there_or_can_be_made(self):
        disk_room.check_folder(self.folder)
        disk_room.check_folder(self.folder / "a" / "b" / "c")
        self.assertEmpty(list(self.folder.iterdir()))

    @parameterized.parameters(
        "file", "file/a", "file/a/b", "loop", "loop/a", "nothing", "a" * 300
    )
    def test_says_what_making_it_would_say(self, name):
        (self.folder / "file").touch()
        (self.folder / "loop").symlink_to(self.folder / "loop")
        (self.folder / "nothing").symlink_to(self.folder / "nowhere")
        path = self.folder / name
        with self.assertRaises(OSError) as caught:
            path.mkdir(parents=True, exist_ok=True)
        refused = self._refused(path)
        self.assertEqual(
            (refused.errno, refused.filename),
            (caught.exception.errno, str(caught.exception.filename)),
        )

    @parameterized.parameters((0, errno.EACCES), (os.ST_RDONLY, errno.EROFS))
    def test_a_folder_that_may_not_be_written(self, flags, code):
        # Whoever runs the tests may be allowed everything.
        with contextlib.ExitStack() as stack:
            for name, value in (
                ("access", False),
                ("statvfs", types.SimpleNamespace(f_flag=flags)),
            ):
                stack.enter_context(
                    mock.patch.object(os, name, return_value=value)
                )
            refused = self._refused(self.folder / "a" / "b")
        self.assertEqual(refused.errno, code)
        self.assertEqual(refused.filename, str(self.folder / "a" / "b"))

    def test_too_little_room(self):
        room = types.SimpleNamespace(free=3_000_000_000)
        with mock.patch.object(shutil, "disk_usage", return_value=room):
            disk_room.require(self.folder / "a" / "b", 3e9, "two runs need")
            with self.assertRaisesRegex(
                errors.DataError,
                "/a: the disk has 3,000 MB left; two runs need 3,010 MB more",
            ):
                disk_room.require(
                    self.folder / "a",
                    3.01e9,
                    "two runs need",
                    errors.DataError,
                )


if __name__ == "__main__":
    absltest.main()
