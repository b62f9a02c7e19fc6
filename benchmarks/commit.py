"""Names the commit that a measurement is made of."""

import pathlib
import subprocess

from stylex_tf import errors


def of_working_tree() -> str:
    """Returns the commit of the working tree that this file is in.

    Raises:
        UsageError: it is in none.
    """
    answer = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=pathlib.Path(__file__).resolve().parent,
        capture_output=True,
        text=True,
    )
    if answer.returncode:
        raise errors.UsageError(
            f"no commit to name: {answer.stderr.strip()}; expected to run in a "
            "clone"
        )
    return answer.stdout.strip()
