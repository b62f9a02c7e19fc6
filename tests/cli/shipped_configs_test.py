"""Tests of stylex_tf.cli.shipped_configs: configs by their names."""

import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.cli import shipped_configs

_CONFIG = "def get_config():\n    return None\n"


class ShippedConfigsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.create_tempdir())
        self.folder, self.start = root / "shipped", root / "cwd"
        self.start.mkdir()
        for name in ("quickstart", "worlds/shortcut", "worlds/held_out/boats"):
            path = self.folder / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_CONFIG)
        (self.folder / "worlds" / "method.py").write_text("SHARED = 1\n")

    def _find(self, text):
        return shipped_configs.find(text, start=self.start, folder=self.folder)

    def test_names_are_those_of_configs_alone(self):
        self.assertEqual(
            shipped_configs.names(self.folder),
            ["quickstart", "worlds/held_out/boats", "worlds/shortcut"],
        )

    @parameterized.parameters(
        ("quickstart", "quickstart.py"),
        ("quickstart.py", "quickstart.py"),
        ("configs/quickstart.py", "quickstart.py"),
        ("worlds/shortcut", "worlds/shortcut.py"),
        ("shortcut", "worlds/shortcut.py"),
        ("boats", "worlds/held_out/boats.py"),
    )
    def test_finds_a_config_by_its_name(self, text, path):
        self.assertEqual(self._find(text), str(self.folder / path))

    def test_a_file_comes_before_a_name(self):
        (self.start / "quickstart").write_text(_CONFIG)
        self.assertEqual(self._find("quickstart"), "quickstart")

    @parameterized.parameters(
        ("quikstart", "there is quickstart"),
        ("method", "neither a file nor the name"),
        ("zzz", "there is quickstart, worlds/held_out/boats, worlds/shortcut"),
    )
    def test_says_what_there_is(self, text, message):
        with self.assertRaisesRegex(errors.ConfigError, message):
            self._find(text)

    def test_a_name_that_two_have_is_not_guessed(self):
        (self.folder / "shortcut.py").write_text(_CONFIG)
        self.assertEqual(
            self._find("shortcut"), str(self.folder / "shortcut.py")
        )
        (self.folder / "worlds" / "boats.py").write_text(_CONFIG)
        with self.assertRaisesRegex(errors.ConfigError, "worlds/boats"):
            self._find("boats")

    def test_only_the_flag_itself_is_replaced(self):
        said = ["train", "--config=custom", "--config.data.source=custom"]
        custom = str(shipped_configs.FOLDER / "custom.py")
        self.assertEqual(
            shipped_configs.resolve(said, start=self.start),
            [said[0], f"--config={custom}", said[2]],
        )
        self.assertEqual(
            shipped_configs.resolve(
                ["t", "--config", "custom"], start=self.start
            ),
            ["t", "--config", custom],
        )
        self.assertEqual(
            shipped_configs.resolve(
                ["t", "--", "--config=x"], start=self.start
            ),
            ["t", "--", "--config=x"],
        )


if __name__ == "__main__":
    absltest.main()
