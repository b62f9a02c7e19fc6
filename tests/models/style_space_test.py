import json
import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.models import style_space

_GOLDEN = pathlib.Path(__file__).parents[1] / "golden/style_space_16.json"


def tiny_space() -> style_space.StyleSpace:
    """12 channels at 4 px, 8 at 8 px and 4 at 16 px."""
    return style_space.StyleSpace.of_synthesis(
        16, channel_base=64, channel_max=12
    )


def default_space(resolution: int) -> style_space.StyleSpace:
    return style_space.StyleSpace.of_synthesis(
        resolution, channel_base=32_768, channel_max=512
    )


class StyleSpaceTest(parameterized.TestCase):
    def test_layout_is_the_golden_one(self):
        # A trained model's attributes are coordinates of this layout: to
        # change it is to break every model, and needs a line in CHANGELOG.md.
        golden = json.loads(_GOLDEN.read_text())
        self.assertEqual(tiny_space().to_dict(), golden)

    @parameterized.parameters(
        # 32 to 256 are published (Lang et al. 2021); the others follow.
        (16, 2_560),
        (32, 3_584),
        (64, 4_608),
        (128, 5_376),
        (256, 5_760),
        (512, 5_952),
        (1024, 6_048),
    )
    def test_searched_coordinates_are_those_of_stylegan2(
        self, resolution, size
    ):
        self.assertEqual(default_space(resolution).size, size)

    @parameterized.parameters(0, 6)
    def test_what_is_not_searched_is_carried_along(self, style_width):
        whole = style_space.StyleSpace.of_synthesis(
            16, channel_base=64, channel_max=12, style_width=style_width
        )
        part = style_space.StyleSpace.of_synthesis(
            16,
            channel_base=64,
            channel_max=12,
            style_width=style_width,
            searched_width=4,
        )
        self.assertEqual(part.total, whole.total)
        convs = [layer for layer in whole.layers if layer.searched]
        self.assertEqual(part.size, sum(min(layer.width, 4) for layer in convs))
        self.assertEqual(
            [layer.name for layer in part.layers if layer.searched],
            [layer.name for layer in convs],
        )
        remainders = {
            layer.name.removesuffix(style_space.REMAINDER): layer.width
            for layer in part.layers
            if layer.name.endswith(style_space.REMAINDER)
        }
        self.assertEqual(
            remainders,
            {layer.name: layer.width - 4 for layer in convs if layer.width > 4},
        )

    @parameterized.parameters(0, 6)
    def test_a_spatial_code_comes_last_and_changes_nothing_else(
        self, style_width
    ):
        sizes = dict(channel_base=64, channel_max=12, style_width=style_width)
        without = style_space.StyleSpace.of_synthesis(16, **sizes)
        space = style_space.StyleSpace.of_synthesis(
            16, **sizes, spatial_resolution=8, spatial_channels=3
        )
        self.assertEqual(space.layers[:-1], without.layers)
        self.assertEqual(
            space.layers[-1],
            style_space.StyleLayer(
                "b8.spatial", 8, 8 * 8 * 3, without.total, searched=False
            ),
        )
        self.assertEqual(space.spatial_size, 192)
        self.assertEqual(without.spatial_size, 0)

    @parameterized.parameters(0, 4, 12, 32)
    def test_refuses_a_spatial_code_of_no_block(self, resolution):
        with self.assertRaisesRegex(ValueError, r"expected one of \[8, 16\]"):
            style_space.StyleSpace.of_synthesis(
                16,
                channel_base=64,
                channel_max=12,
                spatial_resolution=resolution,
                spatial_channels=1,
            )

    @parameterized.parameters(16, 64, 1024)
    def test_layers_follow_each_other_without_a_gap(self, resolution):
        space = default_space(resolution)
        offset = 0
        for layer in space.layers:
            self.assertEqual(layer.offset, offset)
            offset += layer.width
        self.assertEqual(space.total, offset)

    def test_searched_coordinates_come_first(self):
        space = tiny_space()
        searched = [layer.searched for layer in space.layers]
        self.assertEqual(searched, sorted(searched, reverse=True))
        self.assertEqual(space.size, 12 + (12 + 8) + (8 + 4))
        self.assertEqual(space.total, space.size + 12 + 8 + 4)

    @parameterized.parameters(
        (0, ("b4.conv", 0)),
        (11, ("b4.conv", 11)),
        (12, ("b8.conv0", 0)),
        (43, ("b16.conv1", 3)),
        (44, ("b4.to_rgb", 0)),
        (67, ("b16.to_rgb", 3)),
    )
    def test_locates_a_coordinate(self, coordinate, expected):
        self.assertEqual(tiny_space().locate(coordinate), expected)

    @parameterized.parameters(-1, 68)
    def test_refuses_a_coordinate_outside(self, coordinate):
        with self.assertRaisesRegex(IndexError, f"{coordinate}; .* 0 to 67"):
            tiny_space().locate(coordinate)

    def test_splits_and_joins(self):
        space = tiny_space()
        styles = tf.reshape(tf.range(2.0 * space.total), [2, space.total])
        by_layer = space.split(styles)
        for coordinate in range(space.total):
            name, channel = space.locate(coordinate)
            np.testing.assert_array_equal(
                by_layer[name][:, channel], styles[:, coordinate]
            )
        np.testing.assert_array_equal(space.join(by_layer), styles)

    def test_comes_back_from_json(self):
        space = tiny_space()
        read = json.loads(json.dumps(space.to_dict()))
        self.assertEqual(style_space.StyleSpace.from_dict(read), space)

    def test_a_style_width_bounds_each_layer_and_leaves_out_to_rgb(self):
        space = style_space.StyleSpace.of_synthesis(
            16, channel_base=64, channel_max=12, style_width=6
        )
        self.assertEqual([layer.width for layer in space.layers], [6] * 4 + [4])
        self.assertEqual(space.size, space.total)

    @parameterized.parameters(0, 8, 24, 48, 2048)
    def test_refuses_other_resolutions(self, resolution):
        with self.assertRaisesRegex(ValueError, "power of two from 16 to 1024"):
            default_space(resolution)


if __name__ == "__main__":
    absltest.main()
