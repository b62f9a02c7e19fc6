"""SavedModel classifiers: one signature of a folder, as a network."""

import pathlib

import tensorflow as tf

from stylex_tf import errors
from stylex_tf.classifiers import network

# Where a signature has several outputs, the ones that we know the meaning of.
_KNOWN_OUTPUTS = ("logits", "probabilities")


def read(path: pathlib.Path, signature: str) -> network.Network:
    """Loads one signature of a SavedModel folder.

    Raises:
        ClassifierError: where there is no such signature, or it does not map a
            batch of images to one score a class.
    """
    if not (path / "saved_model.pb").exists():
        raise errors.ClassifierError(
            f"{path} is a folder, but no SavedModel: it has no saved_model.pb"
        )
    restored = tf.saved_model.load(str(path))
    if signature not in restored.signatures:
        raise errors.ClassifierError(
            f"{path} has no signature {signature!r}; "
            f"it has {sorted(restored.signatures) or 'none'}"
        )
    function = restored.signatures[signature]
    where = f"signature {signature!r} of {path}"
    name, spec = _input(function, where)
    output = _output_name(function, where)
    return network.Network(
        kind="saved_model",
        forward=lambda pixels: (function(**{name: pixels})[output], []),
        input_shape=tuple(spec.shape[1:]),
        input_dtype=spec.dtype,
        output=output if output in _KNOWN_OUTPUTS else None,
        variables=tuple(function.variables),
        owner=restored,
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


def _output_name(function, where: str) -> str:
    names = sorted(function.structured_outputs)
    known = [name for name in _KNOWN_OUTPUTS if name in names]
    if len(names) > 1 and not known:
        raise errors.ClassifierError(
            f"{where} puts out {names}; name one of them 'logits' or "
            "'probabilities', so that it is known which to explain"
        )
    return known[0] if known else names[0]
