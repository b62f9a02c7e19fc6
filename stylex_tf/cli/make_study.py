r"""Writes the two user studies of the paper about a run's attributes.

    bazel run //stylex_tf:make_study -- --run_dir=runs/quickstart \
        --output=study

Give participants what is in study/participants; keep study/key.json.
docs/studies.md tells more.
"""

import pathlib

from absl import app, flags

from stylex_tf.cli import command

_RUN_DIR = flags.DEFINE_string(
    "run_dir", None, "The folder of a run whose training is finished."
)
_OUTPUT = flags.DEFINE_string("output", None, "A new folder for the study.")
_ATTRIBUTES = flags.DEFINE_list(
    "attributes",
    [],
    'Coordinates ("24"), or classes and ranks ("cat:1"); default: the first '
    "--most of the report.",
)
_MOST = flags.DEFINE_integer(
    "most", 6, "Attributes at most; 6 is the paper's.", lower_bound=2
)
_QUESTIONS = flags.DEFINE_integer(
    "questions", 20, "How many the classification study has.", lower_bound=1
)
_SEED = flags.DEFINE_integer("seed", 0, "Another seed is another study.")


def main(argv: list[str]) -> None:
    """Writes the pages and the key."""
    command.no_arguments(argv)
    if not (_RUN_DIR.value and _OUTPUT.value):
        raise app.UsageError("--run_dir and --output are needed")
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    from stylex_tf.runs import studying
    from stylex_tf.runs import trained as trained_lib

    made = studying.make(
        trained_lib.load(pathlib.Path(_RUN_DIR.value).expanduser().absolute()),
        pathlib.Path(_OUTPUT.value).expanduser().absolute(),
        names=_ATTRIBUTES.value,
        most=_MOST.value,
        count=_QUESTIONS.value,
        seed=_SEED.value,
    )
    print(
        f"A study of the coordinates {', '.join(map(str, made.attributes))}\n"
        f"For participants: {made.pages}\nKeep to yourself: {made.key}"
    )


if __name__ == "__main__":
    command.run(main)
