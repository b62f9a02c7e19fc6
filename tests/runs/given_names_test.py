"""Tests of whose the names of a run are."""

import json
import pathlib
import types

import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.report import attribute_names
from stylex_tf.runs import given_names


def _trained(folder, value=1.0):
    """What is looked at: a generator's weights, a folder, 6 coordinates."""
    generator = types.SimpleNamespace(weights=[tf.Variable([value, 2.0])])
    return types.SimpleNamespace(
        folder=types.SimpleNamespace(attributes=folder),
        stylex=types.SimpleNamespace(
            averages=types.SimpleNamespace(generator=generator),
            style_space=types.SimpleNamespace(size=6),
        ),
    )


class GivenNamesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())

    def _write(self, run):
        content = {
            "format": attribute_names.FORMAT,
            "run": run,
            "names": {"5": "glasses"},
        }
        (self.folder / "names.json").write_text(json.dumps(content))

    def test_the_same_weights_are_the_same_run(self):
        first, same, other = (
            given_names.read(_trained(self.folder, value)).run
            for value in (1.0, 1.0, 1.1)
        )

        self.assertEqual(first, same)
        self.assertNotEqual(first, other)
        self.assertRegex(first, "^[0-9a-f]{16}$")

    def test_reads_the_names_of_the_run(self):
        trained = _trained(self.folder)
        self.assertEmpty(given_names.read(trained).names)

        self._write(given_names.read(trained).run)

        self.assertEqual(given_names.read(trained).names, {5: "glasses"})

    def test_refuses_those_of_another_generator(self):
        self._write(given_names.read(_trained(self.folder)).run)

        with self.assertRaisesRegex(
            errors.NamesError, "names the attributes of run"
        ):
            given_names.read(_trained(self.folder, 1.1))


if __name__ == "__main__":
    absltest.main()
