"""Reads what a Keras file names, before Keras imports or calls any of it."""

import re
from collections.abc import Iterator
from typing import Any

from stylex_tf.classifiers import keras_parts

_KNOWN = (
    keras_parts.LAYERS
    | keras_parts.KERAS_3_OPERATIONS
    | keras_parts.VARIABLE_PARTS
    | keras_parts.TRAINING_PARTS
    | keras_parts.VALUES
)
# Keys whose text names a function.
_ACTIVATION = re.compile(r"(^|_)activation$")
_VARIABLE_PART = re.compile(r"(_initializer|_regularizer|_constraint)$")
_VARIABLE_NAMES = frozenset(
    name
    for part in keras_parts.VARIABLE_PARTS
    for name in (
        part.lower(),
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", part).lower(),
        part,
    )
) | {"uniform", "normal", "l1_l2", "zero", "one"}
# Where Keras keeps its parts; from any other module it would be imported.
_MODULES = re.compile(r"keras(\.[a-z_0-9]+)*$")


def foreign(config: Any) -> list[str]:
    """Returns what a model's config names beyond Keras's own parts.

    Nested models, wrapped layers, activations, initialisers and the rest are
    walked whole; nothing is imported.

    Args:
        config: what config.json of a .keras file holds, or the attribute of an
            .h5 file.

    Returns:
        One phrase each, as "Lambda 'scale'"; none of a config that is only
        made of `keras_parts`.
    """
    phrases: list[str] = []
    for key, value in _pairs(config):
        if isinstance(value, dict):
            phrases += _foreign_object(value)
        elif isinstance(value, str):
            if _ACTIVATION.search(key):
                if value not in keras_parts.ACTIVATIONS:
                    phrases.append(f"{key} {value!r}")
            elif _VARIABLE_PART.search(key):
                if value not in _VARIABLE_NAMES:
                    phrases.append(f"{key} {value!r}")
    return list(dict.fromkeys(phrases))


def _pairs(config: Any) -> Iterator[tuple[str, Any]]:
    """Returns every value in a config with the key that it stands under."""
    # No recursion, which a deep file would exhaust.
    waiting = [("", config)]
    while waiting:
        key, value = waiting.pop()
        yield key, value
        if isinstance(value, dict):
            waiting += [(str(k), v) for k, v in value.items()]
        elif isinstance(value, list):
            waiting += [(key, v) for v in value]


def _foreign_object(item: dict[str, Any]) -> list[str]:
    """Returns what is foreign of one serialised object, not of its parts."""
    if "class_name" not in item:
        return []
    kind, module = item["class_name"], item.get("module")
    inner = item.get("config")
    fields = inner if isinstance(inner, dict) else {}
    name = item.get("name") or fields.get("name")
    called = f"{kind} {name!r}" if name else f"{kind}"
    if not isinstance(kind, str):
        return [called]
    if kind in keras_parts.OPERATION_LAYERS:
        operation = fields.get("function")
        if _operation(operation) not in keras_parts.OPERATIONS:
            return [f"{called}, which calls {operation}"]
    elif kind == "function":
        if (
            not isinstance(inner, str)
            or inner not in keras_parts.ACTIVATIONS
            or module not in (None, "builtins")
            and not _of_keras(module)
        ):
            return [f"the function {module or ''}.{inner}"]
        return []
    elif kind == "__typespec__":
        if item.get("spec_name") != "TensorSpec":
            return [f"{item.get('spec_name')}"]
        return []
    elif kind not in _KNOWN:
        return [called]
    if module is not None and not _of_keras(module):
        if not (kind in keras_parts.VALUES and module == "builtins"):
            return [f"{called} of {module}"]
    registered = item.get("registered_name")
    if registered not in (None, "", kind, f"Custom>{kind}"):
        return [f"{called} ({registered})"]
    return []


def _operation(name: Any) -> str:
    return re.sub(r"^(tf\.)?(compat\.v[12]\.)?", "", str(name))


def _of_keras(module: Any) -> bool:
    return isinstance(module, str) and bool(_MODULES.match(module))
