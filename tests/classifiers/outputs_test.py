import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import outputs


class OutputsTest(parameterized.TestCase):
    def test_softmax_of_the_logits_of_probabilities_is_themselves(self):
        p = tf.constant([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
        logits = outputs.to_logits(p, "probabilities")
        np.testing.assert_allclose(tf.nn.softmax(logits), p, atol=1e-6)
        self.assertTrue(np.isfinite(logits).all())

    def test_one_probability_becomes_two_classes(self):
        p = tf.constant([[0.2], [0.9], [0.0], [1.0]])
        logits = outputs.to_logits(p, "probabilities")
        np.testing.assert_allclose(
            tf.nn.softmax(logits), np.concatenate([1 - p, p], 1), atol=1e-6
        )
        self.assertTrue(np.isfinite(logits).all())

    def test_one_logit_becomes_two(self):
        logits = outputs.to_logits(tf.constant([[2.0], [-3.0]]), "logits")
        np.testing.assert_array_equal(logits, [[0, 2], [0, -3]])

    def test_logits_pass_unchanged(self):
        raw = tf.constant([[2.0, 5.0, -1.0]])
        np.testing.assert_array_equal(outputs.to_logits(raw, "logits"), raw)

    def test_a_number_becomes_two_classes_at_its_threshold(self):
        ages = tf.constant([[30.0], [40.0], [45.0]])
        logits = outputs.to_logits(ages, outputs.Threshold(40.0))
        np.testing.assert_array_equal(logits, [[0, -10], [0, 0], [0, 5]])
        wider = outputs.to_logits(ages, outputs.Threshold(40.0, scale=5.0))
        np.testing.assert_allclose(wider, [[0, -2], [0, 0], [0, 1]])
        self.assertEqual(
            outputs.Threshold(40.5).class_names, ("below 40.5", "at least 40.5")
        )

    @parameterized.parameters((np.nan, 1.0), (np.inf, 1.0), (1.0, 0.0))
    def test_a_threshold_that_separates_nothing(self, value, scale):
        with self.assertRaisesRegex(errors.ClassifierError, "threshold"):
            outputs.Threshold(value, scale)

    @parameterized.parameters(
        ([[0.2, 0.8]], None, "puts out 2 numbers an image; expected one"),
        ([[0.2]], "probabilities", "puts out probabilities; expected one"),
        ([[np.inf]], None, "not a finite number"),
    )
    def test_a_threshold_needs_one_number(self, raw, output, message):
        with self.assertRaisesRegex(errors.ClassifierError, message):
            outputs.check_number(np.array(raw), output)

    @parameterized.parameters(
        ([[0.2, 0.8], [0.5, 0.5]], "probabilities"),
        ([[0.2, 1.8], [0.5, 0.5]], "logits"),
        ([[-0.2], [0.5]], "logits"),
    )
    def test_infers(self, raw, expected):
        self.assertEqual(outputs.infer(np.array(raw)), expected)

    @parameterized.parameters(([[0.2], [0.9]],), ([[0.2, 0.9], [0.9, 0.9]],))
    def test_asks_where_it_can_be_either(self, raw):
        with self.assertRaisesRegex(
            errors.ClassifierError, "say which: output='logits'"
        ):
            outputs.infer(np.array(raw))

    def test_shares_of_a_hundred_are_no_logits(self):
        shares = np.array([[20.0, 80.0], [65.0, 35.0]])
        with self.assertRaisesRegex(errors.ClassifierError, "add up to 100"):
            outputs.check(shares, "logits")
        outputs.check(shares - 50, "logits")
        outputs.check(shares * [[1], [2]], "logits")
        # A score and its opposite, and a constant.
        outputs.check(shares / 50, "logits")

    def test_what_goes_into_a_softmax_may_come_out_of_another(self):
        p = np.array([[0.2, 0.8], [0.65, 0.35]])
        outputs.check(p, "logits", certain=True)
        with self.assertRaisesRegex(errors.ClassifierError, "no logits"):
            outputs.check(p, "logits")


if __name__ == "__main__":
    absltest.main()
