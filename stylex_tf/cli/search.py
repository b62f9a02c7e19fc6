r"""Searches the held-out images of a trained run again, on many workers.

    bazel run //stylex_tf:search -- --run_dir=runs/quickstart --images=1000 \
        --output=table
    bazel run //stylex_tf:search -- --run_dir=runs/quickstart --images=1000 \
        --output=table -- --direct_running_mode=multi_processing \
        --direct_num_workers=4

Flags after the second -- are Apache Beam's: docs/search_at_scale.md. Started
again with the same flags, it goes on from the shards that are finished.
"""

import functools
import os
import pathlib
import sys
import time
import typing

from absl import app, flags

from stylex_tf.cli import command

if typing.TYPE_CHECKING:
    from stylex_tf.attributes import effects
    from stylex_tf.runs import trained as trained_lib
    from stylex_tf.search import model as model_lib

_SHOWN = 5

_RUN_DIR = flags.DEFINE_string(
    "run_dir", None, "The folder of a run whose training is finished."
)
_OUTPUT = flags.DEFINE_string("output", None, "The folder for the table.")
_IMAGES = flags.DEFINE_integer(
    "images", 1000, "Held-out images to search, at most.", lower_bound=1
)
_SHARDS = flags.DEFINE_string(
    "shards",
    None,
    "A folder that all workers see, such as gs://...; default: shards in "
    "--output.",
)
_IMAGES_PER_SHARD = flags.DEFINE_integer(
    "images_per_shard",
    32,
    "The unit of work, and what a killed worker can lose.",
    lower_bound=1,
)


def main(argv: list[str]) -> None:
    """Measures every edit of the images, writes the table, and sums it up."""
    beam_flags = argv[1:]
    if beam_flags and not beam_flags[0].startswith("--"):
        raise app.UsageError(f"unexpected arguments: {' '.join(beam_flags)}")
    if not (_RUN_DIR.value and _OUTPUT.value):
        raise app.UsageError("--run_dir and --output are needed")
    run_dir = pathlib.Path(_RUN_DIR.value).expanduser().absolute()
    output = pathlib.Path(_OUTPUT.value).expanduser().absolute()
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    from stylex_tf.attributes import effects
    from stylex_tf.runs import trained as trained_lib
    from stylex_tf.search import beam

    try:
        beam.options_of(beam_flags)
    except ValueError as error:
        raise app.UsageError(str(error)) from error
    trained = trained_lib.load(run_dir)
    begun = time.monotonic()
    try:
        table = _measure(trained, run_dir, output, beam_flags)
    except beam.WorkerError as error:
        # Beam has shown the traceback, of whichever process it was.
        sys.exit(f"error: {error}")
    seconds = time.monotonic() - begun
    effects.save(table, output)
    print(_summary(trained, table, seconds))
    print(f"Written to {output}")


def _measure(
    trained: "trained_lib.TrainedRun",
    run_dir: pathlib.Path,
    output: pathlib.Path,
    beam_flags: list[str],
) -> "effects.StyleEffects":
    import tqdm

    from stylex_tf.attributes import edit_space
    from stylex_tf.runs import searching
    from stylex_tf.search import beam

    settings = trained.settings.attributes
    scored = bool(settings.score_limit)
    images = trained.dataset.load("test", limit=_IMAGES.value)
    styles = searching.encode(trained, images)
    ranges = searching.find_ranges(trained, images, styles)
    directory = os.path.expanduser(_SHARDS.value or output / "shards")
    searching.check_room(trained, directory, len(styles) * 2 * ranges.size)
    with tqdm.tqdm(
        total=len(styles) * 2 * ranges.size,
        desc="Searching",
        unit="edit",
        mininterval=1.0,
    ) as bar:
        return beam.measure(
            functools.partial(load_model, str(run_dir)),
            styles,
            edit_space.EditSpace(ranges, settings.shift_size),
            directory=directory,
            image_ids=images.ids,
            identity=searching.identity(trained),
            images_per_shard=_IMAGES_PER_SHARD.value,
            batch_size=settings.batch_size,
            scored=scored,
            beam_flags=beam_flags,
            progress=bar.update,
        )


def load_model(run_dir: str) -> "model_lib.Model":
    """Opens a run, in a worker."""
    from stylex_tf.runs import trained as trained_lib

    return trained_lib.load(run_dir).stylex.model


def _summary(
    trained: "trained_lib.TrainedRun",
    table: "effects.StyleEffects",
    seconds: float,
) -> str:
    from stylex_tf.attributes import selection
    from stylex_tf.runs import searching

    rules = searching.selection_rules(trained)
    edits = table.num_images * 2 * table.num_coordinates
    lines = [
        f"{edits:,} edits of {table.num_images:,} images, {seconds:.0f} seconds"
    ]
    names = trained.dataset.manifest.class_names
    for target, name in enumerate(names):
        lines.append(f"  towards {name}:")
        attributes = selection.select_class_attributes(
            table, target_class=target, top_k=_SHOWN, rules=rules
        )
        for rank, attribute in enumerate(attributes, 1):
            layer, channel = trained.stylex.style_space.locate(
                attribute.coordinate
            )
            lines.append(
                f"    {rank}. {layer} channel {channel} "
                f"{('down', 'up')[attribute.direction]}: "
                f"effect {attribute.effect:+.2f}, flips {attribute.share:.0%}"
            )
        if not attributes:
            lines.append("    no coordinate moves the decision this way")
    return "\n".join(lines)


if __name__ == "__main__":
    command.run(main)
