"""Keeps TensorFlow's own start from being read as StylEx's words."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def start() -> Iterator[None]:
    """Holds back what is written to stderr; where the work fails, shows it.

    TensorFlow tells of processors and missing GPU libraries from C++, some of
    it before any setting of its own counts: so the file descriptor is taken.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:
        # There is no stderr.
        yield
        return
    with tempfile.TemporaryFile() as held, contextlib.ExitStack() as undo:
        undo.callback(os.close, kept)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            held.seek(0)
            os.write(2, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
