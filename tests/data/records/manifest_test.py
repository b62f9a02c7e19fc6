"""Tests of stylex_tf.data.records.manifest."""

import dataclasses
import json
import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.records import manifest


def _manifest() -> manifest.Manifest:
    return manifest.Manifest(
        source="faces",
        resolution=32,
        class_names=("other", "glasses or smile"),
        splits={"train": 5, "test": 2},
        shards={"train": ("a", "b"), "test": ("c",)},
        label_counts={"train": (3, 2), "test": (1, 1)},
        factors=(
            manifest.Factor("glasses", ("no", "yes")),
            manifest.Factor("light"),
        ),
        causes=("glasses", "mouth=smile"),
        rule="any",
        unreadable=(manifest.Unreadable("x.png", "empty"),),
        digest="abc",
    )


class ManifestTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.path = self.folder / manifest.FILE_NAME

    def test_comes_back_from_its_file(self):
        _manifest().save(self.folder)
        self.assertEqual(manifest.load(self.folder), _manifest())

    def test_what_was_prepared_before_there_was_a_choice_is_of_the_centre(self):
        _manifest().save(self.folder)
        values = json.loads(self.path.read_text())
        del values["crop"]
        self.path.write_text(json.dumps(values))

        self.assertEqual(manifest.load(self.folder), _manifest())

    def test_summary_without_labels(self):
        unknown = dataclasses.replace(
            _manifest(),
            label_counts={"train": (0, 0), "test": (0, 0)},
            causes=(),
            rule="",
            unreadable=(),
        )
        self.assertFalse(unknown.labelled)
        self.assertTrue(_manifest().labelled)
        self.assertEqual(
            unknown.summary(),
            "faces, 32 x 32 pixels\n"
            "  class 0, other\n"
            "  class 1, glasses or smile\n"
            "  no labels: 5 train, 2 test",
        )

    def test_summary_names_classes_counts_rule_and_what_was_left_out(self):
        self.assertEqual(
            _manifest().summary(),
            "faces, 32 x 32 pixels\n"
            "  class 0, other: 3 train, 1 test\n"
            "  class 1, glasses or smile: 2 train, 1 test\n"
            "  label: any of glasses, mouth=smile\n"
            "  left out, unreadable: 1\n"
            "    x.png: empty",
        )

    def test_summary_of_a_world_without_causes(self):
        random = dataclasses.replace(
            _manifest(), causes=(), rule="random", shortcut="hair=red"
        )
        self.assertIn("  label: random\n", random.summary())
        self.assertIn(
            "shortcut of the training images: hair=red", random.summary()
        )

    @parameterized.named_parameters(
        ("any", "any", ("a", "b"), "", 2, ((), ("a", "b"))),
        ("shortcut", "any", ("a",), "c=x", 2, ((), ("a", "c=x"))),
        ("each", "each", ("a", "b"), "", 3, ((), ("a",), ("b",))),
        ("random", "random", (), "", 2, ((), ())),
        ("unknown", "", (), "", 3, ((), (), ())),
    )
    def test_causes_by_class(self, rule, causes, shortcut, classes, expected):
        described = manifest.Manifest(
            source="faces",
            resolution=32,
            class_names=tuple("xyz"[:classes]),
            causes=causes,
            rule=rule,
            shortcut=shortcut,
        )
        self.assertEqual(described.causes_by_class, expected)

    def test_missing_file(self):
        with self.assertRaisesRegex(errors.DataError, "manifest.json: no such"):
            manifest.load(self.folder)

    @parameterized.named_parameters(
        ("not_json", "{", "not JSON"),
        ("nested_too_deep", "[" * 100_000, "not JSON"),
        ("not_an_object", "[1]", "found a list"),
        ("another_version", '{"source": "x"}', "missing fields .*resolution"),
    )
    def test_other_content(self, text, message):
        self.path.write_text(text)
        with self.assertRaisesRegex(
            errors.DataError, f"manifest.json: {message}"
        ):
            manifest.load(self.folder)

    @parameterized.named_parameters(
        ("resolution", "resolution", "big", "resolution is 'big'"),
        ("splits", "splits", {"train": 5}, "splits is .*expected an entry"),
        ("classes", "class_names", ["one"], "class_names is .*two or more"),
        ("factors", "factors", [{"name": "x"}], "factors is .*and values"),
        ("shards", "shards", 3, "shards is 3; .*names of files"),
        (
            "a_shard",
            "shards",
            {"train": [3], "test": []},
            "shards is .*names of files",
        ),
        ("source", "source", 3, "source is 3; expected text"),
        ("content", "content", {}, "content is {}; expected how many"),
        (
            "counts",
            "label_counts",
            {"train": [1], "test": [1, 2]},
            "label_counts of train is .*a number for each of",
        ),
    )
    def test_wrong_field(self, name, value, message):
        values = _manifest().to_dict() | {name: value}
        self.path.write_text(json.dumps(values))
        with self.assertRaisesRegex(errors.DataError, message):
            manifest.load(self.folder)


if __name__ == "__main__":
    absltest.main()
