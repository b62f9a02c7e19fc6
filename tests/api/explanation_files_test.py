import os
import pathlib
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from stylex_tf import errors
from stylex_tf.api import explanation
from tests.api import explanation_samples as samples


class ExplanationFilesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir()) / "out"

    def test_saves_pictures_that_people_can_open(self):
        saved = samples.make()
        saved.save(self.folder)

        self.assertCountEqual(
            [path.name for path in self.folder.iterdir()],
            ["explanation.json", "explanation.npz"]
            + ["0000.png", "0000-before.png", "0000-1.png", "0000-2.png"]
            + ["0001.png", "0001-before.png"]
            + ["0001-1.png", "0001-2.png", "0001-3.png"],
        )
        with Image.open(self.folder / "0001-2.png") as image:
            np.testing.assert_array_equal(np.asarray(image), saved.edited[1, 1])

    def test_a_path_may_begin_at_home(self):
        home = str(self.folder.parent)
        with mock.patch.dict(os.environ, {"HOME": home}):
            saved = samples.make()
            self.assertEqual(saved.save("~/out"), self.folder)
            loaded = explanation.Explanation.load("~/out")
            page = saved.to_html("~/page.html")
        self.assertEqual(loaded.image_ids, saved.image_ids)
        self.assertEqual(page, self.folder.parent / "page.html")

    def test_overwrites_nothing(self):
        self.folder.mkdir()
        (self.folder / "mine").touch()

        with self.assertRaisesRegex(ValueError, "out: exists already"):
            samples.make().save(self.folder)

        self.assertLen(list(self.folder.iterdir()), 1)
        self.assertLen(list(self.folder.parent.iterdir()), 1)

    def test_runs_no_pickle(self):
        samples.make().save(self.folder)
        with (self.folder / "explanation.npz").open("wb") as file:
            np.savez(file, coordinates=np.array([{}], object))

        with self.assertRaisesRegex(errors.UsageError, "allow_pickle=False"):
            explanation.Explanation.load(self.folder)

    @parameterized.named_parameters(
        ("no_json", "explanation.json", None, "explanation.json: No such file"),
        ("no_npz", "explanation.npz", None, "explanation.npz cannot be read"),
        ("no_picture", "0001-2.png", None, "0001-2.png cannot be read"),
        ("text", "explanation.json", b"{", "explanation.json is no JSON"),
        ("other", "explanation.json", b"{}", "does not say format"),
        ("damaged", "0000.png", b"\x89PNG", "0000.png cannot be read"),
        ("cut", "explanation.npz", b"PK", "explanation.npz cannot be read"),
    )
    def test_says_which_file_is_wrong(self, name, content, message):
        samples.make().save(self.folder)
        path = self.folder / name
        path.unlink()
        if content is not None:
            path.write_bytes(content)

        with self.assertRaisesRegex(errors.UsageError, message):
            explanation.Explanation.load(self.folder)


if __name__ == "__main__":
    absltest.main()
