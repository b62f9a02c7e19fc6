"""Reads a signature of a SavedModel as the network of a classifier."""

import logging
import pathlib
from typing import Any

import tensorflow as tf

from stylex_tf import errors, plain_paths
from stylex_tf.classifiers import (
    graph_endings,
    graph_operations,
    network,
    outputs,
)

_LOGGER = logging.getLogger(__name__)


def read(
    path: pathlib.Path,
    signature: str,
    *,
    output_name: str = "",
    run_foreign_code: bool = False,
) -> network.Network:
    """Loads one signature of a SavedModel folder.

    Args:
        path: the folder.
        signature: the entry point to call.
        output_name: the one of several outputs to explain.
        run_foreign_code: also load a graph that touches files, Python or
            other machines.

    Raises:
        ClassifierError: where there is no such signature, or it does not map a
            batch of images to one score a class, or its graph does more than
            compute.
    """
    if not (path / "saved_model.pb").exists():
        raise errors.ClassifierError(
            f"{path} is a folder, but no SavedModel: it has no saved_model.pb"
        )
    _check_operations(path, run_foreign_code)
    restored = _load(path)
    if signature not in restored.signatures:
        raise errors.ClassifierError(
            f"{path} has no signature {signature!r}; "
            f"it has {sorted(restored.signatures) or 'none'}"
        )
    function = restored.signatures[signature]
    where = f"signature {signature!r} of {path}"
    name, spec = _input(function, where)
    output = outputs.choose(
        sorted(function.structured_outputs), output_name, where
    )
    ending = graph_endings.operation(path, signature, output)
    if ending == "Sigmoid":
        shape = function.structured_outputs[output].shape
        outputs.check_sigmoids(shape[-1] if shape.rank == 2 else 1, where)
    # It is what the graph does, whatever it is called.
    certain = ending in ("Sigmoid", "Softmax")
    return network.Network(
        kind="saved_model",
        forward=lambda pixels: (function(**{name: pixels})[output], []),
        input_shape=tuple(spec.shape[1:]),
        input_dtype=spec.dtype,
        output="probabilities" if certain else _named(output),
        certain=certain,
        variables=tuple(function.variables),
        owner=restored,
    )


def _load(path: pathlib.Path) -> Any:
    try:
        with plain_paths.of(path) as folder:
            return tf.saved_model.load(str(folder))
    # TensorFlow raises anything of a folder that is damaged.
    except Exception as error:
        raise errors.ClassifierError(
            f"{path} cannot be loaded, and is damaged or incomplete "
            f"({errors.first_line(error)}); copy the whole folder, or export "
            "it again"
        ) from error


def _named(output: str) -> str | None:
    return output if output in outputs.KNOWN else None


def _check_operations(path: pathlib.Path, allowed: bool) -> None:
    operations = ", ".join(graph_operations.forbidden(path))
    if not operations:
        return
    if not allowed:
        raise errors.ClassifierError(
            f"the graph of {path} has operations that do more than compute: "
            f"{operations}. They could read and write your files or run code. "
            "Export the model without them; or, if you trust who made it, set "
            "classifier.run_foreign_code"
        )
    _LOGGER.warning(
        "classifier.run_foreign_code: %s is loaded with %s. They run with the "
        "model, and may do whatever you may: read, write and send your files.",
        path,
        operations,
    )


def _input(function, where: str) -> tuple[str, tf.TensorSpec]:
    inputs = function.structured_input_signature[1]
    if len(inputs) != 1:
        raise errors.ClassifierError(
            f"{where} takes {sorted(inputs)}; a classifier takes one input"
        )
    ((name, spec),) = inputs.items()
    if spec.dtype == tf.string:
        raise errors.ClassifierError(
            f"{where} takes encoded images; choose or export a signature "
            "that takes pixels, [N, height, width, channels]"
        )
    if spec.shape.rank != 4 or spec.shape[0] is not None:
        raise errors.ClassifierError(
            f"{where} takes {name} of shape {spec.shape}; a classifier takes "
            "[N, height, width, channels] with any N (None)"
        )
    return name, spec
