"""Turns anything that fits a tensor of the contract into an array."""

import numpy as np

from stylex_tf import errors

DTYPES = {
    "float32": np.dtype(np.float32),
    "int32": np.dtype(np.int32),
    "string": np.dtype(object),
}


def to_array(value: object, dtype: str, name: str) -> np.ndarray:
    """Makes an array of one of the contract's types of what fits it.

    Args:
        value: nested sequences, or an array; bytes or text for "string".
        dtype: "float32", "int32" or "string".
        name: the name of the tensor, for the message of an error.

    Raises:
        UsageError: the value is ragged or of another type.
    """
    kind = DTYPES[dtype]
    try:
        if dtype == "string":
            array = np.array(value, object)
            for index, item in np.ndenumerate(array):
                # Not bytes(item) alone: of a number n it makes n zeros.
                array[index] = (
                    item.encode()
                    if isinstance(item, str)
                    else bytes(memoryview(item))
                )
            return array
        plain = np.array(value)
        if plain.size and not np.can_cast(plain.dtype, kind, "same_kind"):
            raise TypeError(f"it has {plain.dtype} values")
        array = plain.astype(kind)
        if dtype == "int32" and (array != plain).any():
            raise ValueError("a value is too large")
        return array
    except (TypeError, ValueError) as error:
        raise errors.UsageError(f"{name} is no {dtype} tensor: {error}") from (
            error
        )
