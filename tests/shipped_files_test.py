"""Tests of stylex_tf.shipped_files."""

from absl.testing import absltest

from stylex_tf import shipped_files
from stylex_tf.training import weights


class ShippedFilesTest(absltest.TestCase):
    def test_the_base_is_found_by_its_name(self):
        path = shipped_files.weights("base_64")
        self.assertEqual(path.name, "base_64.weights")
        base = weights.load(path)
        self.assertEqual(base.about["model"]["resolution"], 64)
        # So many pictures a later training must not hold out.
        self.assertLen(base.pictures, 8350)

    def test_nothing_else_is(self):
        for name in ("base_65", "", "faces_32", "base_64/base_64.weights"):
            self.assertIsNone(shipped_files.weights(name), name)


if __name__ == "__main__":
    absltest.main()
