r"""Checks that an exported model is what it was when it was exported.

    bazel run //stylex_tf:validate_export -- --model=runs/quickstart/export/1

Compares every file with the manifest; loads the model in a process without our
package, replays the recorded requests and compares every answer. Ends with 1,
and a line for each problem, where something differs.
"""

import pathlib
import sys

from absl import app, flags

from stylex_tf.cli import command

_MODEL = flags.DEFINE_string(
    "model", None, "The folder of one exported version."
)


def main(argv: list[str]) -> None:
    """Validates the export and says what was found."""
    command.no_arguments(argv)
    if not _MODEL.value:
        raise app.UsageError("--model is needed")
    directory = pathlib.Path(_MODEL.value).expanduser().absolute()
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    from stylex_tf.export import validation

    verdict = validation.validate(directory)
    if verdict.problems:
        sys.exit("\n".join(f"error: {line}" for line in verdict.problems))
    signatures = {name.split("/")[0] for name in verdict.differences}
    pixels = [
        difference
        for name, difference in verdict.differences.items()
        if name.endswith("_bytes")
    ]
    numbers = [
        difference
        for name, difference in verdict.differences.items()
        if not name.endswith("_bytes")
    ]
    print(
        f"{directory} is what was exported: {len(signatures)} signatures "
        f"answer as recorded (largest difference {max(numbers):.2g}, images "
        f"{max(pixels):.0f} of 255 levels)"
    )


if __name__ == "__main__":
    command.run(main)
