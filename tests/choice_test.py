"""Tests of stylex_tf.choice."""

import json

from absl.testing import absltest

from stylex_tf import choice


class _Fruit(choice.Choice):
    APPLE = "apple"
    PEAR = "pear"


class ChoiceTest(absltest.TestCase):
    def test_is_the_name_that_a_config_writes(self):
        self.assertIs(_Fruit("pear"), _Fruit.PEAR)
        self.assertEqual(_Fruit.PEAR, "pear")
        self.assertEqual(f"{_Fruit.PEAR} {str(_Fruit.APPLE)}", "pear apple")
        self.assertEqual(json.dumps([_Fruit.PEAR]), '["pear"]')
        self.assertIn("apple", tuple(_Fruit))

    def test_another_name_is_an_error_that_lists_them(self):
        with self.assertRaisesRegex(
            ValueError, "^_fruit is 'plum'; expected one of apple, pear$"
        ):
            _Fruit("plum")


if __name__ == "__main__":
    absltest.main()
