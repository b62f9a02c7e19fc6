r"""Changes photographs by hand, and asks the classifier of a run about them.

    bazel run //benchmarks:changed_by_hand -- --run=RUN

Photographs that the run has never seen are changed in one respect at a time, as
`photo_changes.py` says.

It writes benchmarks/results/changed_by_hand_<name of the run's folder>.json.
"""

from absl import flags

from benchmarks import commit, photo_changes, result_file
from stylex_tf.cli import command
from stylex_tf.runs import trained as trained_lib

_RUN = flags.DEFINE_string("run", None, "A finished run.")


def main(argv: list[str]) -> None:
    """Changes the held-out photographs of one run; files what came out."""
    command.no_arguments(argv)
    head = commit.of_clean_tree(result_file.FOLDER)
    trained = trained_lib.load(_RUN.value)
    # Every picture that the training has not seen.
    images = trained.dataset.load("test").distinct().images
    document = {
        "classifier": trained.classifier_figures["accuracy"],
        "changed_by_hand": photo_changes.of_run(
            trained, images, photo_changes.changes()
        ),
    }
    name = trained.folder.root.name
    path = result_file.write("changed_by_hand", name, head, document)
    print(path.read_text(), path)


if __name__ == "__main__":
    flags.mark_flag_as_required("run")
    command.run(main)
