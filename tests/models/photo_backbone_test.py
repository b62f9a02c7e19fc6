import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.models import photo_backbone

# The layers of keras.applications.MobileNetV2 that put out the maps.
_TAPS = (
    "expanded_conv_project_BN",
    "block_2_add",
    "block_5_add",
    "block_12_add",
)


def keras_twin(side: int) -> keras.Model:
    """MobileNetV2 of Keras with our kernels, its normalisations made plain."""
    whole = keras.applications.MobileNetV2(
        input_shape=(side, side, 3), include_top=False, weights=None
    )
    with np.load(photo_backbone.WEIGHTS) as arrays:
        for block in range(-1, photo_backbone.BLOCKS):
            for part in ("expand", "depthwise", "project"):
                if block == -1:
                    ours, conv, norm = "stem", "Conv1", "bn_Conv1"
                else:
                    ours = f"b{block}/{part}"
                    conv = f"block_{block}_{part}"
                    if block == 0:
                        conv = f"expanded_conv_{part}"
                    norm = f"{conv}_BN"
                if f"{ours}/kernel" not in arrays:
                    continue
                bias = arrays[f"{ours}/bias"].astype(np.float32)
                whole.get_layer(conv).set_weights(
                    [arrays[f"{ours}/kernel"].astype(np.float32)]
                )
                ones, zeros = np.ones_like(bias), np.zeros_like(bias)
                epsilon = whole.get_layer(norm).epsilon
                whole.get_layer(norm).set_weights(
                    [ones, bias, zeros, ones - epsilon]
                )
    outputs = [whole.get_layer(name).output for name in _TAPS]
    return keras.Model(whole.input, outputs)


class PhotoBackboneTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        shape = [2, 32, 32, 3]
        self.images = tf.random.stateless_uniform(shape, [0, 1], -1.0, 1.0)

    def test_is_the_network_that_keras_builds(self):
        maps = photo_backbone.PhotoBackbone(32)(self.images)
        enlarged = tf.image.resize(self.images, [48, 48])
        for ours, theirs in zip(
            maps, keras_twin(48)(enlarged, training=False), strict=True
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)

    @parameterized.parameters(32, 64)
    def test_says_the_sizes_of_its_maps(self, resolution):
        backbone = photo_backbone.PhotoBackbone(resolution)
        maps = backbone(tf.zeros([1, resolution, resolution, 3]))
        self.assertEqual(
            [m.shape[1] for m in maps], photo_backbone.map_sides(resolution)
        )

    def test_is_never_trained_but_passes_gradients_on(self):
        backbone = photo_backbone.PhotoBackbone(32)
        with tf.GradientTape() as tape:
            tape.watch(self.images)
            total = tf.add_n(
                [tf.reduce_mean(tf.square(m)) for m in backbone(self.images)]
            )
        self.assertEmpty(backbone.trainable_variables)
        gradient = tape.gradient(total, self.images).numpy()
        self.assertTrue(np.isfinite(gradient).all())
        self.assertGreater(np.abs(gradient).max(), 0.0)


if __name__ == "__main__":
    absltest.main()
