"""Tests of stylex_tf.cli.name_attributes."""

import contextlib
import io
import pathlib
import tempfile

from absl.testing import absltest, flagsaver, parameterized

import stylex_tf
from stylex_tf import errors
from stylex_tf.cli import name_attributes
from tests.export import tiny_world
from tests.testing import tiny_export


def _name(*words: str, model: str | pathlib.Path | None) -> str:
    """Runs the command, without the process that validates what it makes."""
    printed = io.StringIO()
    with (
        tiny_export.unvalidated(),
        flagsaver.flagsaver(model=None if model is None else str(model)),
        contextlib.redirect_stdout(printed),
    ):
        name_attributes.main(["stylex name_attributes", *words])
    return printed.getvalue()


class NameAttributesTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.base = pathlib.Path(folder.name)
        tiny_export.write(cls.base)

    def test_names_are_added_and_taken_away(self):
        printed = _name("1=hat", "3=two words", model=self.base)
        self.assertEqual(printed, f"{self.base / '2'}\n")
        printed = _name("1=", "4= cap ", model=self.base)
        self.assertEqual(printed, f"{self.base / '3'}\n")

        model = stylex_tf.load(self.base)

        names = tiny_world.about(tiny_world.TinyWorld())["attribute_names"]
        kept = {int(key): name for key, name in names.items()}
        kept.pop(1, None)
        self.assertEqual(
            model.attribute_names, kept | {3: "two words", 4: "cap"}
        )

    @parameterized.parameters(
        ([], "no name is given"),
        (["hat"], "'hat' is no name of a coordinate"),
        (["1=a", "1=b"], "coordinate 1 is named twice"),
        (["5=hat"], "no coordinate 5; expected 0 to 4"),
        (["1=" + 81 * "x"], "81 characters; expected at most 80"),
    )
    def test_what_is_no_name_makes_no_version(self, words, message):
        versions = sorted(self.base.iterdir())

        with self.assertRaisesRegex(errors.UsageError, message):
            _name(*words, model=self.base)

        self.assertEqual(sorted(self.base.iterdir()), versions)

    def test_asks_for_the_model(self):
        with self.assertRaisesRegex(errors.UsageError, "--model is needed"):
            _name("1=hat", model=None)


if __name__ == "__main__":
    absltest.main()
