"""Tests of stylex_tf.api.asked_for."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.api import asked_for

# One class is called by a number that is another's index.
_NAMES = ("cat", "dog", "0")


class AskedForTest(parameterized.TestCase):
    @parameterized.parameters(
        (None, None), ("dog", "dog"), ("1", 1), ("0", "0"), ("pear", "pear")
    )
    def test_a_flag_names_a_class_or_its_index(self, word, target):
        self.assertEqual(asked_for.target(word, _NAMES), target)

    @parameterized.parameters(("dog", 1), ("0", 2), (0, 0), (np.int64(1), 1))
    def test_the_index_of_a_class(self, target, index):
        self.assertEqual(asked_for.class_index(target, _NAMES), index)

    @parameterized.parameters("pear", 3, -1, True, 1.0)
    def test_a_class_that_is_none_is_refused_with_those_there_are(self, target):
        with self.assertRaisesRegex(
            errors.UsageError, f"no class {target!r}; expected one of cat, dog"
        ):
            asked_for.class_index(target, _NAMES)

    def test_as_many_attributes_as_the_model_allows(self):
        for top_k in (1, np.int32(4)):
            asked_for.check_top_k(top_k, 4)
        for top_k in (0, 5, 2.5, True):
            with self.assertRaisesRegex(
                errors.UsageError, "expected a whole number from 1 to 4"
            ):
                asked_for.check_top_k(top_k, 4)


if __name__ == "__main__":
    absltest.main()
