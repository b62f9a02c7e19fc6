"""Tests of stylex_tf.data.sources.layouts."""

import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.sources import archives, layouts
from tests.testing import layouts as test_layouts

_LABELS = {"celeba": "Male", "graded": "level>=2"}


class LayoutsTest(parameterized.TestCase):
    @parameterized.parameters(*layouts.Layout)
    def test_every_layout_of_the_config_has_a_reader(self, layout):
        label = _LABELS.get(layout, "")
        self.assertTrue(callable(layouts.reader(layout, label, ())))

    @parameterized.parameters(*layouts.Layout)
    def test_a_label_is_given_exactly_where_it_is_needed(self, layout):
        label = "" if layout in _LABELS else "Male"
        with self.assertRaisesRegex(
            errors.DataError, f"label is '{label}'; expected (one|none)"
        ):
            layouts.reader(layout, label, ())

    @parameterized.parameters(
        "class_folders", "graded", "plant_village", "unlabelled"
    )
    def test_factors_of_other_layouts_are_in_a_table(self, layout):
        root = pathlib.Path(self.create_tempdir()) / "plants"
        test_layouts.plant_village(root)
        (root / "grades.csv").write_text("image,level\nApple___healthy/00,1")
        read = layouts.reader(layout, _LABELS.get(layout, ""), ("Hat",))
        with self.assertRaisesRegex(
            errors.DataError, "factors is .'Hat',.*has no factors.csv"
        ):
            read(archives.open_archive(root))

    def test_refuses_a_group_before_anything_is_read(self):
        with self.assertRaisesRegex(errors.DataError, "2 bracket groups"):
            layouts.reader("class_folders", "", (), group="(a)(b)")

    def test_refuses_an_unknown_layout(self):
        with self.assertRaisesRegex(
            errors.DataError, "layout is 'coco'; expected one of class_folders"
        ):
            layouts.reader("coco", "", ())


if __name__ == "__main__":
    absltest.main()
