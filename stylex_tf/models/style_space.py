"""Knows which flat coordinate belongs to which layer and channel.

Wu et al. 2021 (https://arxiv.org/abs/2011.12799). The flat vector holds the
styles of all convolutions first, S searched coordinates, then those of the
toRGB layers, which are carried along and not searched: T in all.

Differs from the paper, where asked for: with a style width m, only the first
m input channels of each convolution follow the styles; the others, and toRGB,
are the same for every image. An image is then described by few coordinates,
each of which does much, instead of by hundreds that do little each. With a
searched width s as well, only the first s of these m are searched; the others,
the remainder, are carried along. A photograph needs more coordinates than an
explanation should have. A spatial code, a small map [r, r, c] that says what is
where in the picture, is a remainder as well; it comes last.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import tensorflow as tf

REMAINDER = ".remainder"
"""Ends the name of a convolution's coordinates that are not searched."""

SPATIAL = ".spatial"
"""Ends the name of the spatial code."""


def channels_at(resolution: int, *, base: int, maximum: int) -> int:
    """Returns the channels of the layers at a resolution."""
    return min(base // resolution, maximum)


@dataclasses.dataclass(frozen=True)
class StyleLayer:
    """The style vector of one layer: `width` coordinates from `offset`."""

    name: str
    resolution: int
    width: int
    offset: int
    searched: bool


@dataclasses.dataclass(frozen=True)
class StyleSpace:
    """The layout of the flat style vector, [N, T]."""

    layers: tuple[StyleLayer, ...]

    @classmethod
    def of_synthesis(
        cls,
        resolution: int,
        *,
        channel_base: int,
        channel_max: int,
        style_width: int = 0,
        searched_width: int = 0,
        spatial_resolution: int = 0,
        spatial_channels: int = 0,
    ) -> "StyleSpace":
        """Returns the layout of a synthesis network of these sizes.

        Args:
            resolution: R, height and width of the images.
            channel_base: see `channels_at`.
            channel_max: see `channels_at`.
            style_width: coordinates a convolution, at most; 0 is one for
                every input channel, and for those of toRGB: StyleGAN2's.
            searched_width: coordinates a convolution that are searched, at
                most; 0 is all of them.
            spatial_resolution: r, that of a block above the first.
            spatial_channels: c, its channels; 0 is no spatial code.

        Raises:
            ValueError: no block has the spatial code's resolution.
        """
        if spatial_channels and (
            spatial_resolution not in resolutions(resolution)[1:]
        ):
            raise ValueError(
                f"spatial_resolution is {spatial_resolution}; expected one of "
                f"{resolutions(resolution)[1:]}"
            )
        if style_width:
            channel_max = min(channel_max, style_width)
        width = {
            r: channels_at(r, base=channel_base, maximum=channel_max)
            for r in resolutions(resolution)
        }
        convs = [("b4.conv", 4, width[4])]
        for r in resolutions(resolution)[1:]:
            convs.append((f"b{r}.conv0", r, width[r // 2]))
            convs.append((f"b{r}.conv1", r, width[r]))
        carried = []
        if searched_width:
            carried = [
                (f"{name}{REMAINDER}", r, size - searched_width)
                for name, r, size in convs
                if size > searched_width
            ]
            convs = [
                (name, r, min(size, searched_width)) for name, r, size in convs
            ]
        if not style_width:
            carried += [(f"b{r}.to_rgb", r, width[r]) for r in width]
        if spatial_channels:
            r = spatial_resolution
            carried.append((f"b{r}{SPATIAL}", r, r * r * spatial_channels))
        return cls._in_a_row(convs, carried)

    @classmethod
    def _in_a_row(
        cls,
        searched: Sequence[tuple[str, int, int]],
        carried: Sequence[tuple[str, int, int]],
    ) -> "StyleSpace":
        """Lays out layers, as (name, resolution, width), one after another."""
        layers: list[StyleLayer] = []
        offset = 0
        for name, r, size in (*searched, *carried):
            is_searched = len(layers) < len(searched)
            layers.append(StyleLayer(name, r, size, offset, is_searched))
            offset += size
        return cls(tuple(layers))

    @property
    def total(self) -> int:
        """Returns T, the width of the flat vector."""
        return sum(layer.width for layer in self.layers)

    @property
    def size(self) -> int:
        """Returns S: so many coordinates are searched, and come first."""
        return sum(layer.width for layer in self.layers if layer.searched)

    @property
    def spatial_size(self) -> int:
        """Counts the numbers of the spatial code, which come last; 0: none."""
        last = self.layers[-1]
        return last.width if last.name.endswith(SPATIAL) else 0

    def locate(self, coordinate: int) -> tuple[str, int]:
        """Returns the layer's name and the channel of a flat coordinate.

        Raises:
            IndexError: the coordinate lies outside the flat vector.
        """
        for layer in self.layers:
            if 0 <= coordinate - layer.offset < layer.width:
                return layer.name, coordinate - layer.offset
        raise IndexError(
            f"style coordinate {coordinate}; expected 0 to {self.total - 1}"
        )

    def split(self, styles: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the style vector of each layer, [N, T] -> name: [N, I]."""
        widths = [layer.width for layer in self.layers]
        parts = tf.split(styles, widths, axis=-1)
        return {
            layer.name: part
            for layer, part in zip(self.layers, parts, strict=True)
        }

    def join(self, by_layer: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the flat vector, name: [N, I] -> [N, T]."""
        return tf.concat([by_layer[layer.name] for layer in self.layers], -1)

    def to_dict(self) -> list[dict]:
        """Returns the layout as JSON can hold it."""
        return [dataclasses.asdict(layer) for layer in self.layers]

    @classmethod
    def from_dict(cls, layers: Sequence[Mapping]) -> "StyleSpace":
        """Reads what `to_dict` returned."""
        return cls(tuple(StyleLayer(**layer) for layer in layers))


def resolutions(resolution: int) -> list[int]:
    """Returns 4, 8, ... up to a resolution.

    Raises:
        ValueError: not a power of two from 16 to 1024.
    """
    if resolution not in (16, 32, 64, 128, 256, 512, 1024):
        raise ValueError(
            f"resolution is {resolution}; expected a power of two from 16 "
            "to 1024"
        )
    return [2**k for k in range(2, resolution.bit_length())]
