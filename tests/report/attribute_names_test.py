"""Tests of names.json."""

import json
import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.report import attribute_names


class AttributeNamesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "names.json"

    def _write(self, **changes):
        content = {
            "format": "stylex-names/1",
            "run": "cafe",
            "names": {"3": "glasses"},
        }
        self.path.write_text(json.dumps({**content, **changes}), "utf-8")

    def test_reads_names_by_coordinate(self):
        self._write(names={"0": " 眼鏡 ", "9": "open mouth"})

        self.assertEqual(
            attribute_names.load(self.path, "cafe", 10),
            {0: "眼鏡", 9: "open mouth"},
        )

    def test_no_file_is_no_names(self):
        self.assertEqual(attribute_names.load(self.path, "cafe", 10), {})

    def test_refuses_what_is_not_json(self):
        self.path.write_text("glasses")

        with self.assertRaisesRegex(
            errors.NamesError, "names.json is not JSON"
        ):
            attribute_names.load(self.path, "cafe", 10)

    @parameterized.parameters(
        (dict(format="other"), "stylex-names/1"),
        (dict(run="beef"), "run 'beef'; expected 'cafe'"),
        (dict(names=["glasses"]), "names"),
        (dict(names={"10": "glasses"}), "'10'; expected 0 to 9"),
        (dict(names={"-1": "glasses"}), "'-1'; expected 0 to 9"),
        (dict(names={"3": ""}), "coordinate 3 is ''"),
        (dict(names={"3": 7}), "coordinate 3 is 7"),
        (dict(names={"3": "x" * 81}), "expected 1 to 80 characters"),
    )
    def test_names_what_is_wrong(self, changes, message):
        self._write(**changes)

        with self.assertRaisesRegex(errors.NamesError, message):
            attribute_names.load(self.path, "cafe", 10)


if __name__ == "__main__":
    absltest.main()
