"""Tests of stylex_tf.plain_paths."""

import pathlib

import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import plain_paths


class PlainPathsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def test_a_plain_path_stays_what_it_is(self):
        with plain_paths.of(self.root) as plain:
            self.assertEqual(plain, self.root)

    @parameterized.parameters("exp [v2]", "what?", "a*", "back\\slash")
    def test_a_pattern_is_the_same_folder_under_a_plain_name(self, name):
        folder = self.root / name
        folder.mkdir()
        (folder / "file").write_text("content")
        with plain_paths.of(folder) as plain:
            self.assertNoCommonElements(str(plain), "[]*?\\")
            self.assertEqual((plain / "file").read_text(), "content")
        self.assertFalse(plain.exists())
        self.assertTrue((folder / "file").exists())

    def test_a_model_is_loaded_from_there_and_lives_on(self):
        model = tf.Module()
        model.weight = tf.Variable(3.0)
        model.twice = tf.function(
            lambda: {"x": 2.0 * model.weight}, input_signature=[]
        )
        folder = self.root / "exp [v2]" / "1"
        tf.saved_model.save(
            model, str(folder), signatures={"twice": model.twice}
        )
        with plain_paths.of(folder) as plain:
            loaded = tf.saved_model.load(str(plain))
        self.assertEqual(float(loaded.signatures["twice"]()["x"]), 6.0)


if __name__ == "__main__":
    absltest.main()
