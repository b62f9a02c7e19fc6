"""An unnamed coordinate is called alike by everything that shows it."""

import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import default_name
from stylex_tf.report import wording


class DefaultNameTest(absltest.TestCase):
    def test_is_the_style_and_its_number(self):
        self.assertEqual(default_name.of(12), "style 12")
        self.assertEqual(default_name.of(np.int32(0)), "style 0")

    def test_is_what_the_report_says(self):
        self.assertEqual(
            wording.attribute_name(12, None, {}), default_name.of(12)
        )


if __name__ == "__main__":
    absltest.main()
