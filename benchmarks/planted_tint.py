r"""Plants a tint in one class of a data set's training images.

    bazel run //benchmarks:planted_tint -- --data=PREPARED --tinted=sick \
        --share=0.9 --output=FOLDER

PREPARED is a folder that prepare_data wrote. In FOLDER, which has class folders
in train/ and test/, so many of the training images of one class are yellower;
the test images stay as they are. A classifier of these images can go by the
tint. docs/bias.md asks whether the report shows that, and repairs it.
"""

import pathlib
from typing import Any

import numpy as np
from absl import flags

from benchmarks import photo_changes
from stylex_tf import errors
from stylex_tf.cli import command
from stylex_tf.data import augmented_folder
from stylex_tf.data.records import manifest, tfrecords

_DATA = flags.DEFINE_string("data", None, "A folder that prepare_data wrote.")
_TINTED = flags.DEFINE_string("tinted", None, "The class that gets the tint.")
_SHARE = flags.DEFINE_float(
    "share", 0.9, "The share of its training images that get it.", 0.0, 1.0
)
_SEED = flags.DEFINE_integer("seed", 0, "Decides which images get it.")
_OUTPUT = flags.DEFINE_string("output", None, "A new folder.")


def plant(
    dataset: tfrecords.Dataset,
    tinted: str,
    share: float,
    output: pathlib.Path,
    seed: int = 0,
) -> int:
    """Writes class folders with the tint; returns how many images have it.

    Args:
        dataset: the images.
        tinted: the class whose training images get the tint.
        share: how many of them.
        output: becomes train/ and test/, whole or not at all.
        seed: decides which.

    Raises:
        DataError: there is no such class.
        ExistsError: the output exists and is not empty.
    """
    names = dataset.manifest.class_names
    if tinted not in names:
        raise errors.DataError(
            f"--tinted={tinted}: no class of {dataset.manifest.source}; "
            f"expected one of {', '.join(names)}"
        )
    change = photo_changes.changes()["yellower"]
    draws = np.random.default_rng(seed)
    facts: dict[str, Any] = {
        "source": dataset.manifest.source,
        "tinted": tinted,
        "share": share,
        "seed": seed,
    }
    planted = 0
    with augmented_folder.writing(output, names, facts) as folder:
        for split in manifest.SPLITS:
            examples = dataset.load(split)
            chosen = draws.random(len(examples.ids)) < share
            chosen &= examples.labels == names.index(tinted)
            chosen &= split == "train"
            images = np.where(
                chosen[:, None, None, None],
                change(examples.images),
                examples.images,
            )
            for image, label, name, planted_here in zip(
                images, examples.labels, examples.ids, chosen, strict=True
            ):
                folder.add(
                    split,
                    image,
                    int(label),
                    {"source": name, "tint": bool(planted_here)},
                )
            planted += int(chosen.sum())
    return planted


def main(argv: list[str]) -> None:
    """Writes the folder and says how many images have the tint."""
    command.no_arguments(argv)
    output = pathlib.Path(_OUTPUT.value).expanduser()
    count = plant(
        tfrecords.Dataset(pathlib.Path(_DATA.value).expanduser()),
        _TINTED.value,
        _SHARE.value,
        output,
        _SEED.value,
    )
    print(f"{output}: {count} training images of {_TINTED.value} are yellower")


if __name__ == "__main__":
    flags.mark_flags_as_required(["data", "tinted", "output"])
    command.run(main)
