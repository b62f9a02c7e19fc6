import base64
import json

import numpy as np
from absl.testing import absltest

from stylex_tf.export import familiarity, photo_features

_WIDTH = photo_features.WIDTH
_CHANNELS = photo_features.MEANS.stop


def _world(count=1_500, seed=0):
    """Returns features of images and of their negatives.

    The first two go together; the last tells negatives apart, far less than it
    differs from image to image.
    """
    random = np.random.default_rng(seed)
    features = random.normal(size=[count, _WIDTH])
    features[:, 1] = features[:, 0] + 0.3 * features[:, 1]
    negatives = features + 0.0
    negatives[:, -1] += 4.0
    scale = np.linspace(0.5, 2.0, _WIDTH)
    return 5 + features * scale, 5 + negatives * scale, scale


class FamiliarityTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.features, cls.negatives, cls.scale = _world()
        cls.known = familiarity.Familiarity.fit(cls.features, cls.negatives)

    def test_distance_of_what_is_as_known_is_the_root_of_its_width(self):
        others = _world(seed=1)[0]

        distances = np.exp(self.known.distances(others))

        self.assertAlmostEqual(
            np.square(distances).mean() / _CHANNELS, 1, delta=0.1
        )

    def test_what_never_goes_together_is_far(self):
        """In one coordinate by itself, neither image stands out."""
        together = np.full([1, _WIDTH], 5.0)
        together[0, :2] += 1.5 * self.scale[:2]
        apart = np.full([1, _WIDTH], 5.0)
        apart[0, :2] += 1.5 * self.scale[:2] * [1, -1]

        near, far = self.known.distances(np.concatenate([together, apart]))

        self.assertGreater(far, near + 0.7)

    def test_other_features_than_means_are_not_in_the_distance(self):
        moved = self.features[:3].copy()
        moved[:, _CHANNELS:] += 100

        np.testing.assert_allclose(
            self.known.distances(moved), self.known.distances(self.features[:3])
        )

    def test_negatives_are_told_by_what_tells_them(self):
        direction = np.abs(self.known.to_negatives)
        self.assertEqual(direction.argmax(), _WIDTH - 1)
        self.assertAlmostEqual(np.linalg.norm(direction), 1, places=5)

        others, turned, _ = _world(count=500, seed=2)
        here = self.known.negative_scores(others)
        there = self.known.negative_scores(turned)
        self.assertLess((here[:, None] > there).mean(), 0.02)

    def test_a_feature_that_never_moves_divides_by_no_zero(self):
        features, negatives = self.features[:100] + 0, self.negatives[:100] + 0
        features[:, 3] = negatives[:, 3] = 7
        known = familiarity.Familiarity.fit(features, negatives)

        self.assertTrue(np.all(np.isfinite(known.distances(features))))
        self.assertTrue(np.all(np.isfinite(known.to_negatives)))

    def test_fewer_images_than_features_are_enough(self):
        known = familiarity.Familiarity.fit(
            self.features[:50], self.negatives[:50]
        )
        others = self.features[50:]

        self.assertTrue(np.all(np.isfinite(known.distances(others))))
        self.assertGreater(
            known.negative_scores(self.negatives[50:]).mean(),
            known.negative_scores(others).mean(),
        )

    def test_comes_back_from_json_as_it_is(self):
        document = json.loads(json.dumps(self.known.to_dict()))

        again = familiarity.Familiarity.from_dict(document)

        np.testing.assert_array_equal(
            again.distances(self.features[:5]),
            self.known.distances(self.features[:5]),
        )
        np.testing.assert_array_equal(
            again.negative_scores(self.features[:5]),
            self.known.negative_scores(self.features[:5]),
        )

    def test_refuses_what_it_did_not_write(self):
        document = self.known.to_dict()
        for changes, message in (
            ({"mean": document["mean"][:8]}, "mean has 6 bytes; expected"),
            ({"scale": document["whitening"]}, "scale has .* bytes"),
            ({"whitening": "?"}, ""),
            (
                {"mean": base64.b64encode(b"\0\0\xc0\x7f" * _WIDTH).decode()},
                "mean is not finite",
            ),
        ):
            with self.assertRaisesRegex(ValueError, message):
                familiarity.Familiarity.from_dict(document | changes)


if __name__ == "__main__":
    absltest.main()
