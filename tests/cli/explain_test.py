"""Mistakes of `stylex explain`, as processes: said before a model loads."""

import pathlib
import tempfile

from absl.testing import absltest

from tests.testing import image_files, processes


class ExplainTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cwd = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        content = image_files.encode(image_files.noise(0))
        image_files.write(cls.cwd / "photos" / "1.png", content)
        image_files.write(cls.cwd / "photos" / "2.heic", b"x")
        image_files.write(cls.cwd / "explained" / "index.html", b"x")

    def _start(self, *words: str) -> processes.Process:
        # Not imported: each command defines flags, some of the same names.
        return processes.Process(
            self,
            "stylex_tf.cli.explain",
            words,
            {"BUILD_WORKING_DIRECTORY": str(self.cwd), "HOME": str(self.cwd)},
        )

    def test_mistakes_are_one_clear_error_before_a_model_is_loaded(self):
        runs = {
            self._start(*words): expected
            for words, expected in (
                (
                    [],
                    "explained is there already; expected a new or empty "
                    "folder: --output=... names another",
                ),
                (
                    ["--output=photos/1.png"],
                    "photos/1.png is a file; expected a new or empty folder: "
                    "--output=... names another",
                ),
                (
                    ["nowhere.png", "--output=new"],
                    "1 of 1 images cannot be used: nowhere.png: No such file "
                    "or directory",
                ),
                (
                    ["--top_k=2.5"],
                    "in the flags: flag --top_k=2.5: expected a whole number",
                ),
                (
                    ["--top_k=99", "--output=new"],
                    "top_k is 99; expected a whole number from 1 to 16, which "
                    "this model allows",
                ),
                (
                    ["--target=pear", "--output=new"],
                    "there is no class 'pear'; expected one of other, glasses "
                    "or open mouth, or its index",
                ),
                (
                    ["--model=https://a.b/m", "--output=new"],
                    "--model: https://a.b/m is an address, and nothing is "
                    "fetched from the network; download it, and name the "
                    "folder",
                ),
            )
        }
        for run, expected in runs.items():
            with self.subTest(expected):
                run.wait(expected=1)
                # Nothing else is said: neither that a model is loaded.
                self.assertEqual(run.errors(), f"error: {expected}\n")

    def test_files_that_are_passed_over_are_counted(self):
        run = self._start("photos", "--output=told", "--target=1", "--top_k=1")

        printed = run.wait()

        self.assertEqual(printed, "told/index.html\n")
        self.assertStartsWith(
            run.errors(),
            "photos: 1 .heic are left out: no known images; convert .heic to "
            "JPEG or PNG\n",
        )
        self.assertContainsInOrder(
            ["loading ", "1 image explained"], run.errors()
        )


if __name__ == "__main__":
    absltest.main()
