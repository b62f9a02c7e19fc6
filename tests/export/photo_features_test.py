import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.export import photo_features
from stylex_tf.models import photo_backbone


def _images(size, count=3):
    random = np.random.default_rng(size)
    # Some structure beside the noise.
    images = random.integers(0, 80, [count, size, size, 3])
    images[:, size // 4 : size // 2] += 150
    return images.astype(np.uint8)


class PhotoFeaturesTest(parameterized.TestCase):
    @parameterized.parameters(16, 32, 64)
    def test_are_those_of_the_network_in_tensorflow(self, size):
        images = _images(size)

        features = photo_features.of(images)

        maps = [
            each.numpy()
            for each in photo_backbone.PhotoBackbone(size)(images / 127.5 - 1)
        ]
        self.assertEqual(features.shape, (3, photo_features.WIDTH))
        self.assertEqual(features.dtype, np.float32)
        start = 0
        for part in (
            *(each.mean(axis=(1, 2)) for each in maps),
            *(each.std(axis=(1, 2)) for each in maps),
        ):
            end = start + part.shape[1]
            np.testing.assert_allclose(
                features[:, start:end], part, atol=2e-3, rtol=1e-3
            )
            start = end
        # Slowly: each of nine places of the deepest map.
        deepest = maps[-1].repeat(3, axis=1).repeat(3, axis=2)
        side = maps[-1].shape[1]
        for place in range(9):
            i, j = divmod(place, 3)
            expected = deepest[
                :, i * side : (i + 1) * side, j * side : (j + 1) * side
            ].mean(axis=(1, 2))
            np.testing.assert_allclose(
                features[:, start : start + 96], expected, atol=2e-3, rtol=1e-3
            )
            start += 96
        self.assertEqual(start, photo_features.WIDTH)

    def test_an_image_does_not_depend_on_the_others(self):
        images = _images(16, count=20)

        np.testing.assert_allclose(
            photo_features.of(images)[17:18],
            photo_features.of(images[17:18]),
            atol=1e-5,
        )
        self.assertEqual(
            photo_features.of(images[:0]).shape, (0, photo_features.WIDTH)
        )

    def test_sizes_between_which_nothing_is_resized(self):
        small, large = _images(8), _images(64)

        np.testing.assert_allclose(
            photo_features.seen(small),
            photo_features.seen(small.repeat(2, axis=1).repeat(2, axis=2)),
        )
        np.testing.assert_allclose(
            photo_features.seen(large.repeat(4, axis=1).repeat(4, axis=2)),
            large / 127.5 - 1,
            atol=1e-6,
        )


if __name__ == "__main__":
    absltest.main()
