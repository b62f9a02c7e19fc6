"""Computes what each layer may reach of a GPU's peak, from data sheets alone.

    ./bazelw run //benchmarks:roofline -- --resolution=256 --batch=16

A layer that does f operations for each byte that it moves is done no faster
than f times the memory's speed, and no faster than the arithmetic's peak:
Williams et al. 2009 (https://doi.org/10.1145/1498765.1498785). Nothing here is
measured. Moved are, once each, a layer's input, output and weights, in 16 bits;
caches that keep a small input, and operations that are computed together, make
it better, and everything between the convolutions makes it worse.
"""

import dataclasses
from collections.abc import Iterator, Sequence

from absl import app, flags

from stylex_tf.models import style_space

_RESOLUTION = flags.DEFINE_integer(
    "resolution", 256, "Side of the images, pixels."
)
_BATCH = flags.DEFINE_integer("batch", 16, "Images of one device.")
_CHANNEL_BASE = flags.DEFINE_integer("channel_base", 32_768, "See the config.")
_CHANNEL_MAX = flags.DEFINE_integer("channel_max", 512, "See the config.")

_BYTES = 2
_TAPS = 4


@dataclasses.dataclass(frozen=True)
class Device:
    """A GPU as its data sheet has it.

    Attributes:
        name: of the GPU.
        peak: dense operations a second of matrix units in 16 bits.
        bandwidth: bytes a second of its memory.
    """

    name: str
    peak: float
    bandwidth: float

    def reached(self, intensity: float) -> float:
        """Returns the operations a second that a layer can reach at most."""
        return min(self.peak, intensity * self.bandwidth)


DEVICES = (
    Device("T4", 65e12, 320e9),
    Device("A100 40 GB", 312e12, 1_555e9),
    Device("H100 SXM", 989e12, 3_350e9),
)


@dataclasses.dataclass(frozen=True)
class Layer:
    """One operation of a network on a batch.

    Attributes:
        name: network, resolution and operation.
        operations: multiplications and additions.
        moved: bytes read and written.
    """

    name: str
    operations: float
    moved: float

    @property
    def intensity(self) -> float:
        """Returns the operations for each byte."""
        return self.operations / self.moved


def convolution(
    name: str, batch: int, sides: tuple[int, int], kernel: int, io: tuple
) -> Layer:
    """Returns a convolution as a layer.

    Args:
        name: of the layer.
        batch: images.
        sides: of its input and of its output, pixels.
        kernel: its side.
        io: channels in and out.
    """
    (before, after), (i, o) = sides, io
    # A transposed one multiplies where its input is, a strided one where its
    # output is.
    places = batch * min(before, after) ** 2
    return Layer(
        name,
        2.0 * places * kernel**2 * i * o,
        _BYTES * (batch * (before**2 * i + after**2 * o) + kernel**2 * i * o),
    )


def blur(name: str, batch: int, sides: tuple[int, int], c: int) -> Layer:
    """Returns the filter beside a resampling, of 4 x 4 taps a channel."""
    before, after = sides
    return Layer(
        name,
        2.0 * batch * after**2 * _TAPS**2 * c,
        _BYTES * batch * c * (before**2 + after**2),
    )


def layers(resolution: int, batch: int, base: int, most: int) -> list[Layer]:
    """Returns generator and discriminator, forwards, in order.

    Args:
        resolution: of the images.
        batch: images of a device.
        base: `model.channel_base`.
        most: `model.channel_max`.
    """
    sides = style_space.resolutions(resolution)
    width = {
        side: style_space.channels_at(side, base=base, maximum=most)
        for side in sides
    }
    return [
        *_generator(sides, width, batch),
        *_discriminator(sides, width, batch),
    ]


def _generator(
    sides: Sequence[int], width: dict[int, int], batch: int
) -> Iterator[Layer]:
    for side in sides:
        name, c = f"generator b{side}", width[side]
        if side > 4:
            half, i = side // 2, width[side // 2]
            yield convolution(
                f"{name} conv0, up", batch, (half, side), 3, (i, c)
            )
            yield blur(f"{name} filter", batch, (side, side), c)
        yield convolution(f"{name} conv1", batch, (side, side), 3, (c, c))
        yield convolution(f"{name} to_rgb", batch, (side, side), 1, (c, 3))


def _discriminator(
    sides: Sequence[int], width: dict[int, int], batch: int
) -> Iterator[Layer]:
    top = sides[-1]
    yield convolution(
        f"discriminator b{top} from_rgb", batch, (top, top), 1, (3, width[top])
    )
    for side in reversed(sides[1:]):
        name, half = f"discriminator b{side}", side // 2
        c, o = width[side], width[half]
        yield convolution(f"{name} conv0", batch, (side, side), 3, (c, c))
        yield blur(f"{name} filter", batch, (side, side), c)
        yield convolution(f"{name} conv1, down", batch, (side, half), 3, (c, o))
        yield blur(f"{name} shortcut's filter", batch, (side, half), c)
        yield convolution(f"{name} shortcut", batch, (half, half), 1, (c, o))


def table(network: Sequence[Layer], devices: Sequence[Device]) -> list[str]:
    """Returns the lines of a Markdown table, one a layer, and of the whole."""
    heads = [f"{device.name}, % of peak" for device in devices]
    lines = [
        f"| computed | GFLOP | FLOP/byte | {' | '.join(heads)} |",
        f"|---|---|---|{'---|' * len(devices)}",
    ]
    for layer in network:
        shares = [
            f"{100 * device.reached(layer.intensity) / device.peak:.0f}"
            for device in devices
        ]
        lines.append(
            f"| {layer.name} | {layer.operations / 1e9:.1f} | "
            f"{layer.intensity:.0f} | {' | '.join(shares)} |"
        )
    total = sum(layer.operations for layer in network)
    moved = sum(layer.moved for layer in network)
    shares = [
        f"{100 * whole(network, device) / device.peak:.0f}"
        for device in devices
    ]
    lines.append(
        f"| **all, one after the other** | {total / 1e9:.0f} | "
        f"{total / moved:.0f} | {' | '.join(shares)} |"
    )
    return lines


def whole(network: Sequence[Layer], device: Device) -> float:
    """Returns the operations a second of all layers, one after the other."""
    seconds = sum(
        layer.operations / device.reached(layer.intensity) for layer in network
    )
    return sum(layer.operations for layer in network) / seconds


def main(arguments: Sequence[str]) -> None:
    """Prints the table."""
    del arguments
    network = layers(
        _RESOLUTION.value, _BATCH.value, _CHANNEL_BASE.value, _CHANNEL_MAX.value
    )
    print("\n".join(table(network, DEVICES)))


if __name__ == "__main__":
    app.run(main)
