r"""Writes the weights of a run to one small file, from which others begin.

    bazel run //stylex_tf:save_weights -- --run_dir=runs/leaves \
        --output=leaves.weights

The averages and the discriminator, in float16. `training.initialize_from`
names such a file; docs/training.md tells what is taken of it.
"""

from absl import app, flags

from stylex_tf.cli import command

_RUN_DIR = flags.DEFINE_string("run_dir", None, "A run, finished or not.")
_OUTPUT = flags.DEFINE_string("output", None, "The file to write.")


def main(argv: list[str]) -> None:
    """Writes the file, and says how large it is."""
    command.no_arguments(argv)
    if not (_RUN_DIR.value and _OUTPUT.value):
        raise app.UsageError("--run_dir and --output are needed")
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    from stylex_tf.runs import initial_weights

    written = initial_weights.save(_RUN_DIR.value, _OUTPUT.value)
    print(f"Written to {written}: {written.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    command.run(main)
