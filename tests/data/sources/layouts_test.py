"""Tests of stylex_tf.data.sources.layouts."""

from absl.testing import absltest, parameterized

from stylex_tf import config_checks, errors
from stylex_tf.data.sources import layouts

_LABELS = {"celeba": "Male", "graded": "level>=2"}


class LayoutsTest(parameterized.TestCase):
    @parameterized.parameters(*config_checks.LAYOUTS)
    def test_every_layout_of_the_config_has_a_reader(self, layout):
        label = _LABELS.get(layout, "")
        self.assertTrue(callable(layouts.reader(layout, label, ())))

    @parameterized.parameters(*config_checks.LAYOUTS)
    def test_a_label_is_given_exactly_where_it_is_needed(self, layout):
        label = "" if layout in _LABELS else "Male"
        with self.assertRaisesRegex(
            errors.DataError, f"label is '{label}'; expected (one|none)"
        ):
            layouts.reader(layout, label, ())

    @parameterized.parameters(
        "class_folders", "graded", "plant_village", "unlabelled"
    )
    def test_refuses_factors_where_there_are_no_annotations(self, layout):
        with self.assertRaisesRegex(
            errors.DataError, f"factors is .'Hat',.*'{layout}' has no annotat"
        ):
            layouts.reader(layout, _LABELS.get(layout, ""), ("Hat",))

    def test_refuses_an_unknown_layout(self):
        with self.assertRaisesRegex(
            errors.DataError, "layout is 'coco'; expected one of class_folders"
        ):
            layouts.reader("coco", "", ())


if __name__ == "__main__":
    absltest.main()
