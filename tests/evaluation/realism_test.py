"""Tests of the distances between sets of images."""

import itertools

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.evaluation import realism


def _slow_kernel_distance(a, b):
    """The estimator as it is written, one pair at a time."""

    def k(x, y):
        return (float(x @ y) / len(x) + 1.0) ** 3

    def within(rows):
        pairs = itertools.permutations(range(len(rows)), 2)
        return np.mean([k(rows[i], rows[j]) for i, j in pairs])

    between = np.mean([k(x, y) for x in a for y in b])
    return within(a) + within(b) - 2.0 * between


def _with_moments(mean, covariance, count=50, seed=0):
    """Rows whose sample mean and covariance are exactly those given."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, len(mean)))
    rows -= rows.mean(axis=0)
    sample = np.atleast_2d(np.cov(rows, rowvar=False))
    white = np.linalg.cholesky(np.linalg.inv(sample))
    return rows @ white @ np.linalg.cholesky(covariance).T + mean


class KernelDistanceTest(parameterized.TestCase):
    @parameterized.parameters((2, 3), (9, 9), (12, 5))
    def test_equals_a_slow_double_loop(self, rows, others):
        rng = np.random.default_rng(rows)
        a = rng.normal(size=(rows, 4))
        b = rng.normal(size=(others, 4)) + 0.5
        self.assertAlmostEqual(
            realism.kernel_distance(a, b), _slow_kernel_distance(a, b), places=9
        )

    def test_blocks_do_not_matter(self):
        rng = np.random.default_rng(0)
        a, b = rng.normal(size=(2, 11, 3))
        whole = realism.kernel_distance(a, b)
        block, realism._BLOCK = realism._BLOCK, 4
        self.addCleanup(setattr, realism, "_BLOCK", block)
        self.assertAlmostEqual(realism.kernel_distance(a, b), whole, places=9)

    def test_is_unbiased(self):
        # Small sets, where a biased estimator would be far above zero.
        rng = np.random.default_rng(1)
        distances = [
            realism.kernel_distance(*rng.normal(size=(2, 6, 5)))
            for _ in range(2000)
        ]
        error = np.std(distances) / np.sqrt(len(distances))
        self.assertLess(abs(np.mean(distances)), 4 * error)
        self.assertLess(min(distances), 0.0)
        self.assertLess(error, 0.05)

    def test_grows_with_the_difference(self):
        rng = np.random.default_rng(2)
        a, b = rng.normal(size=(2, 60, 5))
        distances = [realism.kernel_distance(a, b + d) for d in (0.0, 1.0, 2.0)]
        self.assertEqual(distances, sorted(distances))


class FrechetDistanceTest(absltest.TestCase):
    def test_of_one_dimension(self):
        # (m1 - m2)^2 + (s1 - s2)^2.
        a = _with_moments([1.0], np.array([[4.0]]))
        b = _with_moments([4.0], np.array([[0.25]]), seed=1)
        self.assertAlmostEqual(
            realism.frechet_distance(a, b), 9.0 + 1.5**2, places=6
        )

    def test_of_covariances_that_commute(self):
        a = _with_moments([0.0, 0.0], np.diag([1.0, 9.0]))
        b = _with_moments([3.0, 4.0], np.diag([4.0, 1.0]), seed=1)
        self.assertAlmostEqual(
            realism.frechet_distance(a, b), 25.0 + 1.0 + 4.0, places=6
        )

    def test_of_covariances_that_do_not_commute(self):
        # In two dimensions Tr(M^(1/2)) = sqrt(Tr M + 2 sqrt(det M)).
        first = np.array([[2.0, 0.9], [0.9, 1.0]])
        second = np.array([[1.0, -0.7], [-0.7, 3.0]])
        product = first @ second
        root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
        expected = 1.0 + np.trace(first) + np.trace(second) - 2 * root
        a = _with_moments([0.0, 1.0], first)
        b = _with_moments([0.0, 0.0], second, count=70, seed=1)
        self.assertAlmostEqual(
            realism.frechet_distance(a, b), expected, places=6
        )

    def test_of_a_set_and_itself_with_fewer_rows_than_columns(self):
        rows = np.random.default_rng(0).normal(size=(5, 30))
        self.assertAlmostEqual(
            realism.frechet_distance(rows, rows), 0.0, places=4
        )

    def test_refuses_shapes_that_do_not_fit(self):
        for shapes in (((1, 3), (4, 3)), ((4, 3), (4, 2)), ((4,), (4,))):
            a, b = map(np.zeros, shapes)
            for distance in (
                realism.frechet_distance,
                realism.kernel_distance,
            ):
                with self.assertRaisesRegex(ValueError, "features have shapes"):
                    distance(a, b)


class MeasureTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(3)
        shape = (12, 4, 4, 3)
        self.reals = rng.integers(0, 256, shape, dtype=np.uint8)
        self.others = rng.integers(0, 256, shape, dtype=np.uint8)

    def _measure(self, generated, sets=None, **options):
        return realism.measure(
            lambda images: tf.reshape(images, [-1, 48])[:, :5],
            self.reals,
            options.get("others", self.others),
            generated,
            extractor="first pixels",
            others=sets,
            batch_size=5,
        )

    def test_perfect_copies_reach_the_floor_and_the_edited_do_not(self):
        copies = self.others / 127.5 - 1.0
        figures = self._measure(
            copies,
            {
                "kid_edited": np.ones_like(copies)[:9],
                "kid_edited_floor": self.others,
                "kid_carried": copies[:1],
            },
        )
        self.assertAlmostEqual(
            figures.kid.value, figures.kid_floor.value, places=5
        )
        self.assertAlmostEqual(
            figures.fid.value, figures.fid_floor.value, places=5
        )
        self.assertGreater(
            figures.kid_edited.value, figures.kid_floor.value + 0.5
        )
        self.assertEqual(figures.kid.n, 12)
        # Each set has its own number; of one image there is no distance.
        self.assertEqual(figures.kid_edited.n, 9)
        self.assertEqual(figures.kid_edited_floor, figures.kid_floor)
        self.assertIsNone(figures.kid_carried)
        self.assertEqual(figures.extractor, "first pixels")

    def test_all_sets_have_the_size_of_the_smallest(self):
        copies = (self.others / 127.5 - 1.0)[:7]
        figures = self._measure(copies)
        self.assertEqual(figures.kid.n, 7)
        self.assertAlmostEqual(
            figures.fid.value, figures.fid_floor.value, places=5
        )
        self.assertIsNone(figures.kid_edited)

    def test_refuses_what_cannot_be_measured(self):
        copies = self.others / 127.5 - 1.0
        with self.assertRaisesRegex(ValueError, "other_reals are float64"):
            self._measure(copies, others=copies)
        with self.assertRaisesRegex(ValueError, "expected at least 2"):
            self._measure(copies[:1])


if __name__ == "__main__":
    absltest.main()
