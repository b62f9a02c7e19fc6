"""Measures how the search's cost grows, on generators that nobody trained."""

import time

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.classifiers import architectures
from stylex_tf.models import synthesis
from stylex_tf.search import exact, layered, screened_search, screening
from stylex_tf.search import model as model_lib

# Resolution, channels at most, style width (0 is all), images.
_CASES = (
    (16, 32, 4, 16),
    (32, 32, 4, 8),
    (32, 32, 4, 16),
    (32, 32, 4, 32),
    (32, 32, 8, 16),
    (32, 32, 0, 16),
    (64, 32, 4, 16),
)


class _Layered(synthesis.Synthesis):
    """A synthesis as `layered.LayeredGenerator`."""

    @property
    def layer_widths(self) -> tuple[int, ...]:
        layers = self.style_space.layers
        return tuple(layer.width for layer in layers if layer.searched)


def report() -> None:
    """Prints a line a case."""
    print("fresh networks, 32 channels; screened: an image that is no pilot")
    print(
        f"{'px':>4}{'N':>4}{'S':>5}{'edits':>8}{'exact: ms/image':>18}"
        f"{'edits/s':>9}{'screened: M':>13}{'ms/image':>10}"
    )
    for resolution, channels, width, count in _CASES:
        generator = _Layered(resolution, 8192, channels, width)
        size = generator.style_space.size
        styles = np.random.default_rng(0).normal(
            1.0, 0.5, [count, generator.style_space.total]
        )
        styles = styles.astype(np.float32)
        generator(tf.constant(styles[:1]))
        assert isinstance(generator, layered.LayeredGenerator)
        ranges = style_ranges.StyleRanges.from_styles(styles, searched=size)
        classify = architectures.small_cnn(resolution, 2)
        ids = [str(row) for row in range(count)]
        whole = exact.Search(
            model_lib.Model(generator, classify),
            edit_space.EditSpace(ranges),
            images=count,
        )
        candidates = screening.default_candidates(size)
        screened = screened_search.ScreenedSearch(
            model_lib.Model(generator, classify),
            edit_space.EditSpace(ranges),
            candidates=candidates,
            pilot_images=0,
        )
        seconds = []
        for measure in (whole, screened):
            measure(styles, ids)
            start = time.perf_counter()
            measure(styles, ids)
            seconds.append(time.perf_counter() - start)
        each = [1e3 * duration / count for duration in seconds]
        print(
            f"{resolution:4}{count:4}{size:5}{count * 2 * size:8}"
            f"{each[0]:18.1f}{2e3 * size / each[0]:9.0f}"
            f"{candidates:13}{each[1]:10.1f}"
        )
