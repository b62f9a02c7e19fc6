"""Tests of the log odds."""

import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import log_odds


class LogOddsTest(absltest.TestCase):
    def test_two_classes_give_the_difference_of_the_logits(self):
        logits = np.array([[1.0, 4.0], [1000.0, -1000.0]])
        np.testing.assert_allclose(log_odds.of_class(logits, 1), [3.0, -2000.0])

    def test_is_log_p_over_one_minus_p(self):
        logits = np.random.default_rng(0).normal(size=(5, 4))
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        for target in range(4):
            np.testing.assert_allclose(
                log_odds.of_class(logits, target),
                np.log(p[:, target] / (1 - p[:, target])),
            )

    def test_does_not_see_a_common_offset(self):
        logits = np.random.default_rng(0).normal(size=(5, 3))
        np.testing.assert_allclose(
            log_odds.of_class(logits, 2), log_odds.of_class(logits + 7, 2)
        )


if __name__ == "__main__":
    absltest.main()
