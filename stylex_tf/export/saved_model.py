"""Publishes a servable as `base/<version>/`, and holds it to its word.

Servers poll the base folder for integers, so a version is written under a
name that is none, checked by whoever wants to, and renamed when complete.
"""

import errno
import json
import pathlib
import shutil
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf.export import servables, signatures

# Written by `export` itself.
_OWN_ASSETS = ("contract", "class_names")
_BATCHES = (1, 3)


def export(
    servable: servables.Servable,
    base_dir: str | pathlib.Path,
    *,
    assets: Mapping[str, Any],
) -> pathlib.Path:
    """Saves the model as the next version; all of it appears, or nothing.

    Args:
        servable: what to save.
        base_dir: the folder of all versions; made if missing.
        assets: what explains the model, plain JSON by name, each written to
            `assets/<name>.json`. `contract` and `class_names` are added.

    Returns:
        The folder of the new version.

    Raises:
        ValueError: an asset is not JSON, holds NaN, or has a name of ours.
    """
    taken = [name for name in _OWN_ASSETS if name in assets]
    if taken:
        raise ValueError(f"assets are written by export itself: {taken}")
    # Before the model is saved: this is the likelier to fail.
    texts = {
        name: json.dumps(asset, indent=2, allow_nan=False) + "\n"
        for name, asset in {
            **assets,
            "contract": servable.contract(),
            "class_names": list(servable.class_names),
        }.items()
    }
    base = pathlib.Path(base_dir)
    base.mkdir(parents=True, exist_ok=True)
    temporary = base / f"incoming-{uuid.uuid4().hex}"
    try:
        tf.saved_model.save(
            servable, str(temporary), signatures=servable.concrete_functions()
        )
        folder = temporary / "assets"
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
        return _publish(temporary, base)
    finally:
        # Gone already, if it was published.
        shutil.rmtree(temporary, ignore_errors=True)


def reload_and_compare(
    path: str | pathlib.Path,
    examples: Sequence[bytes],
    servable: servables.Servable,
    *,
    tolerance: float = 1e-3,
) -> dict[str, float]:
    """Calls every signature of an export and of the model it came from.

    Args:
        path: the folder of one version.
        examples: encoded images to ask about, at least one; batches of one
            and of three are made of them.
        servable: the model in memory.
        tolerance: how far numbers may differ, relative to the largest where
            that exceeds one. Images may differ by one level of 255; classes,
            coordinates and directions may not differ.

    Returns:
        The largest difference by "signature/output"; levels for images.

    Raises:
        ValueError: an output differs or is not finite, or the signatures are
            not those of the contract.
    """
    if not examples:
        raise ValueError("there is no example to compare the export on")
    # Keeps the variables alive while the functions are called.
    loaded = tf.saved_model.load(str(path))
    _check_contract(loaded.signatures, servable.sizes)
    largest: dict[str, float] = {}
    for batch in _BATCHES:
        for name, inputs in _requests(servable, examples, batch).items():
            expected = getattr(servable, name)(**inputs)
            actual = loaded.signatures[name](**inputs)
            for output in expected:
                difference = _difference(
                    output, expected[output].numpy(), actual[output].numpy()
                )
                allowed = 1.0 if _holds_images(output) else tolerance
                # Not "greater": a NaN must fail too.
                if not difference <= allowed:
                    raise ValueError(
                        f"{path} differs from the model in memory: {output} "
                        f"of {name} by {difference} at batch {batch}"
                    )
                key = f"{name}/{output}"
                largest[key] = max(difference, largest.get(key, 0.0))
    return largest


def _publish(temporary: pathlib.Path, base: pathlib.Path) -> pathlib.Path:
    """Renames a complete export to the next free version."""
    while True:
        taken = [int(e.name) for e in base.iterdir() if e.name.isdecimal()]
        version = base / str(max(taken, default=0) + 1)
        try:
            return temporary.rename(version)
        except OSError as error:
            # Another export may have taken the number in between.
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise


def _check_contract(
    loaded: Mapping[str, Any], sizes: Mapping[str, int]
) -> None:
    """Raises ValueError unless the signatures are those of the contract."""
    if set(loaded) != set(signatures.CONTRACT):
        raise ValueError(
            f"the signatures are {sorted(loaded)}; the contract has "
            f"{sorted(signatures.CONTRACT)}"
        )
    for name, signature in signatures.CONTRACT.items():
        # The first of the pair holds the positional inputs: none.
        inputs = loaded[name].structured_input_signature[1]
        _check_specs(f"input of {name}", inputs, signature.inputs, sizes)
        outputs = loaded[name].structured_outputs
        _check_specs(f"output of {name}", outputs, signature.outputs, sizes)


def _check_specs(
    what: str,
    actual: Mapping[str, tf.TensorSpec],
    expected: Mapping[str, signatures.TensorInfo],
    sizes: Mapping[str, int],
) -> None:
    found = {
        name: (spec.dtype.name, tuple(spec.shape))
        for name, spec in actual.items()
    }
    wanted = {
        name: (info.dtype, info.static_shape(sizes))
        for name, info in expected.items()
    }
    if found != wanted:
        raise ValueError(
            f"{what}: the contract has {wanted}, the export {found}"
        )


def _requests(
    servable: servables.Servable, examples: Sequence[bytes], batch: int
) -> dict[str, dict[str, tf.Tensor]]:
    """One request a signature, of a number of images."""
    images = tf.constant([examples[i % len(examples)] for i in range(batch)])
    rows = np.arange(batch, dtype=np.int32)
    requests: dict[str, dict[str, tf.Tensor]] = {
        name: {"image_bytes": images}
        for name, signature in signatures.CONTRACT.items()
        if "image_bytes" in signature.inputs
    }
    requests["generate"] = {"styles": servable.encode(images)["styles"]}
    # The most for the last image, fewer for the others: rows are padded.
    requests["find_attributes"] |= {
        "target_class": tf.constant(rows % servable.sizes["K"] - 1),
        "top_k": tf.constant(np.maximum(servable.max_top_k - rows[::-1], 1)),
    }
    return requests


def _holds_images(output: str) -> bool:
    return output.endswith("_bytes")


def _difference(output: str, expected: np.ndarray, actual: np.ndarray) -> float:
    """How far apart two answers are; infinity if they have no distance."""
    if expected.shape != actual.shape:
        return np.inf
    if expected.dtype == object:
        if not _holds_images(output):
            return 0.0 if np.array_equal(expected, actual) else np.inf
        pairs = zip(expected.flat, actual.flat, strict=True)
        return max(_levels(*pair) for pair in pairs)
    # Not-a-number where either is not finite, which no tolerance allows.
    gap = float(np.max(np.abs(expected.astype(float) - actual.astype(float))))
    if np.issubdtype(expected.dtype, np.integer):
        return gap
    return gap / max(1.0, float(np.max(np.abs(expected))))


def _levels(expected: bytes, actual: bytes) -> float:
    """The largest difference of two PNG files' pixels."""
    if expected == actual:
        return 0.0
    if not expected or not actual:
        return np.inf
    one, other = (
        tf.io.decode_png(contents).numpy().astype(int)
        for contents in (expected, actual)
    )
    if one.shape != other.shape:
        return np.inf
    return float(np.max(np.abs(one - other)))
