"""Reads an HDF5 file in another process first, which may crash or hang.

The C library beneath h5py follows what a file says of itself. A damaged or
hostile file can send it round in circles for ever, or make it crash, and no
exception of Python's comes out of either.
"""

import pathlib
import subprocess
import sys

from stylex_tf import errors
from stylex_tf.classifiers import keras_weights

SECONDS = 120.0
"""After which a file is called damaged; a whole one takes a second."""

# What the other process runs: it reads all attributes and all numbers, of the
# file itself or of the weights in a .keras file. What is elsewhere, or says it
# is larger than a file like this can hold, is not read: keras_weights.py
# refuses it.
_READ = """
import sys
sys.path.pop(0)
import io, os, zipfile
import h5py

path, weights, allowed, ratio = sys.argv[1:]

def most(size):
    return max(int(allowed), int(ratio) * size)

source, size = path, os.path.getsize(path)
if path.endswith(".keras") and zipfile.is_zipfile(path):
    with zipfile.ZipFile(path) as archive:
        if weights not in archive.namelist():
            sys.exit(0)
        with archive.open(weights) as member:
            content = member.read(most(size))
    source, size = io.BytesIO(content), len(content)

def read(name, item):
    for key in item.attrs:
        item.attrs[key]
    if not isinstance(item, h5py.Dataset) or item.external or item.is_virtual:
        return
    if item.shape is not None and item.nbytes <= most(size):
        item[()]

with h5py.File(source, "r") as file:
    read("/", file)
    file.visititems(read)
"""


def check(path: pathlib.Path, *, seconds: float | None = None) -> None:
    """Reads all of an .h5 file, or of the weights in a .keras file.

    Args:
        path: the file.
        seconds: how long it may take; `SECONDS` where not given.

    Raises:
        ClassifierError: it cannot be read, or not in that time.
    """
    limit = SECONDS if seconds is None else seconds
    what = (
        path,
        keras_weights.WEIGHTS,
        keras_weights.ALWAYS_ALLOWED,
        keras_weights.LARGEST_RATIO,
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", _READ, *map(str, what)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise errors.ClassifierError(
            f"{path} is damaged: the HDF5 library was not through with it "
            f"after {limit:.0f} seconds; copy it again"
        ) from error
    if done.returncode < 0:
        raise errors.ClassifierError(
            f"{path} is damaged: the HDF5 library crashed when it read it "
            f"(signal {-done.returncode}); copy it again"
        )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise errors.ClassifierError(
            f"{path} is damaged or cut short "
            f"({said[-1][:200] if said else 'no reason given'}); copy it again"
        )
