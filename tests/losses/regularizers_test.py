import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.losses import regularizers


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


class R1PenaltyTest(parameterized.TestCase):
    @parameterized.parameters(tf.float32, tf.bfloat16)
    def test_of_a_linear_discriminator_is_its_squared_norm(self, dtype):
        weights = normal(4, 4, 3)

        def score(images):
            products = tf.cast(images, dtype) * tf.cast(weights, dtype)
            return tf.reduce_sum(products, axis=[1, 2, 3])

        penalty = regularizers.r1_penalty(
            score, tf.constant(normal(2, 4, 4, 3))
        )
        self.assertEqual(penalty.dtype, tf.float32)
        np.testing.assert_allclose(
            penalty, np.full(2, np.sum(weights**2)), rtol=1e-2
        )

    def test_differs_from_image_to_image(self):
        # D(x) = |x|^2 / 2 has the gradient x.
        images = normal(3, 4, 4, 3)
        penalty = regularizers.r1_penalty(
            lambda x: 0.5 * tf.reduce_sum(x**2, axis=[1, 2, 3]),
            tf.constant(images),
        )
        np.testing.assert_allclose(
            penalty, np.sum(images**2, axis=(1, 2, 3)), rtol=1e-5
        )

    def test_trains_the_discriminator(self):
        # The penalty is |w|^2 an image, so its gradient is 2 w an image.
        weights = tf.Variable(normal(4, 4, 3))
        with tf.GradientTape() as tape:
            penalty = regularizers.r1_penalty(
                lambda x: tf.reduce_sum(x * weights, axis=[1, 2, 3]),
                tf.constant(normal(2, 4, 4, 3)),
            )
        np.testing.assert_allclose(
            tape.gradient(penalty, weights), 2 * 2 * weights.numpy(), rtol=1e-5
        )


class PathLengthsTest(parameterized.TestCase):
    def test_of_a_linear_generator_is_the_norm_of_the_projected_noise(self):
        # G(w) = w A, so that J^T y = A y.
        matrix, w, noise = (
            normal(5, 4 * 4 * 3),
            normal(2, 5),
            normal(2, 4, 4, 3),
        )
        lengths = regularizers.path_lengths(
            lambda w: tf.reshape(tf.matmul(w, matrix), [-1, 4, 4, 3]),
            tf.constant(w),
            tf.constant(noise),
        )
        projected = noise.reshape([2, -1]) @ matrix.T / np.sqrt(4 * 4)
        np.testing.assert_allclose(
            lengths, np.linalg.norm(projected, axis=1), rtol=1e-5
        )

    @parameterized.parameters(4, 16)
    def test_does_not_depend_on_the_resolution(self, size):
        # One latent coordinate that paints all pixels of one colour: the noise
        # sums to a normal of variance pixels, so the length is |normal|.
        def paint(w):
            flat = tf.zeros([1, size, size, 3])
            return flat + w[:, :, None, None] * [1.0, 0.0, 0.0]

        noise = normal(1, size, size, 3)
        lengths = regularizers.path_lengths(
            paint, tf.ones([1, 1]), tf.constant(noise)
        )
        expected = abs(noise[..., 0].sum()) / size
        np.testing.assert_allclose(lengths, [expected], rtol=1e-4)

    def test_sees_each_example_alone(self):
        # G(w) = w^2 / 2 on a diagonal: the Jacobian is w.
        w, noise = normal(3, 48), normal(3, 4, 4, 3, seed=1)
        lengths = regularizers.path_lengths(
            lambda w: tf.reshape(0.5 * w**2, [-1, 4, 4, 3]),
            tf.constant(w),
            tf.constant(noise),
        )
        expected = np.linalg.norm(w * noise.reshape([3, 48]) / 4, axis=1)
        np.testing.assert_allclose(lengths, expected, rtol=1e-5)

    def test_trains_the_generator(self):
        matrix = tf.Variable(normal(5, 48))
        noise = normal(1, 4, 4, 3)
        with tf.GradientTape() as tape:
            lengths = regularizers.path_lengths(
                lambda w: tf.reshape(tf.matmul(w, matrix), [-1, 4, 4, 3]),
                tf.ones([1, 5]),
                tf.constant(noise),
            )
        # d |A y| / dA = (A y / |A y|) y^T.
        y = noise.reshape([48]) / 4
        projected = matrix.numpy() @ y
        expected = np.outer(projected / np.linalg.norm(projected), y)
        np.testing.assert_allclose(
            tape.gradient(lengths, matrix), expected, rtol=1e-4, atol=1e-6
        )


if __name__ == "__main__":
    absltest.main()
