"""Names the commit that a measurement is made of."""

import pathlib
import subprocess

from stylex_tf import errors


def of_working_tree() -> str:
    """Returns the commit of the working tree that this file is in.

    Raises:
        UsageError: it is in none.
    """
    try:
        return _git(
            pathlib.Path(__file__).resolve().parent, "rev-parse", "HEAD"
        )
    except subprocess.CalledProcessError as error:
        raise errors.UsageError(
            f"no commit to name: {error.stderr.strip()}; expected to run in a "
            "clone"
        ) from error


def of_clean_tree(folder: pathlib.Path, figures: pathlib.Path) -> str:
    """Returns the commit of a work tree that has no other changes.

    Args:
        folder: in the work tree.
        figures: a folder that may differ: what this program writes.

    Raises:
        UserError: it is no work tree, or a file differs from its commit.
    """
    own = f":(exclude){figures.absolute()}"
    try:
        head = _git(folder, "rev-parse", "HEAD")
        changed = _git(
            folder, "status", "--porcelain", "--untracked-files=no", "--", own
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise errors.UserError(
            f"{folder.absolute()} is no work tree of git; expected one, since "
            "a figure names the commit that it is of"
        ) from error
    if changed:
        raise errors.UserError(
            f"these differ from commit {head[:9]}: {changed.split()[1::2]}; "
            "commit them, so that the figures can be made again"
        )
    return head


def _git(folder: pathlib.Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
