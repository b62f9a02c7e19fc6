from absl.testing import absltest, parameterized

from stylex_tf.data import other_pictures, pictures


class OtherPicturesTest(parameterized.TestCase):
    @parameterized.parameters(
        (b"\0\0\0\x20ftypheic", "a HEIC picture, as iPhones take"),
        (b"\0\0\0\x18ftypmif1", "a HEIF picture"),
        (b"\0\0\0\x1cftypavif", "an AVIF picture"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
        (b"%PDF-1.7\n%abcd", "a PDF file"),
    )
    def test_is_named_with_the_way(self, start, name):
        self.assertEqual(
            other_pictures.what(start),
            f"{name}, which is not read; convert it to JPEG or PNG",
        )

    @parameterized.parameters(
        b"", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x18ftypmp42", b"\xff\xd8\xff", b"x"
    )
    def test_other_files_are_not(self, start):
        self.assertEqual(other_pictures.what(start), "")

    def test_none_of_their_endings_is_read(self):
        self.assertEmpty(other_pictures.ENDINGS & pictures.SUFFIXES)


if __name__ == "__main__":
    absltest.main()
