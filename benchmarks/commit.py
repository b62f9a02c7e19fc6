"""Names the commit that a measurement is made of."""

import pathlib
import subprocess

from stylex_tf import errors


def of_clean_tree(
    figures: pathlib.Path, folder: pathlib.Path | None = None
) -> str:
    """Returns the commit of a work tree that has no other changes.

    Args:
        figures: a file or folder that may differ: what the program writes.
        folder: in the work tree; None is where this file is.

    Raises:
        UserError: it is no work tree, or a file differs from its commit.
    """
    folder = folder or pathlib.Path(__file__).resolve().parent
    try:
        top = pathlib.Path(_git(folder, "rev-parse", "--show-toplevel"))
        head = _git(top, "rev-parse", "HEAD")
        own = figures.resolve()
        # Git refuses to exclude what is not in its tree.
        excluded = [f":(exclude){own}"] if own.is_relative_to(top) else []
        changed = _git(
            top,
            "status",
            "--porcelain",
            "--untracked-files=no",
            "--",
            str(top),
            *excluded,
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
