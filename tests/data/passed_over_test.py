import pathlib

from absl.testing import absltest

from stylex_tf.data import passed_over

_NAMES = (
    "1.HEIC",
    "a/2.heic",
    "a/3.mov",
    "a/4.jpg",
    "a/notes.txt",
    "a/Makefile",
    ".git/5.heic",
    "@eaDir/6.heic",
)


class PassedOverTest(absltest.TestCase):
    def test_counts_what_is_neither_image_nor_text_nor_hidden(self):
        self.assertEqual(passed_over.endings(_NAMES), {".heic": 2, ".mov": 1})
        self.assertEqual(
            passed_over.endings(_NAMES, pictures_alone=True), {".heic": 2}
        )

    def test_counts_what_lies_under_a_folder(self):
        root = pathlib.Path(self.create_tempdir())
        for name in ("1.heic", "below/2.heic", "below/3.png", "made/4.mov"):
            path = root / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"x")
        self.assertEqual(passed_over.under(root), {".heic": 2, ".mov": 1})
        self.assertEqual(
            passed_over.under(root, without={root / "made"}), {".heic": 2}
        )

    def test_says_how_many_and_the_way(self):
        counted = passed_over.endings(_NAMES)

        self.assertEqual(
            passed_over.told("photos", counted),
            "photos: 2 .heic, 1 .mov are left out: no known images; convert "
            ".heic to JPEG or PNG",
        )
        self.assertStartsWith(
            passed_over.refused("photos", counted),
            "photos: 2 .heic, 1 .mov, of which none is read as an image; "
            "expected .bmp ",
        )
        self.assertEqual(passed_over.way({".mov": 3}), "")


if __name__ == "__main__":
    absltest.main()
