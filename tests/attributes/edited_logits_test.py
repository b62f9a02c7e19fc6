"""Tests of what the effects on every class need of logits."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edited_logits, log_odds


class EditedLogitsTest(parameterized.TestCase):
    @parameterized.product(classes=[2, 3, 200], scale=[0.1, 5.0, 1000.0])
    def test_of_every_class_it_is_the_sum_over_the_others(self, classes, scale):
        rng = np.random.default_rng(classes)
        logits = scale * rng.normal(size=[4, 7, classes])
        shared = edited_logits.EditedLogits.of(logits)
        for target in range(classes):
            own = logits[..., target]
            np.testing.assert_allclose(
                shared.log_odds(own, target),
                log_odds.of_class(logits, target),
                rtol=1e-12,
                atol=1e-11,
            )
        shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
        p = shifted / shifted.sum(axis=-1, keepdims=True)
        np.testing.assert_allclose(
            np.stack(
                [shared.probability(logits[..., k]) for k in range(classes)],
                axis=-1,
            ),
            p,
            rtol=1e-9,
        )
        np.testing.assert_array_equal(shared.largest, logits.argmax(axis=-1))

    def test_equal_logits(self):
        shared = edited_logits.EditedLogits.of(np.zeros([1, 200]))
        for target in (0, 1, 199):
            np.testing.assert_allclose(
                shared.log_odds(np.zeros(1), target), -np.log(199)
            )

    def test_leaves_its_input_alone(self):
        logits = np.array([[1.0, 2.0]])
        edited_logits.EditedLogits.of(logits)
        np.testing.assert_array_equal(logits, [[1.0, 2.0]])

    def test_after_each_edit(self):
        logits = edited_logits.after(np.array([1.0, 2.0]), np.eye(2))
        np.testing.assert_array_equal(logits, [[1, 2], [2, 2], [1, 3]])


if __name__ == "__main__":
    absltest.main()
