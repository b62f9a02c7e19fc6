"""Tests of stylex_tf.ops.augmentation: each operation, and the gradients."""

import math

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.ops import augmentation

_SIZE = 6
_SEED = tf.constant([3, 14], tf.int64)


def _images(count: int = 2, size: int = _SIZE) -> np.ndarray:
    shape = (count, size, size, 3)
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


def _parameters(count: int = 2, **changes) -> augmentation.Parameters:
    """Nothing happens, but for the changes; each for all images alike."""
    values = {
        "flip": 1.0,
        "quarter_turns": 0,
        "translation": [0.0, 0.0],
        "scale": 1.0,
        "turn": 0.0,
        "stretch": 1.0,
        "second_turn": 0.0,
        "offset": [0.0, 0.0],
        "brightness": 0.0,
        "contrast": 1.0,
        "luma": 1.0,
        "hue": 0.0,
        "saturation": 1.0,
    } | changes
    return augmentation.Parameters(
        **{name: tf.constant([value] * count) for name, value in values.items()}
    )


def _augment(images, strength: float, seed=_SEED, **options) -> np.ndarray:
    options = {"batch_size": len(images), "first": 0} | options
    return augmentation.augment(
        tf.constant(images), strength=strength, seed=seed, **options
    ).numpy()


def _forwards(name: str, value) -> np.ndarray:
    """The affine matrix of an operation as the paper writes it, y down."""
    x_y = np.eye(3)
    if name == "flip":
        x_y[0, 0] = value
    elif name in ("translation", "offset"):
        x_y[:2, 2] = value
    elif name == "scale":
        x_y[0, 0] = x_y[1, 1] = value
    elif name == "stretch":
        x_y[0, 0], x_y[1, 1] = value, 1 / value
    else:
        angle = value * math.pi / 2 if name == "quarter_turns" else value
        c, s = math.cos(angle), math.sin(angle)
        x_y[:2, :2] = [[c, s], [-s, c]]
    return x_y


def _sample_slowly(image: np.ndarray, forwards: np.ndarray) -> np.ndarray:
    """Asks for each pixel where it comes from, and mixes the four there."""
    size, far = len(image), 40
    mirrored = np.pad(image, [(far, far), (far, far), (0, 0)], mode="reflect")
    backwards, centre = np.linalg.inv(forwards), (size - 1) / 2
    out = np.zeros_like(image)
    for i in range(size):
        for j in range(size):
            x, y, _ = backwards @ [j - centre, i - centre, 1.0]
            x, y = x + centre + far, y + centre + far
            left, top = math.floor(x), math.floor(y)
            for row, column in np.ndindex(2, 2):
                weight = abs(1 - row - (y - top)) * abs(1 - column - (x - left))
                out[i, j] += weight * mirrored[top + row, left + column]
    return out


def _colour_matrix(**changes) -> np.ndarray:
    """The product of the 4x4 matrices of the paper, one an operation."""
    v = np.array([1, 1, 1, 0]) / math.sqrt(3)
    grey, all_four = np.outer(v, v), np.eye(4)
    product = np.eye(4)
    product[:3, 3] = changes.get("brightness", 0)
    contrast = changes.get("contrast", 1)
    product = np.diag([contrast, contrast, contrast, 1]) @ product
    if changes.get("luma", 1) < 0:
        product = (all_four - 2 * grey) @ product
    angle, turned = changes.get("hue", 0), np.eye(4)
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    turned[:3, :3] = (
        math.cos(angle) * np.eye(3)
        + math.sin(angle) * cross
        + (1 - math.cos(angle)) * grey[:3, :3]
    )
    product = turned @ product
    saturation = changes.get("saturation", 1)
    return (grey + (all_four - grey) * saturation) @ product


class GeometryTest(parameterized.TestCase):
    def _apply(self, images, **changes) -> np.ndarray:
        return augmentation.apply(
            tf.constant(images), _parameters(len(images), **changes)
        ).numpy()

    def test_a_flip_is_a_flip(self):
        images = _images()
        np.testing.assert_array_equal(
            self._apply(images, flip=-1.0), images[:, :, ::-1]
        )

    @parameterized.parameters(1, 2, 3)
    def test_quarter_turns_are_counter_clockwise(self, turns):
        images = _images()
        np.testing.assert_array_equal(
            self._apply(images, quarter_turns=turns),
            np.rot90(images, turns, axes=(1, 2)),
        )

    @parameterized.parameters((1, 0), (0, 2), (-2, 1), (5, -5))
    def test_a_translation_by_pixels_shows_the_reflection(self, right, down):
        images, far = _images(), 5
        mirrored = np.pad(
            images, [(0, 0), (far, far), (far, far), (0, 0)], mode="reflect"
        )
        top, left = far - down, far - right
        np.testing.assert_array_equal(
            self._apply(images, translation=[float(right), float(down)]),
            mirrored[:, top : top + _SIZE, left : left + _SIZE],
        )

    @parameterized.parameters(
        ("scale", 1.7),
        ("scale", 0.4),
        ("turn", 0.6),
        ("second_turn", -2.5),
        ("stretch", 1.4),
        ("offset", [0.3, -1.6]),
    )
    def test_an_operation_is_its_slow_twin(self, name, value):
        images = _images()
        expected = [_sample_slowly(x, _forwards(name, value)) for x in images]
        np.testing.assert_allclose(
            self._apply(images, **{name: value}), expected, atol=2e-5
        )

    def test_the_order_is_that_of_the_paper(self):
        changes = {
            "flip": -1.0,
            "quarter_turns": 1,
            "translation": [1.0, -2.0],
            "scale": 0.8,
            "turn": 0.4,
            "stretch": 1.2,
            "second_turn": -1.1,
            "offset": [0.4, 0.7],
        }
        forwards = np.eye(3)
        for name, value in changes.items():
            forwards = _forwards(name, value) @ forwards
        images = _images()
        np.testing.assert_allclose(
            self._apply(images, **changes),
            [_sample_slowly(x, forwards) for x in images],
            atol=5e-5,
        )


class ColourTest(parameterized.TestCase):
    @parameterized.parameters(
        {"brightness": 0.3},
        {"contrast": 0.6},
        {"luma": -1.0},
        {"hue": 1.2},
        {"saturation": 2.5},
        {
            "brightness": -0.2,
            "contrast": 1.3,
            "luma": -1.0,
            "hue": -2.1,
            "saturation": 0.4,
        },
    )
    def test_colours_are_the_product_of_the_papers_matrices(self, **changes):
        images = _images()
        matrix = _colour_matrix(**changes)
        np.testing.assert_allclose(
            augmentation.apply(tf.constant(images), _parameters(**changes)),
            images @ matrix[:3, :3].T + matrix[:3, 3],
            atol=1e-6,
        )

    def test_a_third_of_a_circle_of_hue_exchanges_the_colours(self):
        images = _images()
        turned = augmentation.apply(
            tf.constant(images), _parameters(hue=2 * math.pi / 3)
        )
        np.testing.assert_allclose(turned, images[..., [2, 0, 1]], atol=1e-6)

    def test_without_saturation_a_picture_is_grey(self):
        images = _images()
        grey = augmentation.apply(
            tf.constant(images), _parameters(saturation=0.0)
        )
        mean = np.broadcast_to(images.mean(-1, keepdims=True), images.shape)
        np.testing.assert_allclose(grey, mean, atol=1e-6)


class DrawTest(parameterized.TestCase):
    """Shares and sizes, over 20,000 images."""

    _COUNT = 20_000

    def _draw(self, strength: float) -> dict[str, np.ndarray]:
        drawn = augmentation.draw(strength, _SEED, self._COUNT, 64)
        return {name: np.array(v) for name, v in drawn._asdict().items()}

    @parameterized.parameters(0.1, 0.5)
    def test_the_strength_is_the_probability_of_each_operation(self, strength):
        nothing = _parameters(1)._asdict()
        # Half of the flips and a quarter of the turns are none, and so is one
        # translation of some.
        shares = {"flip": 0.5, "luma": 0.5, "quarter_turns": 0.75}
        once = 1 - math.sqrt(1 - strength)
        for name, value in self._draw(strength).items():
            changed = value != nothing[name].numpy()
            if changed.ndim > 1:
                changed = changed.any(axis=1)
            expected = strength * shares.get(name, 1.0)
            if "turn" in name and name != "quarter_turns":
                expected = once
            # For 20,000 the deviation is at most 0.0036.
            self.assertAlmostEqual(changed.mean(), expected, delta=0.015)

    def test_operations_are_independent_of_each_other(self):
        drawn = self._draw(0.5)
        changed = np.stack(
            [drawn[name] != 1.0 for name in ("scale", "stretch", "contrast")]
            + [drawn[name] != 0.0 for name in ("turn", "brightness", "hue")]
        )
        correlations = np.corrcoef(changed) - np.eye(len(changed))
        self.assertLess(np.abs(correlations).max(), 0.04)

    def test_the_sizes_are_those_of_the_paper(self):
        drawn = self._draw(1.0)
        for name, deviation in (
            ("scale", 0.2),
            ("stretch", 0.2),
            ("contrast", 0.5),
            ("saturation", 1.0),
        ):
            logarithms = np.log2(drawn[name])
            self.assertAlmostEqual(logarithms.mean(), 0.0, delta=0.03)
            self.assertAlmostEqual(
                logarithms.std() / deviation, 1.0, delta=0.03
            )
        for name, deviation in (("brightness", 0.2), ("offset", 8.0)):
            self.assertAlmostEqual(
                drawn[name].std() / deviation, 1.0, delta=0.03
            )
        for name in ("turn", "second_turn", "hue"):
            tenths, _ = np.histogram(drawn[name], 10, (-math.pi, math.pi))
            self.assertEqual(tenths.sum(), self._COUNT)
            self.assertBetween(tenths.min(), 1_800, 2_200)
        moved = drawn["translation"]
        np.testing.assert_array_equal(moved, np.round(moved))
        self.assertEqual((moved.min(), moved.max()), (-8, 8))
        self.assertCountEqual(np.unique(drawn["flip"]), [-1, 1])
        self.assertCountEqual(np.unique(drawn["luma"]), [-1, 1])
        self.assertCountEqual(np.unique(drawn["quarter_turns"]), [0, 1, 2, 3])


class AugmentTest(parameterized.TestCase):
    @parameterized.parameters(16, 33)
    def test_strength_0_changes_no_bit(self, size):
        images = _images(4, size)
        np.testing.assert_array_equal(_augment(images, 0.0), images)

    def test_strength_1_changes_every_image_in_its_own_way(self):
        images = np.repeat(_images(1), 8, axis=0)
        augmented = _augment(images, 1.0)
        self.assertLen(
            {image.tobytes() for image in (*augmented, images[0])}, 9
        )

    def test_belongs_to_the_seed(self):
        images = _images(4)
        np.testing.assert_array_equal(
            _augment(images, 0.8), _augment(images, 0.8)
        )
        other = _augment(images, 0.8, _SEED + 1)
        self.assertFalse(np.array_equal(_augment(images, 0.8), other))

    def test_parts_of_a_batch_are_the_batch(self):
        images = _images(8)
        parts = [
            _augment(images[i : i + 2], 0.7, batch_size=8, first=i)
            for i in range(0, 8, 2)
        ]
        # Sines of 2 numbers and of 8 differ in the last bit.
        np.testing.assert_allclose(
            np.concatenate(parts), _augment(images, 0.7), atol=1e-5
        )

    def test_keeps_the_shape_in_a_graph(self):
        @tf.function(input_signature=[tf.TensorSpec([None, 16, 16, 3])])
        def run(images):
            made = augmentation.augment(
                images, strength=0.5, seed=_SEED, batch_size=4
            )
            self.assertEqual(made.shape.as_list(), [None, 16, 16, 3])
            return made

        images = _images(4, 16)
        np.testing.assert_allclose(
            run(images), _augment(images, 0.5), atol=1e-5
        )


class GradientTest(absltest.TestCase):
    def _all_at_once(self, images: tf.Tensor) -> tf.Tensor:
        return augmentation.augment(
            images, strength=1.0, seed=_SEED, batch_size=2
        )

    def test_the_gradient_is_the_numeric_one(self):
        exact, numeric = tf.test.compute_gradient(
            tf.function(self._all_at_once),
            [tf.constant(_images(2, 4))],
            delta=0.5,
        )
        # The augmentation is linear up to a constant: a long step is exact.
        np.testing.assert_allclose(exact[0], numeric[0], atol=1e-5)

    def test_the_second_gradient_is_the_numeric_one(self):
        """R1 punishes the gradient at the image before its augmentation."""

        @tf.function
        def squared_gradient(images):
            with tf.GradientTape() as tape:
                tape.watch(images)
                total = tf.reduce_sum(self._all_at_once(images) ** 3)
            return tf.reduce_sum(tape.gradient(total, images) ** 2)

        images = tf.constant(0.3 * _images(2, 4))
        exact, numeric = tf.test.compute_gradient(
            squared_gradient, [images], delta=1e-2
        )
        largest = np.abs(exact[0]).max()
        self.assertGreater(largest, 1.0)
        np.testing.assert_allclose(exact[0], numeric[0], atol=0.01 * largest)


if __name__ == "__main__":
    absltest.main()
