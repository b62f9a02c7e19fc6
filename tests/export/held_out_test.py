import json

import numpy as np
from absl.testing import absltest

from stylex_tf.export import held_out, photo_features


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


def _drawn(count, seed):
    """Draws bars whose places, widths and brightness differ."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 40, [count, 16, 16, 3])
    for image in images:
        left, width = random.integers(2, 6), random.integers(3, 8)
        image[:, left : left + width] += random.integers(120, 200)
    return images.astype(np.uint8)


def _rebuilt(images, seed):
    off = np.random.default_rng(seed).integers(0, 12, [len(images), 1, 1, 1])
    return np.minimum(images, 243) + off.astype(np.uint8)


def _styles(images):
    return images.mean(axis=1).reshape(len(images), -1)[:, :6].astype(float)


class SightTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        known, images = _drawn(300, 0), _drawn(200, 1)
        cls.figures = held_out.HeldOut.measure(
            images,
            _rebuilt(images, 2),
            _styles(images),
            features=photo_features.of(images),
            known=held_out.Known(
                styles=_styles(known),
                features=photo_features.of(known),
                negatives=photo_features.of(255 - known),
            ),
        )

    def _foreign(self, images, rebuilt=None):
        rebuilt = _rebuilt(images, 3) if rebuilt is None else rebuilt
        return self.figures.shares(images, rebuilt, _styles(images))[
            "foreign_shares"
        ]

    def test_as_many_others_are_foreign_as_the_share_says(self):
        """In four regards together, not in each."""
        shares = self._foreign(_drawn(400, 4))

        self.assertBetween(np.mean(shares > 0.9), 0.05, 0.17)
        self.assertLess(np.mean(shares > 0.99), 0.03)
        self.assertBetween(np.mean(shares < 0.5), 0.4, 0.6)

    def test_what_is_rebuilt_well_may_be_foreign_all_the_same(self):
        others = _drawn(20, 5)
        for foreign in (
            255 - others,
            others.transpose(0, 2, 1, 3),
            np.random.default_rng(6).integers(
                0, 256, others.shape, dtype=np.uint8
            ),
        ):
            self.assertGreater(
                np.mean(self._foreign(foreign, foreign) > 0.99), 0.9
            )

    def test_what_is_rebuilt_badly_is_foreign_whatever_it_looks_like(self):
        others = _drawn(20, 5)

        self.assertTrue(np.all(self._foreign(others, 255 - others) == 1))

    def test_each_regard_stands_where_the_median_is_0(self):
        others = _drawn(400, 4)
        standings = self.figures.standings(
            others, _rebuilt(others, 3), _styles(others)
        )

        self.assertEqual(
            list(standings),
            ["reconstruction", "styles", "photographs", "negatives"],
        )
        for values in standings.values():
            self.assertBetween(np.mean(values < 0), 0.4, 0.6)
            self.assertLess(np.mean(values > 1.1), 0.1)

    def test_comes_back_from_json(self):
        others = _drawn(5, 7)
        document = json.loads(json.dumps(self.figures.to_dict()))

        again = held_out.HeldOut.from_dict(document)

        for name, shares in self.figures.shares(
            others, others, _styles(others)
        ).items():
            np.testing.assert_allclose(
                again.shares(others, others, _styles(others))[name],
                shares,
                atol=1e-3,
            )
        document["sight"]["foreignness"] = [1.0]
        with self.assertRaisesRegex(ValueError, "foreignness has shape"):
            held_out.HeldOut.from_dict(document)

    def test_an_export_of_before_tells_two_shares(self):
        document = self.figures.to_dict()
        del document["sight"]
        others = _drawn(5, 7)

        older = held_out.HeldOut.from_dict(document)

        self.assertIsNone(older.standings(others, others, _styles(others)))
        self.assertEqual(
            list(older.shares(others, others, _styles(others))),
            ["error_shares", "style_shares"],
        )
        with self.assertRaisesRegex(ValueError, "what is foreign"):
            older.foreign_shares({})


if __name__ == "__main__":
    absltest.main()
