import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.classifiers import feature_maps
from tests.classifiers import tiny_models


def _shapes(maps):
    return [tuple(m.shape[1:]) for m in maps]


def _around_a_backbone(kind: str) -> keras.Model:
    """Transfer learning: augmentation, a backbone, and a head of its own."""
    backbone = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3, 2, padding="same"),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.MaxPool2D(),
        ],
        name="backbone",
    )
    flip = keras.Sequential([keras.layers.RandomFlip()])
    head = keras.layers.Dense(2)
    if kind == "alone":
        return keras.Sequential([keras.Input((8, 8, 3)), backbone])
    if kind == "sequential":
        return keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                flip,
                keras.layers.Rescaling(2.0),
                backbone,
                keras.layers.Conv2D(5, 1, activation="relu"),
                keras.layers.Flatten(),
                head,
            ]
        )
    images = keras.Input((8, 8, 3))
    x = backbone(keras.layers.Rescaling(2.0)(flip(images)), training=False)
    x = keras.layers.Conv2D(5, 1, activation="relu")(x)
    return keras.Model(images, head(keras.layers.Flatten()(x)))


class FeatureMapsTest(parameterized.TestCase):
    def test_gives_the_last_map_of_each_resolution(self):
        inputs = keras.Input((8, 8, 3))
        x = keras.layers.Conv2D(2, 3, padding="same")(inputs)
        x = keras.layers.Conv2D(3, 3, padding="same")(x)
        x = keras.layers.BatchNormalization()(x)
        x = activated = keras.layers.ReLU()(x)
        x = keras.layers.MaxPool2D()(x)
        x = keras.layers.Conv2D(4, 1, activation="relu")(x)
        x = keras.layers.GlobalAveragePooling2D(keepdims=True)(x)
        x = keras.layers.Conv2D(2, 1)(x)
        model = keras.Model(inputs, keras.layers.Flatten()(x))
        images = tiny_models.images()

        output, maps = feature_maps.with_features(model)(images)

        np.testing.assert_allclose(output, model(images), rtol=1e-6)
        self.assertEqual(_shapes(maps), [(8, 8, 3), (4, 4, 4)])
        np.testing.assert_allclose(
            maps[0], keras.Model(inputs, activated)(images), rtol=1e-6
        )

    @parameterized.product(outer=[None, True], inner=[None, False, True])
    def test_models_inside_work_as_they_are_called(self, outer, inner):
        given = keras.Input((8, 8, 3))
        x = keras.layers.Conv2D(4, 3)(given)
        deep = keras.Model(given, keras.layers.BatchNormalization()(x))
        given = keras.Input((8, 8, 3))
        backbone = keras.Model(given, deep(given, training=inner))
        given = keras.Input((8, 8, 3))
        x = backbone(given, training=outer)
        x = keras.layers.GlobalAveragePooling2D()(x)
        model = keras.Model(given, keras.layers.Dense(2)(x))
        images = tiny_models.images()

        output, maps = feature_maps.with_features(model)(images)

        np.testing.assert_allclose(
            output, model(images, training=False), rtol=1e-5, atol=1e-6
        )
        self.assertEqual(_shapes(maps), [(6, 6, 4)])

    @parameterized.parameters(
        ("sequential", [(4, 4, 4), (2, 2, 5)]),
        ("functional", [(4, 4, 4), (2, 2, 5)]),
        ("alone", [(4, 4, 4)]),
    )
    def test_looks_into_a_backbone(self, kind, shapes):
        model = _around_a_backbone(kind)
        images = tiny_models.images()

        output, maps = feature_maps.with_features(model)(images)

        np.testing.assert_allclose(
            output, model(images, training=False), rtol=1e-5
        )
        self.assertEqual(_shapes(maps), shapes)

    def test_can_be_asked_twice(self):
        model = _around_a_backbone("sequential")
        images = tiny_models.images()
        feature_maps.with_features(model)
        _, maps = feature_maps.with_features(model)(images)
        self.assertEqual(_shapes(maps), [(4, 4, 4), (2, 2, 5)])

    def test_takes_a_backbone_that_a_connection_goes_around_as_one_piece(self):
        images = keras.Input((8, 8, 3))
        backbone = tiny_models.convolutional()
        around = keras.layers.Conv2D(2, 3)(images)
        pooled = keras.layers.GlobalAveragePooling2D()(around)
        joined = keras.layers.Concatenate()([backbone(images), pooled])
        model = keras.Model(images, keras.layers.Dense(2)(joined))

        output, maps = feature_maps.with_features(model)(tiny_models.images())

        np.testing.assert_allclose(
            output, model(tiny_models.images()), rtol=1e-5
        )
        self.assertEqual(_shapes(maps), [(6, 6, 2)])

    def test_any_size(self):
        model = tiny_models.convolutional(size=None)
        forward = feature_maps.with_features(model)
        self.assertEqual(
            _shapes(forward(tiny_models.images(size=12))[1]),
            [(6, 6, 4), (3, 3, 6)],
        )

    def test_a_model_without_convolutions_has_none(self):
        model = tiny_models.mean_of_pixels()
        output, maps = feature_maps.with_features(model)(tiny_models.images())
        self.assertEqual(output.shape, (3, 2))
        self.assertEqual(maps, [])

    def test_maps_have_gradients(self):
        forward = feature_maps.with_features(tiny_models.convolutional())
        images = tiny_models.images()
        with tf.GradientTape() as tape:
            tape.watch(images)
            score = sum(tf.reduce_sum(m) for m in forward(images)[1])
        self.assertGreater(np.abs(tape.gradient(score, images)).max(), 0)


if __name__ == "__main__":
    absltest.main()
