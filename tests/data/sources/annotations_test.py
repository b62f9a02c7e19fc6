"""Tests of stylex_tf.data.sources.annotations."""

import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.sources import annotations, archives
from tests.testing import image_files


class AnnotationsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def _archive(self, **files: bytes) -> archives.Archive:
        for name, content in files.items():
            path = self.root / name.replace("__", "/").replace("_", ".")
            image_files.write(path, content)
        return archives.open_archive(self.root)

    def _rows(self, name: str, content: bytes) -> list[annotations.Row]:
        image_files.write(self.root / name, content)
        return list(annotations.rows(archives.open_archive(self.root), name))

    @parameterized.parameters(
        ("a.txt", b"one  two\r\n\n three\tfour \n"),
        ("a.csv", b'\xef\xbb\xbfone,"two"\r\n,\r\n three,four \n'),
    )
    def test_cells_and_the_number_of_their_row(self, name, content):
        first, second = self._rows(name, content)
        self.assertEqual(first.cells, ["one", "two"])
        self.assertEqual(second.cells, ["three", "four"])
        self.assertEqual(second.where, f"{self.root}/{name} row 3")

    @parameterized.parameters(";", "\t")
    def test_what_is_between_cells_where_no_comma_is(self, sign):
        rows = self._rows("a.csv", f"\none{sign}two\n1,5{sign}2\n".encode())
        self.assertEqual(
            [row.cells for row in rows], [["one", "two"], ["1,5", "2"]]
        )

    def test_a_comma_inside_quotes(self):
        (row,) = self._rows("a.csv", b'"one, two",three\n')
        self.assertEqual(row.cells, ["one, two", "three"])

    def test_refuses_what_is_no_text(self):
        with self.assertRaisesRegex(errors.DataError, "a.txt: .*save it as"):
            self._rows("a.txt", b"\xff\xfe")

    def test_length(self):
        (row,) = self._rows("a.txt", b"1 2 3\n")
        row.check_length(3)
        row.check_length(2, or_more=True)
        with self.assertRaisesRegex(
            errors.DataError, "a.txt row 1: 3 values; expected 2$"
        ):
            row.check_length(2)
        with self.assertRaisesRegex(errors.DataError, "expected at least 4$"):
            row.check_length(4, or_more=True)

    def test_finds_a_file_in_any_folder(self):
        archive = self._archive(deep__er__a_txt=b"", b_txt=b"")
        self.assertEqual(annotations.find(archive, "a.txt"), "deep/er/a.txt")

    def test_refuses_none_and_two(self):
        archive = self._archive(x__a_txt=b"", y__a_txt=b"")
        with self.assertRaisesRegex(
            errors.DataError, r"2 files a.txt \(x/a.txt, y/a.txt\); expected on"
        ):
            annotations.find(archive, "a.txt")
        with self.assertRaisesRegex(
            errors.DataError, "no file b.txt or b.csv; expected one. Look up"
        ):
            annotations.find(archive, "b.txt", "b.csv", hint="Look up")

    def test_images_are_known_by_their_ending_and_not_hidden(self):
        self._archive(a__b_JPG=b"", c_txt=b"", e_png=b"")
        image_files.write(self.root / "__MACOSX" / "f.png", b"")
        archive = archives.open_archive(self.root)
        self.assertContainsSubset(
            {"a/b.JPG", "e.png"}, set(annotations.images(archive))
        )
        self.assertNotIn("__MACOSX/f.png", annotations.images(archive))
        self.assertNotIn("c.txt", annotations.images(archive))


if __name__ == "__main__":
    absltest.main()
