from absl.testing import absltest, parameterized

from stylex_tf import stand_ins


class StandInsTest(parameterized.TestCase):
    @parameterized.parameters(
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "LFS"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\xef\xbb\xbf\r\n <HTML lang=en>", "a web page"),
    )
    def test_is_named(self, start, said):
        self.assertIn(said, stand_ins.what(start))

    @parameterized.parameters(b"", b"\x89PNG\r\n\x1a\n", b"PK\3\4", b"version")
    def test_other_files_are_not(self, start):
        self.assertEqual(stand_ins.what(start), "")


if __name__ == "__main__":
    absltest.main()
