r"""Compares directions of the style weights with single coordinates.

    bazel run //benchmarks:svd_directions -- --run_dir=runs/quickstart

EigenFind's route to attributes: the singular vectors of the affine map from w
to the styles. Each image is moved along one, to either end of what the images
reach along it; a coordinate is the direction of an axis. Searched on some
images, judged on others: the largest effect of one edit, the decisions turned
by the class's greedy top 1, 3 and 10, and in brackets how far that moves a
pixel of [-1, 1]: an explanation leaves the rest of the picture alone.

Left out of the library. Quick start, S = 28: coordinates turn 1.00 with three
edits, the SVD 0.87 to 0.90. The same world with style_width 0, S = 336: the
SVD of all layers turns 0.85 with three edits and 1.00 with ten, coordinates
0.60, but each of its edits moves pixels three times as far: one direction
turns 0.18 at a change of 0.09, three coordinates 0.60 at 0.06.
"""

import numpy as np
import tensorflow as tf
from absl import app, flags

from stylex_tf.attributes import (
    edit_space,
    log_odds,
    selection,
    style_ranges,
)
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import exact
from stylex_tf.search import model as model_lib

_RUN_DIR = flags.DEFINE_string("run_dir", None, "A trained run.", required=True)
_IMAGES = flags.DEFINE_integer("images", 100, "To search, and to judge on.")

_TOP = (1, 3, 10)


def _directions(
    kernel: np.ndarray, widths: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Computes directions of each kind, weights [W, S] -> name: [D, S]."""

    def svd(weights: np.ndarray) -> np.ndarray:
        return np.linalg.svd(weights, full_matrices=False)[2]

    by_layer, first = [], 0
    for width in widths:
        own = svd(kernel[:, first : first + width])
        after = kernel.shape[1] - first - width
        by_layer.append(np.pad(own, ((0, 0), (first, after))))
        first += width
    return {
        "coordinates": np.eye(kernel.shape[1]),
        "SVD, all layers": svd(kernel),
        "SVD, layer by layer": np.concatenate(by_layer),
    }


class _Along:
    """Coordinates along directions: images as rows [projections, styles].

    Moving a projection moves the styles along its direction, so that search,
    selection and edits do with directions what they do with coordinates.
    """

    def __init__(self, generate, directions: np.ndarray):
        self._generate = generate
        self._directions = tf.constant(directions, tf.float32)

    def rows(self, styles: np.ndarray) -> np.ndarray:
        """Puts projections on the D directions first, [N, T] -> [N, D + T]."""
        size = self._directions.shape[1]
        along = styles[:, :size] @ self._directions.numpy().T
        return np.concatenate([along, styles], axis=1).astype(np.float32)

    def __call__(self, rows: tf.Tensor) -> tf.Tensor:
        """Generates images of coordinates along the directions, [B, D + T]."""
        count, size = self._directions.shape
        styles = rows[:, count:]
        before = tf.matmul(styles[:, :size], self._directions, transpose_b=True)
        moved = tf.matmul(rows[:, :count] - before, self._directions)
        return self._generate(
            tf.concat([styles[:, :size] + moved, styles[:, size:]], axis=1)
        )


def _judge(along, classify, searched, unseen, count: int) -> list[str]:
    """Measures the mean best effect, then flip rates and changes."""
    rows, others = along.rows(searched), along.rows(unseen)
    ranges = style_ranges.StyleRanges.from_styles(rows, searched=count)
    table, held_out = (
        exact.measure_effects(
            model_lib.Model(along, classify),
            some,
            edit_space.EditSpace(ranges),
            image_ids=[str(row) for row in range(len(some))],
        )
        for some in (rows, others)
    )
    best: list[float] = []
    flipped: dict[int, list[bool]] = {k: [] for k in _TOP}
    changed: dict[int, list[float]] = {k: [] for k in _TOP}
    generate, classify = tf.function(along), tf.function(classify)
    for target in range(table.num_classes):
        images = np.flatnonzero(held_out.predictions != target)
        if not images.size:
            continue
        base = held_out.base_logits[images][:, None, None]
        odds = log_odds.of_class(base + held_out.effects[images], target)
        gain = odds - log_odds.of_class(base, target)
        best += gain.reshape(len(images), -1).max(axis=1).tolist()
        before = generate(tf.constant(others[images]))
        selected = selection.select_class_attributes(
            table, target_class=target, top_k=max(_TOP)
        )
        for k in _TOP:
            edited = edit_space.EditSpace(ranges).apply(
                others[images],
                np.array(
                    [attribute.coordinate for attribute in selected[:k]], int
                ),
                np.array(
                    [attribute.direction for attribute in selected[:k]], int
                ),
            )
            after = generate(tf.constant(edited))
            answer = classify(after).numpy().argmax(axis=1)
            flipped[k] += (answer == target).tolist()
            changed[k].append(float(tf.reduce_mean(tf.abs(after - before))))
    return [f"{np.mean(best):.2f}"] + [
        f"{np.mean(flipped[k]):.3f} ({np.mean(changed[k]):.2f})" for k in _TOP
    ]


def main(_):
    """Prints a line for each kind of direction."""
    trained = trained_lib.load(_RUN_DIR.value)
    functions = trained.stylex
    searched, unseen = (
        batching.apply(
            functions.encode,
            preprocessing.to_float_numpy(part.images[: _IMAGES.value]),
            batch_size=256,
        )
        for part in (trained.held_out.searched, trained.held_out.unseen)
    )
    affine = trained.stylex.averages.generator.affine
    kernel = affine.kernel.numpy()[:, : functions.style_space.size]
    kinds = _directions(kernel, functions.model.generate.layer_widths)
    heads = ["directions", "best effect", *(f"flips, top {k}" for k in _TOP)]
    print(f"{len(searched)} images searched, {len(unseen)} others judged")
    print(f"{'':20}" + "".join(f"{head:>15}" for head in heads))
    for name, directions in kinds.items():
        along = _Along(functions.model.generate, directions)
        columns = [str(len(directions))] + _judge(
            along, functions.classify, searched, unseen, len(directions)
        )
        print(f"{name:20}" + "".join(f"{column:>15}" for column in columns))


if __name__ == "__main__":
    app.run(main)
