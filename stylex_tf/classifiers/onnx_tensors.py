"""Reads an ONNX file's numbers as arrays, its attributes as Python values."""

import pathlib
from typing import Any

import numpy as np

from stylex_tf import errors

# The kinds of numbers, and which field holds them where they are not raw bytes.
_KINDS: dict[int, tuple[Any, str]] = {
    1: (np.float32, "float_data"),
    2: (np.uint8, "int32_data"),
    3: (np.int8, "int32_data"),
    5: (np.int16, "int32_data"),
    6: (np.int32, "int32_data"),
    7: (np.int64, "int64_data"),
    9: (np.bool_, "int32_data"),
    10: (np.float16, "int32_data"),
    11: (np.float64, "double_data"),
}
_FLOAT16 = 10
_EXTERNAL = 1
# What an attribute's type says of where its value is.
_FIELDS = {1: "f", 2: "i", 3: "s", 4: "t", 6: "floats", 7: "ints"}
_TENSOR = 4
_TEXT = 3


def dtype(kind: int) -> Any:
    """Returns numpy's kind of number.

    Raises:
        ClassifierError: ONNX has it, and we do not.
    """
    if kind not in _KINDS:
        raise errors.ClassifierError(
            f"it holds numbers of ONNX's kind {kind}; expected floats or whole "
            "numbers. Export it in float32"
        )
    return _KINDS[kind][0]


def array(tensor: Any, folder: pathlib.Path | None = None) -> np.ndarray:
    """Returns the numbers of a tensor.

    Args:
        tensor: a message.
        folder: the folder of its file, in which other files may hold the
            numbers.

    Raises:
        ClassifierError: they are not there, or not as many as it says.
    """
    kind = dtype(tensor.data_type)
    external = tensor.data_location == _EXTERNAL
    if external or tensor.HasField("raw_data"):
        content = _external(tensor, folder) if external else tensor.raw_data
        little = np.dtype(kind).newbyteorder("<")
        size = len(content) // little.itemsize * little.itemsize
        values = np.frombuffer(content[:size], little).astype(kind)
    else:
        values = np.array(getattr(tensor, _KINDS[tensor.data_type][1]))
        if tensor.data_type == _FLOAT16:
            # Their bits, as whole numbers.
            values = values.astype(np.uint16).view(np.float16)
        values = values.astype(kind)
    shape = tuple(tensor.dims)
    try:
        # A size below 0 would stand for whatever is left.
        if min(shape, default=0) < 0:
            raise ValueError(shape)
        return values.reshape(shape)
    except ValueError as error:
        raise errors.ClassifierError(
            f"the weights {tensor.name!r} have {values.size} numbers for the "
            f"shape {shape}; the file is damaged"
        ) from error


def _external(tensor: Any, folder: pathlib.Path | None) -> bytes:
    """Reads a tensor whose numbers are in a file beside its own."""
    about = {entry.key: entry.value for entry in tensor.external_data}
    name = about.get("location", "")
    # Nothing outside of the folder is read, whatever a file says.
    if folder is None or not name or pathlib.PurePath(name).name != name:
        raise errors.ClassifierError(
            f"the weights {tensor.name!r} are in the file {name!r}; expected "
            "one in the same folder"
        )
    path = folder / name
    if not path.is_file() or path.is_symlink():
        raise errors.ClassifierError(
            f"the weights {tensor.name!r} are in {name}, which is not beside "
            "it; copy both files"
        )
    try:
        start, size = int(about.get("offset", 0)), int(about.get("length", -1))
    except ValueError as error:
        raise errors.ClassifierError(
            f"the weights {tensor.name!r} are at no place in {name}; the file "
            "is damaged"
        ) from error
    with path.open("rb") as file:
        file.seek(max(start, 0))
        return file.read(size if size >= 0 else -1)


def attributes(node: Any) -> dict[str, Any]:
    """Returns the attributes of a node by name: numbers, text, lists, arrays.

    Raises:
        ClassifierError: one is of a kind that no layer of ours has.
    """
    values = {}
    for attribute in node.attribute:
        field = _FIELDS.get(attribute.type)
        if field is None:
            raise errors.ClassifierError(
                f"{node.op_type} has the attribute {attribute.name!r} of "
                "another kind than numbers and text (a graph, for one), which "
                "is not read"
            )
        value = getattr(attribute, field)
        if attribute.type == _TENSOR:
            value = array(value)
        elif attribute.type == _TEXT:
            value = value.decode("utf-8", "replace")
        elif field in ("floats", "ints"):
            value = list(value)
        values[attribute.name] = value
    return values
