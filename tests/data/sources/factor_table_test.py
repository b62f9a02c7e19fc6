"""Tests of stylex_tf.data.sources.factor_table."""

import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.records import manifest
from stylex_tf.data.sources import archives, class_folders, factor_table
from tests.testing import image_files

_NAMES = [f"{c}/0{i}.png" for c in ("cat", "dog") for i in range(3)]
_ROWS = [
    f"{name},{('red', 'blue')[place % 2]},{place % 3 - 1},{place / 5}"
    for place, name in enumerate(_NAMES)
]


class FactorTableTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir()) / "photos"
        image_files.class_folders(self.root, images=3)

    def _read(self, wanted=(), rows=_ROWS, header="image,colour,size,light"):
        if rows:
            text = "\n".join([header, *rows])
            (self.root / "factors.csv").write_text(text)
        archive = archives.open_archive(self.root)
        return factor_table.add_factors(
            archive, class_folders.list_images(archive), wanted
        )

    def test_every_column_is_a_factor(self):
        listed = self._read()
        self.assertEqual(
            listed.factors,
            (
                manifest.Factor("colour", ("blue", "red")),
                manifest.Factor("size", ("-1", "0", "1")),
                manifest.Factor("light"),
            ),
        )
        self.assertEqual(
            {image.name: image.factors for image in listed.images},
            {
                name: (float(1 - place % 2), float(place % 3), place / 5)
                for place, name in enumerate(_NAMES)
            },
        )
        self.assertEqual(listed.class_names, ("cat", "dog"))

    def test_columns_can_be_chosen(self):
        listed = self._read(("size",), header="file,colour,size,light")
        self.assertEqual([f.name for f in listed.factors], ["size"])
        self.assertLen(listed.images[0].factors, 1)

    def test_without_a_table_nothing_changes(self):
        listed = self._read(rows=())
        self.assertEqual(listed.factors, ())

    @parameterized.named_parameters(
        ("no_table", {"rows": (), "wanted": ("size",)}, "has no factors.csv"),
        ("no_column", {"wanted": ("age",)}, "0 columns 'age'.*Found colour"),
        ("no_row", {"rows": _ROWS[:-1]}, "dog/02.png: has no row in factors"),
        (
            "no_image",
            {"rows": [*_ROWS, "x,a,1,1"]},
            "row 8: x is the name of 0",
        ),
        ("twice", {"rows": [*_ROWS, _ROWS[0]]}, "row 8: .* there twice"),
        (
            "empty",
            {"rows": [*_ROWS[:-1], "dog/02.png,,1,1"]},
            "colour is empty",
        ),
        ("short", {"rows": [*_ROWS[:-1], "dog/02.png,red"]}, "at least 4"),
        (
            "one_value",
            {"rows": [f"{name},red,0,0.1" for name in _NAMES]},
            "colour has 1 values",
        ),
        ("two_columns", {"header": "image,a,a,b"}, "2 columns 'a'"),
    )
    def test_refuses(self, options, message):
        with self.assertRaisesRegex(errors.DataError, message):
            self._read(**options)


if __name__ == "__main__":
    absltest.main()
