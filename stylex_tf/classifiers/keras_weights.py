"""Looks at the weights of a .keras or .h5 file before Keras reads them.

An HDF5 file may say that its numbers are in another file, and Keras 2 reads
that one: whoever made the classifier chooses which. A .keras file may hold its
weights as numpy's .npz, which Keras 2 reads with Python's pickle, so that they
run any code. And both may say that they hold more than any memory.
"""

import pathlib
import zipfile

import h5py

WEIGHTS = "model.weights.h5"
"""The member of a .keras file that Keras itself writes its weights to."""
_PARTS = (WEIGHTS, "config.json", "metadata.json")
LARGEST_RATIO = 1100
"""Bytes of numbers to one of the file: HDF5 compresses no better."""
ALWAYS_ALLOWED = 64 << 20
"""Bytes of numbers that no file is refused for."""


class WeightsError(ValueError):
    """Weights that are not to be read; the message is the reason."""


def check_file(path: pathlib.Path) -> None:
    """Checks a whole .h5 file.

    Raises:
        WeightsError: with the reason.
        Exception: whatever h5py raises of a file that is damaged.
    """
    with h5py.File(path, "r") as file:
        _check(file, path.stat().st_size)


def check_archive(path: pathlib.Path) -> None:
    """Checks the weights of a .keras file, and that nothing large is beside.

    Raises:
        WeightsError: with the reason.
        Exception: whatever zipfile or h5py raise of a file that is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        # Keras takes the last of two members of one name, and so does zipfile.
        if WEIGHTS not in archive.namelist():
            raise WeightsError(
                f"it has no {WEIGHTS}, in which Keras saves weights"
            )
        # Keras unpacks these.
        others = sum(m.file_size for m in members if m.filename not in _PARTS)
        if others > ALWAYS_ALLOWED:
            raise WeightsError(
                f"{others:,} bytes are beside its weights and its config; "
                f"expected at most {ALWAYS_ALLOWED:,}"
            )
        size = archive.getinfo(WEIGHTS).file_size
        with archive.open(WEIGHTS) as member, h5py.File(member, "r") as file:
            _check(file, size)


def _check(file: h5py.File, size: int) -> None:
    """Walks all groups; a group that is in itself is seen once.

    Args:
        file: an open HDF5 file.
        size: its bytes.
    """
    declared, seen, left = 0, set(), [("", file["/"])]
    while left:
        where, group = left.pop()
        address = h5py.h5o.get_info(group.id).addr
        if address in seen:
            continue
        seen.add(address)
        for name in group:
            link = group.get(name, getlink=True)
            inside = f"{where}/{name}"
            if isinstance(link, h5py.ExternalLink):
                raise WeightsError(f"{inside} is in another file")
            if isinstance(link, h5py.SoftLink):
                # What it leads to is seen where it is.
                continue
            part = group[name]
            if isinstance(part, h5py.Group):
                left.append((inside, part))
            elif isinstance(part, h5py.Dataset):
                if part.external or part.is_virtual:
                    raise WeightsError(f"{inside} is in another file")
                declared += (part.size or 0) * part.dtype.itemsize
    if declared > max(ALWAYS_ALLOWED, LARGEST_RATIO * size):
        raise WeightsError(
            f"its weights would take {declared:,} bytes, and the file has "
            f"{size:,}"
        )
