import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.losses import adversarial


class AdversarialTest(parameterized.TestCase):
    @parameterized.parameters(-3.0, 0.0, 0.5, 7.0)
    def test_generator_pays_for_being_called_fake(self, score):
        loss = adversarial.generator_loss(tf.constant([score]))
        np.testing.assert_allclose(loss, [np.log1p(np.exp(-score))], rtol=1e-5)

    @parameterized.parameters((0.0, 0.0), (2.0, -1.0), (-4.0, 3.0))
    def test_discriminator_pays_for_both_mistakes(self, real, fake):
        loss = adversarial.discriminator_loss(
            tf.constant([real]), tf.constant([fake])
        )
        expected = np.log1p(np.exp(-real)) + np.log1p(np.exp(fake))
        np.testing.assert_allclose(loss, [expected], rtol=1e-5)

    def test_an_undecided_discriminator_pays_two_bits(self):
        loss = adversarial.discriminator_loss(tf.zeros([3]), tf.zeros([3]))
        np.testing.assert_allclose(loss, np.full(3, 2 * np.log(2)), rtol=1e-6)

    def test_does_not_saturate(self):
        scores = tf.constant([-100.0, 100.0])
        with tf.GradientTape() as tape:
            tape.watch(scores)
            loss = adversarial.generator_loss(scores)
        np.testing.assert_allclose(loss, [100.0, 0.0], atol=1e-6)
        np.testing.assert_allclose(
            tape.gradient(loss, scores), [-1.0, 0.0], atol=1e-6
        )


if __name__ == "__main__":
    absltest.main()
