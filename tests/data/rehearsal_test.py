"""Tests of stylex_tf.data.preparation.rehearse, which a dry run asks."""

import dataclasses
import pathlib
from unittest import mock

from absl.testing import absltest

from stylex_tf import config, errors
from stylex_tf.data import preparation
from tests.testing import image_files


class RehearsalTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.photos = image_files.class_folders(self.root / "photos")
        self.data = config.DataConfig(
            source=str(self.photos),
            cache_dir=str(self.root / "cache"),
            test_fraction=0.2,
        )

    def _rehearse(self, **changes) -> str:
        data = dataclasses.replace(self.data, **changes)
        return preparation.rehearse(data, 16, 0)

    def _few_are_read(self, count: int):
        return mock.patch.object(preparation, "_REHEARSED", count)

    def _cut_short(self, *names: str) -> None:
        for name in names:
            path = self.photos / name
            path.write_bytes(path.read_bytes()[:-60])

    def test_few_images_are_cut_as_they_would_be(self):
        said = self._rehearse()
        made = preparation.prepare(self.data, 16, 0, progress=False).manifest
        self.assertEqual(
            said,
            f"all 20 were read, and {made.splits['test']} would be held out",
        )

    def test_nothing_is_written(self):
        before = sorted(self.root.rglob("*"))
        self._rehearse()
        self.assertEqual(sorted(self.root.rglob("*")), before)

    def test_two_held_out_images_are_refused_whether_they_are_read_or_not(self):
        for read in (200, 5):
            with (
                self.subTest(read=read),
                self._few_are_read(read),
                self.assertRaisesRegex(
                    errors.DataError,
                    "2 different held-out images, in 2 groups .* at least 3",
                ),
            ):
                self._rehearse(test_fraction=0.05)

    def test_copies_are_no_further_groups(self):
        content = image_files.encode(image_files.noise(7))
        for name in ("train", "test"):
            image_files.class_folders(
                self.root / "split" / name, first=100 * len(name)
            )
        for path in (self.root / "split" / "test").rglob("*.png"):
            path.write_bytes(content)
        with self.assertRaisesRegex(errors.DataError, "1 different held-out"):
            self._rehearse(source=str(self.root / "split"))

    def test_what_is_prepared_says_how_many_are_held_out(self):
        few = dataclasses.replace(self.data, test_fraction=0.05)
        for data in (self.data, few):
            preparation.prepare(data, 16, 0, progress=False)
        with mock.patch.object(preparation.source_job, "of") as reads:
            self.assertEqual(self._rehearse(), "prepared already")
            with self.assertRaisesRegex(errors.DataError, "2 different held"):
                self._rehearse(test_fraction=0.05)
        reads.assert_not_called()

    def test_a_file_that_is_cut_short(self):
        self._cut_short("cat/03.png")
        # Its start is whole, so this passes.
        preparation.describe(self.data, 16, 0)
        with self.assertRaisesRegex(
            errors.DataError, r"(?s)1 file cannot be read .*cat/03.png: "
        ):
            self._rehearse()
        self.assertEqual(
            self._rehearse(on_error="skip"),
            "all 19 were read, and 4 would be held out; 1 cannot be read and "
            "are left out",
        )

    def test_of_many_files_some_are_read(self):
        self._cut_short(
            *(f"{name}/0{i}.png" for name in ("cat", "dog") for i in range(9))
        )
        with self._few_are_read(5):
            with self.assertRaisesRegex(
                errors.DataError, "18 files cannot be read"
            ):
                self._rehearse()
        image_files.class_folders(self.photos)
        with self._few_are_read(5):
            self.assertStartsWith(self._rehearse(), "5 of 20 were read; a file")

    def test_a_world_is_not_rendered_twice(self):
        with self._few_are_read(5):
            self.assertEqual(
                self._rehearse(
                    source="faces", causes=("glasses",), rendered_images=60
                ),
                "they are made or read when the data are prepared",
            )


if __name__ == "__main__":
    absltest.main()
