"""Tests of stylex_tf.runs.asked_attributes."""

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.attributes import selection
from stylex_tf.runs import asked_attributes

_CLASSES = ("cat", "dog: large")
_FOUND = {
    0: [selection.Attribute(5, 1, 2.0, 0.5), selection.Attribute(3, 0, 1, 0.5)],
    1: [],
}


def _read(*names: str) -> tuple[int, ...]:
    return asked_attributes.coordinates(
        names, size=8, class_names=_CLASSES, by_class=_FOUND
    )


class AskedAttributesTest(parameterized.TestCase):
    def test_a_number_is_a_coordinate(self):
        self.assertEqual(_read("7", " 0"), (7, 0))

    def test_a_rank_is_the_report_s(self):
        self.assertEqual(_read("cat:2", "cat:1"), (3, 5))

    def test_doubles_count_once(self):
        self.assertEqual(_read("5", "cat:1", "3"), (5, 3))

    def test_coordinates_need_no_ranks(self):
        self.assertTrue(asked_attributes.are_coordinates(["7", "0"]))
        self.assertFalse(asked_attributes.are_coordinates(["7", "cat:1"]))

    @parameterized.named_parameters(
        ("nothing", [], "no attribute is named"),
        ("too_large", ["8"], "attribute 8: .*coordinates 0 to 7"),
        ("negative", ["-1"], "'-1'; expected a coordinate, or class:rank"),
        ("unknown_class", ["cow:1"], "'cow:1'.*one of the classes.*'cat'"),
        ("rank_0", ["cat:0"], "'cat:0'.*a rank from 1 to 2"),
        ("rank_too_large", ["cat:3"], "'cat:3'.*a rank from 1 to 2"),
        ("no_rank", ["cat:"], "'cat:'.*a rank from 1 to 2"),
        ("none_found", ["dog: large:1"], "shows no attribute of this class"),
    )
    def test_refuses(self, names, message):
        with self.assertRaisesRegex(errors.RunFolderError, message):
            _read(*names)


if __name__ == "__main__":
    absltest.main()
