"""Tests of the checksums."""

import pathlib
import subprocess

from absl.testing import absltest

from stylex_tf.export import manifest


class ManifestTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        (self.folder / "variables").mkdir()
        (self.folder / "saved_model.pb").write_bytes(b"graph")
        # Longer than what is read at once.
        (self.folder / "variables" / "data").write_bytes(b"12" * 2**20)
        manifest.write(self.folder)

    def test_an_unchanged_folder_has_no_problems(self):
        self.assertEmpty(manifest.problems(self.folder))

    def test_coreutils_reads_it(self):
        subprocess.run(
            ["sha256sum", "--check", "--strict", "--quiet", manifest.NAME],
            cwd=self.folder,
            check=True,
        )

    def test_every_problem_is_told(self):
        (self.folder / "saved_model.pb").write_bytes(b"grapH")
        (self.folder / "variables" / "data").unlink()
        (self.folder / "variables" / "more").touch()

        problems = manifest.problems(self.folder)

        self.assertLen(problems, 3)
        self.assertRegex(
            problems[0],
            "^saved_model.pb: has SHA-256 [0-9a-f]{64}; expected [0-9a-f]{64}$",
        )
        self.assertEqual(
            problems[1:],
            [
                "variables/data: is missing",
                "variables/more: is not in the manifest",
            ],
        )

    def test_a_folder_without_manifest_is_no_export(self):
        folder = pathlib.Path(self.create_tempdir())
        self.assertEqual(
            manifest.problems(folder),
            [
                f"{folder}/manifest.sha256: no such file; expected an "
                "exported version"
            ],
        )


if __name__ == "__main__":
    absltest.main()
