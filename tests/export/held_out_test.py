import json

import numpy as np
from absl.testing import absltest

from stylex_tf.export import held_out


def _measured(count=400):
    random = np.random.default_rng(0)
    images = random.integers(50, 150, [count, 4, 4, 3], dtype=np.uint8)
    # Image n is off by n levels of 400ths of 100.
    off = (np.arange(count) * 100 // count).astype(np.uint8)
    styles = random.normal([3, -2, 0], [1, 5, 0], size=[count, 3])
    rebuilt = images + off[:, None, None, None]
    return images, rebuilt, styles


class HeldOutTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.images, self.rebuilt, self.styles = _measured()
        self.figures = held_out.HeldOut.measure(
            self.images, self.rebuilt, self.styles
        )

    def test_shares_of_held_out_images_are_uniform(self):
        """A quantile of what it is a quantile of, in closed form."""
        shares = self.figures.error_shares(self.images, self.rebuilt)
        np.testing.assert_allclose(shares, np.arange(400) / 399, atol=0.012)
        shares = self.figures.style_shares(self.styles[1::2])
        np.testing.assert_allclose(
            np.sort(shares), np.arange(200) / 199, atol=0.012
        )

    def test_what_is_further_than_all_is_one(self):
        images = np.zeros([1, 4, 4, 3], np.uint8)

        self.assertEqual(self.figures.error_shares(images, images + 200), [1])
        self.assertEqual(self.figures.error_shares(images, images), [0])
        self.assertEqual(self.figures.style_shares(np.full([1, 3], 99.0)), [1])

    def test_distances_are_in_standard_deviations(self):
        # Two off in the first, of scale 1; none in the others.
        distance = held_out.style_distances_of(
            np.array([[5.0, -2.0, 0.0]]),
            np.array([3.0, -2.0, 0.0]),
            np.array([1.0, 5.0, 1.0]),
        )

        np.testing.assert_allclose(distance, [2 / np.sqrt(3)])

    def test_a_coordinate_that_never_moves_divides_by_no_zero(self):
        self.assertTrue(np.all(self.figures.style_scale > 0))
        self.assertTrue(np.all(np.isfinite(self.figures.style_distances)))

    def test_comes_back_from_json(self):
        document = json.loads(json.dumps(self.figures.to_dict()))

        again = held_out.HeldOut.from_dict(document)

        self.assertEqual(again.images, 400)
        np.testing.assert_allclose(
            again.error_shares(self.images, self.rebuilt),
            self.figures.error_shares(self.images, self.rebuilt),
            atol=1e-3,
        )
        document["errors"] = document["errors"][:3]
        with self.assertRaisesRegex(ValueError, "errors has shape"):
            held_out.HeldOut.from_dict(document)

    def test_refuses_a_single_image(self):
        with self.assertRaisesRegex(ValueError, "1 held-out images"):
            held_out.HeldOut.measure(
                self.images[:1], self.rebuilt[:1], self.styles[:1]
            )


if __name__ == "__main__":
    absltest.main()
