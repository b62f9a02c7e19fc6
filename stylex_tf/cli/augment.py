r"""Makes training images in which an attribute says nothing of the label.

    bazel run //stylex_tf:augment -- --run_dir=runs/shortcut --attributes=24,22
    bazel run //stylex_tf:augment -- --run_dir=runs/shortcut \
        --attributes="open mouth:1"

An attribute is named by its coordinate, as the report gives it, or by its
class and its rank there. Several are moved together: name all that change the
same thing in the picture. docs/bias.md walks through an example.
"""

import pathlib
import shlex
import typing

from absl import app, flags

from stylex_tf.cli import command

if typing.TYPE_CHECKING:
    from stylex_tf.runs import trained as trained_lib

_RUN_DIR = flags.DEFINE_string(
    "run_dir", None, "The folder of a run whose training is finished."
)
_ATTRIBUTES = flags.DEFINE_list(
    "attributes", [], 'Coordinates ("24"), or classes and ranks ("cat:1").'
)
_OUTPUT = flags.DEFINE_string(
    "output", None, "A new folder; default: augmented in --run_dir."
)
_ORIGINALS = flags.DEFINE_bool(
    "originals", False, "Write the training images themselves as well."
)
_CARRIED = flags.DEFINE_bool(
    "carried",
    False,
    "Carry the edits onto the training images themselves: for photographs, "
    "whose reconstructions lose detail.",
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "Decides from which image each takes its attribute."
)


def main(argv: list[str]) -> None:
    """Writes class folders and says how to train on them."""
    command.no_arguments(argv)
    if not (_RUN_DIR.value and _ATTRIBUTES.value):
        raise app.UsageError("--run_dir and --attributes are needed")
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    from stylex_tf.runs import augmenting
    from stylex_tf.runs import trained as trained_lib

    run_dir = pathlib.Path(_RUN_DIR.value).expanduser().absolute()
    output = run_dir / "augmented"
    if _OUTPUT.value:
        output = pathlib.Path(_OUTPUT.value).expanduser().absolute()
    trained = trained_lib.load(run_dir)
    made = augmenting.augment(
        trained,
        _ATTRIBUTES.value,
        output,
        originals=_ORIGINALS.value,
        carried=_CARRIED.value,
        seed=_SEED.value,
    )
    moved = ", ".join(map(str, made.coordinates))
    print(
        f"{made.counterfactuals:,} counterfactuals, coordinates {moved} moved; "
        f"the decision is another in {made.turned:.0%}\n"
        f"Written to {output}; where each image comes from: "
        f"{augmenting.PROVENANCE}\nTo train on them:\n"
        f"    {_training_command(trained, output)}"
    )


def _training_command(
    run: "trained_lib.TrainedRun", images: pathlib.Path
) -> str:
    """Writes what trains a classifier like the run's on the images."""
    settings, manifest = run.settings.classifier, run.dataset.manifest
    words = [
        f"--data={images}",
        # Class folders are in the order of the alphabet.
        f"--classes={','.join(manifest.class_names)}",
        f"--resolution={manifest.resolution}",
        f"--architecture={settings.architecture}",
        f"--epochs={settings.epochs}",
        f"--batch_size={settings.batch_size}",
        f"--learning_rate={settings.learning_rate}",
        *(["--variations"] if settings.variations else []),
        *(["--tints"] if settings.tints else []),
        "--output=repaired",
    ]
    return f"./bazelw run //stylex_tf:train_classifier -- {shlex.join(words)}"


if __name__ == "__main__":
    command.run(main)
