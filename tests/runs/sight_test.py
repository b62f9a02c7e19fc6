import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.export import photo_features
from stylex_tf.runs import sight


class SightTest(parameterized.TestCase):
    @parameterized.parameters(16, 32, 128)
    def test_features_are_those_that_a_client_computes(self, size):
        images = np.random.default_rng(0).integers(
            0, 256, [3, size, size, 3], dtype=np.uint8
        )

        np.testing.assert_allclose(
            sight.features(images), photo_features.of(images), atol=2e-3
        )

    def test_more_than_one_batch(self):
        images = np.random.default_rng(1).integers(
            0, 256, [70, 16, 16, 3], dtype=np.uint8
        )

        np.testing.assert_allclose(
            sight.features(images)[62:66],
            sight.features(images[62:66]),
            atol=1e-3,
        )

    @parameterized.parameters((10, 10), (1_999, 1_999), (3_000, 1_000))
    def test_styles_are_of_images_evenly_spread(self, count, expected):
        chosen = sight.styled(np.arange(count))

        self.assertLen(chosen, expected)
        self.assertLen(set(np.diff(chosen)), 1)


if __name__ == "__main__":
    absltest.main()
