r"""Times the attribute search on a trained run, and checks what it finds.

    bazel run //benchmarks:attribute_search -- --run_dir=runs/quickstart

One run prints: edits a second and seconds an image of the notebook's
procedure (a sample of edits; the rest extrapolated), of the exact search and
of the screened one, and their ratios; how many of an image's ten best edits
are among the candidates, over the number of candidates; whether the classes'
top 8 stays the same; where gradients fail; how the cost grows.
"""

import os
import resource
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from absl import app, flags

from benchmarks import notebook_procedure, recall, search_growth
from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.attributes import effects as effects_lib
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import exact, screened_search, screening

_RUN_DIR = flags.DEFINE_string("run_dir", None, "A trained run.", required=True)
_SAMPLE = flags.DEFINE_integer(
    "sample", 200, "Edits that the notebook's procedure is timed on."
)

# The slowest part is measured once, what is short until this many seconds.
_REPEAT_SECONDS = 10.0


def main(_):
    """Prints everything; see the top."""
    print(
        f"TensorFlow {tf.__version__}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f} (quiet is 0), run {_RUN_DIR.value}"
    )
    trained = trained_lib.load(_RUN_DIR.value)
    images = preprocessing.to_float_numpy(trained.held_out.searched.images)
    functions, ids = trained.stylex, trained.held_out.searched.ids
    styles = batching.apply(functions.encode, images, batch_size=256)
    ranges = style_ranges.StyleRanges.from_styles(
        styles, searched=functions.style_space.size
    )
    edits = len(styles) * 2 * ranges.size
    print(
        f"{len(styles)} images of {images.shape[1]} px, S = {ranges.size}, "
        f"{edits:,} edits\n"
    )
    search_all = exact.Search(
        functions.model.without_score(),
        edit_space.EditSpace(ranges),
        images=len(styles),
    )
    search_all(styles[:32], ids[:32])  # Compiles.
    seconds, table = _timed(lambda: search_all(styles, ids))
    candidates = screening.default_candidates(ranges.size)
    screen = screened_search.ScreenedSearch(
        functions.model.without_score(),
        edit_space.EditSpace(ranges),
        candidates=candidates,
    )
    screen(styles, ids)
    screened_seconds, screened = _timed(lambda: screen(styles, ids))
    per_edit, difference = _notebook(trained, ranges, images, table)
    rows = [
        (f"notebook, {name}", rate * edits) for name, rate in per_edit.items()
    ]
    rows += [
        ("exact", seconds),
        (f"screened, M = {candidates}", screened_seconds),
    ]
    print(f"{'':24}{'edits/s':>10}{'s/image':>10}{'times faster':>14}")
    for name, total in rows:
        print(
            f"{name:24}{edits / total:10.0f}{total / len(styles):10.4f}"
            f"{rows[0][1] / total:14.1f}"
        )
    print(
        f"(notebook: {_SAMPLE.value} edits timed, the rest extrapolated; "
        "screened: the edits it stands for)\n"
        f"largest difference, notebook to exact: {difference:.1e} logits\n"
    )
    recall.report(trained, styles, table, screened)
    print(f"\npeak memory {_peak_gigabytes():.2f} GB\n")
    search_growth.report()


def _timed(
    function: Callable[[], effects_lib.StyleEffects],
) -> tuple[float, effects_lib.StyleEffects]:
    """Returns the median time of a few calls, of one where it is long."""
    seconds: list[float] = []
    while not seconds or (len(seconds) < 5 and sum(seconds) < _REPEAT_SECONDS):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), result


def _notebook(
    trained: trained_lib.TrainedRun,
    ranges: style_ranges.StyleRanges,
    images: np.ndarray,
    table: effects_lib.StyleEffects,
) -> tuple[dict[str, float], float]:
    """Measures each way's seconds an edit, and its largest difference."""
    procedure = notebook_procedure.NotebookProcedure(trained, ranges, images)
    sample = np.random.default_rng(0).integers(
        0, [len(images), 2, ranges.size], size=[_SAMPLE.value, 3]
    )
    seconds, difference = {}, 0.0
    for name, edited in (
        ("eager", procedure.edited),
        ("compiled", procedure.compiled),
    ):
        times = []
        edited(*tf.constant(sample[0]))
        for image, direction, coordinate in sample:
            start = time.perf_counter()
            logits = edited(
                *tf.constant([image, direction, coordinate])
            ).numpy()
            times.append(time.perf_counter() - start)
            change = logits - procedure.logits(tf.constant(image)).numpy()
            known = table.effects[image, direction, coordinate]
            difference = max(difference, float(np.abs(change - known).max()))
        seconds[name] = float(np.median(times))
    return seconds, difference


def _peak_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    app.run(main)
