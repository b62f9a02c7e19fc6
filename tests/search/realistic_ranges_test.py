"""Tests of ranges that the discriminator finds realistic."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.search import model as model_lib
from stylex_tf.search import realistic_ranges

_SIZE, _TOTAL = 3, 5


def _generate(styles):
    """Styles are the first pixels of a picture, [N, T] -> [N, 1, T, 3]."""
    return tf.repeat(styles[:, None, :, None], 3, axis=3)


def _styles(count=40, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-0.8, 0.8, (count, _TOTAL)).astype(np.float32)


def _pixels(styles):
    return np.asarray(tf.round((_generate(styles) + 1.0) * 127.5)).astype(
        np.uint8
    )


def _find(score, styles, reals=None, **options):
    model = model_lib.Model(_generate, lambda images: images, score)
    return realistic_ranges.find(
        model,
        styles,
        _pixels(styles if reals is None else reals),
        searched=_SIZE,
        **options,
    )


def _reference(score, styles, reals):
    """The same rule, one edit and one strength at a time."""
    floor = np.quantile(
        score(_pixels(reals) / np.float32(127.5) - 1.0),
        realistic_ranges.QUANTILE,
    )
    rows = np.linspace(0, len(styles) - 1, min(32, len(styles))).astype(int)

    def unreal(edit):
        pictures = _generate(np.stack([edit(styles[r].copy()) for r in rows]))
        return sum(float(value) < floor for value in score(pictures)) / len(
            rows
        )

    allowed = unreal(lambda style: style) + realistic_ranges.TOLERANCE
    ends = np.zeros((2, _SIZE))
    for direction in range(2):
        for coordinate in range(_SIZE):
            column = styles[:, coordinate].astype(np.float64)
            for share in (0.0, 0.01, 0.02, 0.05):
                end = np.quantile(column, (share, 1 - share)[direction])

                def edit(style, coordinate=coordinate, end=end):
                    style[coordinate] = end
                    return style

                ends[direction, coordinate] = end
                if unreal(edit) <= allowed:
                    break
    return ends


class RealisticRangesTest(parameterized.TestCase):
    @parameterized.parameters(0, 1, 2)
    def test_is_its_slow_twin(self, seed):
        rng = np.random.default_rng(seed)
        weights = tf.constant(rng.normal(size=(2, _TOTAL)), tf.float32)

        def score(images):
            pixels = tf.cast(images, tf.float32)[:, 0, :, 0]
            return -tf.reduce_sum(
                weights[0] * tf.nn.relu(pixels - 0.3)
                + weights[1] * tf.nn.relu(-pixels - 0.3),
                axis=1,
            )

        styles, reals = _styles(seed=seed), _styles(60, seed + 10)
        ranges = _find(score, styles, reals, batch_size=7)
        np.testing.assert_allclose(
            ranges.ends(), _reference(score, styles, reals), atol=1e-6
        )

    def test_goes_as_far_as_it_looks_real_and_no_further(self):
        # Coordinate 1 looks unreal above 0.5, everything else is fine.
        def score(images):
            return -tf.nn.relu(images[:, 0, 1, 0] - 0.5)

        styles = _styles(101)
        styles[:, 1] = np.linspace(-0.4, 0.4, 101)
        styles[:2, 1] = 0.96, 0.45
        ranges = _find(score, styles, reals=0.5 * styles)
        for coordinate in (0, 2):
            column = styles[:, coordinate]
            np.testing.assert_allclose(
                ranges.ends()[:, coordinate], [column.min(), column.max()]
            )
        self.assertAlmostEqual(ranges.minimum[1], styles[:, 1].min(), places=6)
        # One of a hundred goes further.
        self.assertAlmostEqual(ranges.maximum[1], 0.45, places=5)

    def test_two_heaps_are_no_obstacle(self):
        # Nothing between them is an image, and nothing there looks like one.
        styles = _styles(100)
        styles[:, 0] = np.repeat([-0.7, 0.7], [80, 20])

        def score(images):
            return tf.abs(images[:, 0, 0, 0])

        ranges = _find(score, styles)
        np.testing.assert_allclose(ranges.ends()[:, 0], [-0.7, 0.7])

    def test_an_edit_goes_at_least_as_far_as_one_image_in_twenty(self):
        def score(images):
            return -tf.abs(images[:, 0, 0, 0])

        styles = _styles(101)
        ranges = _find(score, styles)
        column = styles[:, 0]
        np.testing.assert_allclose(
            ranges.ends()[:, 0], np.quantile(column, [0.05, 0.95]), atol=1e-6
        )
        np.testing.assert_allclose(ranges.maximum[1], styles[:, 1].max())

    def test_reconstructions_that_look_unreal_already_are_the_measure(self):
        def score(images):
            return images[:, 0, 4, 0]

        styles = _styles()
        reals = styles + np.eye(_TOTAL)[4] * 5.0
        ranges = _find(score, styles, reals=np.clip(reals, -1, 1))
        np.testing.assert_allclose(ranges.maximum, styles[:, :3].max(axis=0))

    def test_only_what_failed_is_drawn_again(self):
        drawn = []

        def generate(styles):
            tf.py_function(
                lambda n: drawn.append(int(n)), [tf.shape(styles)[0]], []
            )
            return _generate(styles)

        model = model_lib.Model(
            generate,
            lambda images: images,
            lambda images: tf.reduce_mean(images, axis=[1, 2, 3]) * 0.0,
        )
        styles = _styles(8)
        realistic_ranges.find(
            model, styles, _pixels(styles), searched=_SIZE, batch_size=8
        )
        # The images themselves, and each of six edits once.
        self.assertEqual(sum(drawn), 8 + 6 * 8)

    def test_needs_a_score(self):
        with self.assertRaisesRegex(ValueError, "no score"):
            _find(None, _styles())


if __name__ == "__main__":
    absltest.main()
