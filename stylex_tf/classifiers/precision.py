"""Keeps a classifier in float32, whatever precision StylEx trains in."""

import contextlib
from collections.abc import Iterator

import keras

from stylex_tf import keras_line


@contextlib.contextmanager
def float32_policy() -> Iterator[None]:
    """Makes Keras layers that are built inside compute in float32."""
    policy = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy("float32")
    try:
        yield
    finally:
        keras.mixed_precision.set_global_policy(policy)


def in_float32(model: keras.Model) -> keras.Model:
    """Returns the model itself, or a float32 copy of one in low precision."""
    dtypes = {
        layer.compute_dtype
        for layer in keras_line.layers_below(model)
        if layer.compute_dtype
    }
    if not dtypes & {"bfloat16", "float16"}:
        return model
    with float32_policy():
        copy = type(model).from_config(_replace_dtypes(model.get_config()))
        copy.set_weights([w.astype("float32") for w in model.get_weights()])
    return copy


def _replace_dtypes(config):
    """Names float32 wherever a Keras configuration names a lower precision."""
    if isinstance(config, list | tuple):
        return type(config)(_replace_dtypes(item) for item in config)
    if not isinstance(config, dict):
        return config
    return {
        key: "float32"
        if key == "dtype" and _is_low(value)
        else _replace_dtypes(value)
        for key, value in config.items()
    }


def _is_low(dtype) -> bool:
    if isinstance(dtype, dict):  # A serialised Policy.
        dtype = dtype.get("config", {}).get("name")
    return isinstance(dtype, str) and dtype.endswith(("bfloat16", "float16"))
