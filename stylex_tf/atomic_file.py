"""Files that are there whole or not at all."""

import os
import pathlib
import tempfile


def write(path: str | os.PathLike[str], content: bytes) -> pathlib.Path:
    """Replaces the file at `path`, making its folder where it is missing.

    A reader sees the old content or the new, never a part; a failed write
    leaves nothing behind.
    """
    target = pathlib.Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        dir=target.parent, prefix=f".{target.name}.", delete=False
    ) as file:
        temporary = pathlib.Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            # Temporary files are private; a report is for everyone to read.
            temporary.chmod(0o644)
            temporary.replace(target)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
    return target
