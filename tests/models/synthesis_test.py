from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.models import style_space, synthesis
from stylex_tf.ops import modulated_conv, seeded_draws


def tiny(**options) -> synthesis.Synthesis:
    """A network of 16 px that uses its noise."""
    network = synthesis.Synthesis(
        16, channel_base=64, channel_max=12, **options
    )
    network(some_styles(network))
    for conv in network.convs.values():
        conv.noise.strength.assign(0.3)
    return network


def some_styles(network: synthesis.Synthesis, n: int = 3) -> tf.Tensor:
    total = network.style_space.total
    return 1.0 + tf.random.stateless_normal([n, total], seed=[0, 0])


def _weights_of(network: synthesis.Synthesis, layer: str) -> list[tf.Variable]:
    if layer == "constant":
        return [network.constant]
    return {**network.convs, **network.to_rgb}[layer].weights


def distance(first: tf.Tensor, second: tf.Tensor) -> float:
    return float(tf.reduce_max(tf.abs(first - second)))


class SynthesisTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    @parameterized.parameters("fixed", "none", "random")
    def test_an_edit_in_a_batch_equals_the_edit_alone(self, noise):
        network = tiny()
        seed = tf.constant([1, 2])
        styles = some_styles(network, 1)
        coordinates = [0, 20, 43, 50]
        rows = tf.one_hot(coordinates, network.style_space.total) * 2.0
        together = network(styles + rows, noise="fixed")
        for row, image in zip(rows, together, strict=True):
            alone = network(styles + row[None], noise="fixed")
            np.testing.assert_allclose(image, alone[0], atol=1e-5)
            options = {"noise": noise, "seed": seed}
            self.assertGreater(
                distance(
                    network(styles + row[None], **options),
                    network(styles, **options),
                ),
                1e-3,
            )

    @parameterized.parameters(0, 6)
    def test_a_remainder_is_another_order_of_the_same_styles(self, width):
        whole = tiny(style_width=width)
        parted = tiny(style_width=width, searched_width=2)
        for ours, theirs in zip(parted.weights, whole.weights, strict=True):
            ours.assign(theirs)
        by_layer = parted.style_space.split(some_styles(parted))
        joined = {
            layer.name: tf.concat(
                [
                    by_layer[name]
                    for name in (
                        layer.name,
                        layer.name + style_space.REMAINDER,
                    )
                    if name in by_layer
                ],
                axis=-1,
            )
            for layer in whole.style_space.layers
        }
        np.testing.assert_allclose(
            parted(parted.style_space.join(by_layer)),
            whole(whole.style_space.join(joined)),
            atol=1e-6,
        )

    def test_a_spatial_code_of_zeros_adds_nothing(self):
        plain = tiny(style_width=6)
        network = tiny(style_width=6, spatial_resolution=8, spatial_channels=3)
        for layer in (*plain.convs, *plain.to_rgb, "constant"):
            for ours, theirs in zip(
                _weights_of(network, layer),
                _weights_of(plain, layer),
                strict=True,
            ):
                ours.assign(theirs)
        styles = some_styles(plain)
        zeros = tf.zeros([3, network.style_space.spatial_size])
        np.testing.assert_allclose(
            network(tf.concat([styles, zeros], axis=1)),
            plain(styles),
            atol=1e-6,
        )

    def test_a_spatial_code_acts_where_it_stands(self):
        network = tiny(style_width=6, spatial_resolution=8, spatial_channels=3)
        styles = some_styles(network, 1)
        code = np.zeros([1, 8, 8, 3], np.float32)
        code[0, 0, 0] = 1.0
        first = network.style_space.layers[-1].offset
        moved = styles.numpy()
        moved[:, first:] += code.reshape([1, -1])
        change = np.abs(
            network(moved, noise="none") - network(styles, noise="none")
        )
        self.assertGreater(change[0, :4, :4].max(), 1e-2)
        self.assertEqual(change[0, 10:].max(), 0.0)
        self.assertEqual(change[0, :, 10:].max(), 0.0)

    @parameterized.parameters("fixed", "none")
    def test_gives_the_same_image_every_time(self, noise):
        network = tiny()
        styles = some_styles(network)
        np.testing.assert_array_equal(
            network(styles, noise=noise), network(styles, noise=noise)
        )

    def test_random_noise_depends_on_the_seed_alone(self):
        network = tiny()
        styles = some_styles(network)
        first, again, other = (
            network(styles, noise="random", seed=tf.constant(seed))
            for seed in ([1, 2], [1, 2], [1, 3])
        )
        np.testing.assert_array_equal(first, again)
        self.assertGreater(distance(first, other), 0.1)

    def test_the_modes_of_noise_differ(self):
        network = tiny()
        styles = some_styles(network)
        fixed, none = network(styles), network(styles, noise="none")
        random = network(styles, noise="random", seed=tf.constant([1, 2]))
        self.assertGreater(distance(fixed, none), 0.1)
        self.assertGreater(distance(fixed, random), 0.1)
        self.assertGreater(distance(none, random), 0.1)

    def test_no_layer_of_any_step_shares_its_noise_with_another(self):
        network = tiny()
        styles = some_styles(network, 1)
        with mock.patch.object(
            seeded_draws, "normal", wraps=seeded_draws.normal
        ) as drawn:
            for step in range(4):
                network(styles, noise="random", seed=tf.constant([7, step]))
        seeds = {tuple(call.args[1].numpy()) for call in drawn.mock_calls}
        self.assertLen(seeds, 4 * 5)

    @parameterized.parameters("mixed_bfloat16", "mixed_float16")
    def test_styles_and_kernels_reach_every_layer_in_float32(self, policy):
        keras.mixed_precision.set_global_policy(policy)
        self.addCleanup(keras.mixed_precision.set_global_policy, "float32")
        with mock.patch.object(
            modulated_conv,
            "modulated_conv2d",
            wraps=modulated_conv.modulated_conv2d,
        ) as convolve:
            image = tiny()(tf.ones([1, 68]))
        self.assertEqual(image.dtype, tf.float32)
        dtypes = {
            tuple(tensor.dtype.name for tensor in call.args)
            for call in convolve.mock_calls
        }
        half = policy.removeprefix("mixed_")
        self.assertEqual(dtypes, {(half, "float32", "float32")})

    def test_to_rgb_of_all_sizes_add_up(self):
        # With one toRGB bias, all else zero, the image is that colour,
        # upsampled from its size: exact away from the border.
        network = tiny()
        for layer in network.to_rgb.values():
            layer.kernel.assign(tf.zeros_like(layer.kernel))
        network.to_rgb["b4"].bias.assign([1.0, 0.0, 0.0])
        network.to_rgb["b16"].bias.assign([0.0, 0.5, 0.0])
        image = network(some_styles(network))
        np.testing.assert_allclose(
            image[:, 3:-3, 3:-3],
            np.broadcast_to([1.0, 0.5, 0.0], [3, 10, 10, 3]),
            atol=1e-5,
        )

    def test_a_style_width_leaves_other_channels_alone(self):
        # The twin has all styles; those beyond the width are 1.
        narrow, twin = tiny(style_width=6), tiny()
        twin.set_weights(narrow.get_weights())
        styles = some_styles(narrow)
        by_layer = narrow.style_space.split(styles)
        padded = {}
        for layer in twin.style_space.layers:
            known = by_layer.get(layer.name, tf.zeros([3, 0]))
            ones = tf.ones([3, layer.width - known.shape[1]])
            padded[layer.name] = tf.concat([known, ones], axis=1)
        np.testing.assert_allclose(
            narrow(styles), twin(twin.style_space.join(padded)), atol=1e-5
        )

    @parameterized.product(
        style_width=[0, 6], spatial_channels=[0, 3], layer=[0, 1, 2, 3, 4]
    )
    def test_resumes_at_any_layer(self, style_width, spatial_channels, layer):
        network = tiny(
            style_width=style_width,
            spatial_resolution=16,
            spatial_channels=spatial_channels,
        )
        styles = some_styles(network)
        states = network.enter(styles)
        self.assertLen(states, 5)
        np.testing.assert_allclose(
            network.resume(layer, states[layer], styles),
            network(styles),
            atol=1e-5,
        )
        # The edits are of this layer and of all that follow, toRGB included.
        space = network.style_space
        first = space.layers[layer]
        later = np.arange(space.total) >= first.offset
        for to_rgb in space.layers:
            if not to_rgb.searched:
                end = to_rgb.offset + to_rgb.width
                later[to_rgb.offset : end] = (
                    to_rgb.resolution >= first.resolution
                )
        if spatial_channels:
            # It enters behind b16.conv0.
            later[space.layers[-1].offset :] = layer <= 3
        edited = styles + np.float32(later) * 0.5
        np.testing.assert_allclose(
            network.resume(layer, states[layer], edited),
            network(edited),
            atol=1e-5,
        )
        self.assertGreater(distance(network(edited), network(styles)), 0.1)

    def test_resumes_with_any_rows_of_a_state(self):
        network = tiny()
        styles = some_styles(network)
        rows = [2, 2, 0, 1]
        for layer, state in enumerate(network.enter(styles)):
            state = tuple(tf.gather(part, rows) for part in state)
            np.testing.assert_allclose(
                network.resume(layer, state, tf.gather(styles, rows)),
                tf.gather(network(styles), rows),
                atol=1e-5,
            )

    @parameterized.parameters("mixed_bfloat16", "mixed_float16")
    def test_what_enters_a_layer_is_of_the_compute_dtype(self, policy):
        keras.mixed_precision.set_global_policy(policy)
        self.addCleanup(keras.mixed_precision.set_global_policy, "float32")
        network = tiny()
        half = policy.removeprefix("mixed_")
        for layer, state in enumerate(network.enter(some_styles(network))):
            dtypes = [part.dtype.name for part in state]
            self.assertEqual(dtypes, [half, "float32"][: 1 + bool(layer)])

    def test_refuses_styles_of_another_width(self):
        with self.assertRaisesRegex(ValueError, "styles has shape .*67"):
            tiny()(tf.ones([1, 67]))
        with self.assertRaisesRegex(ValueError, "styles has shape .*67"):
            tiny().enter(tf.ones([1, 67]))
        with self.assertRaisesRegex(ValueError, "styles has shape .*67"):
            tiny().resume(0, (), tf.ones([1, 67]))

    def test_refuses_an_unknown_noise(self):
        network = tiny()
        with self.assertRaisesRegex(ValueError, "noise mode is 'loud'"):
            network(some_styles(network), noise="loud")


if __name__ == "__main__":
    absltest.main()
