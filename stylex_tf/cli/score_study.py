r"""Scores the answers of a study that make_study wrote.

    bazel run //stylex_tf:score_study -- --key=study/key.json \
        --answers=returned

--answers names files, or folders of them. docs/studies.md tells more.
"""

import json
import pathlib

from absl import app, flags

from stylex_tf import atomic_file, errors
from stylex_tf.cli import command
from stylex_tf.studies import answers, key, scores

_KEY = flags.DEFINE_string("key", None, "The key.json of the study.")
_ANSWERS = flags.DEFINE_list(
    "answers", [], "What participants saved: files, or folders of .json."
)
_OUTPUT = flags.DEFINE_string("output", None, "A JSON file for the figures.")


def main(argv: list[str]) -> None:
    """Prints accuracies and descriptions; writes them where asked to."""
    command.no_arguments(argv)
    if not (_KEY.value and _ANSWERS.value):
        raise app.UsageError("--key and --answers are needed")
    known = key.load(pathlib.Path(_KEY.value).expanduser())
    files = [
        file
        for name in _ANSWERS.value
        for file in _files(pathlib.Path(name).expanduser())
    ]
    scored = scores.score(known, [answers.read(file, known) for file in files])
    print(scored.summary())
    if _OUTPUT.value:
        path = pathlib.Path(_OUTPUT.value).expanduser().absolute()
        content = json.dumps(scored.to_dict(), indent=1, ensure_ascii=False)
        atomic_file.write(path, f"{content}\n".encode())
        print(f"Written to {path}")


def _files(path: pathlib.Path) -> list[pathlib.Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.json"))
    if not files:
        raise errors.StudyError(f"{path}: no .json file; expected answers")
    return files


if __name__ == "__main__":
    command.run(main)
