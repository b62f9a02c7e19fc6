"""A SavedModel so small that a test can write one: it reads tf.Examples."""

import pathlib

import tensorflow as tf


def save(
    base: str | pathlib.Path, version: int, factor: float = 2.0
) -> pathlib.Path:
    """Publishes a version: y = factor * x + bias, and classes up and down.

    Only TensorFlow 1 can save a signature for another method than Predict, or
    two signatures with one input.

    Returns:
        The folder of the version.
    """
    v1 = tf.compat.v1
    base = pathlib.Path(base)
    temporary = base / f"incoming-{version}"
    with tf.Graph().as_default(), v1.Session() as session:
        first, second = (v1.placeholder(tf.string, [None]) for _ in range(2))
        y = factor * _features(first)["x"] + _features(first)["bias"]
        other = _features(second)["x"]
        scores = tf.stack([y, -y], axis=1)
        classes = tf.tile([["up", "down"]], [tf.size(y), 1])
        both = {"classes": classes, "scores": scores}
        binary = tf.fill([tf.size(y), 2], b"\xff")
        signatures = {
            "classify": _signature("classify", first, both),
            "scores": _signature("classify", first, {"scores": scores}),
            "classes": _signature("classify", first, {"classes": classes}),
            "regress": _signature("regress", first, {"outputs": y}),
            "column": _signature("regress", first, {"outputs": y[:, None]}),
            "elsewhere": _signature("regress", second, {"outputs": other}),
            # As TensorFlow 2 saves them all.
            "native": _signature("predict", first, both),
            "serving_default": _signature("predict", first, {"y": y}),
            # Each with a mistake.
            "narrow": _signature(
                "classify", first, both | {"scores": scores[:, :1]}
            ),
            "binary": _signature("classify", first, {"classes": binary}),
            "swapped": _signature("classify", first, {"scores": classes}),
            "flat": _signature("classify", first, {"scores": y}),
            "wide": _signature("regress", first, {"outputs": scores}),
            "text": _signature("regress", first, {"outputs": classes[:, 0]}),
            "odd": _signature("regress", first, {"value": y}),
        }
        builder = v1.saved_model.Builder(str(temporary))
        builder.add_meta_graph_and_variables(
            session, ["serve"], signature_def_map=signatures
        )
        builder.save()
    return temporary.rename(base / str(version))


def example(**features: float) -> tf.train.Example:
    """A tf.Example of numbers."""
    made = tf.train.Example()
    for name, value in features.items():
        made.features.feature[name].float_list.value.append(value)
    return made


def _features(serialized: tf.Tensor) -> dict[str, tf.Tensor]:
    return tf.io.parse_example(
        serialized,
        {
            "x": tf.io.FixedLenFeature([], tf.float32),
            "bias": tf.io.FixedLenFeature([], tf.float32, 0.0),
        },
    )


def _signature(method: str, examples: tf.Tensor, outputs: dict[str, tf.Tensor]):
    saved_model = tf.compat.v1.saved_model
    info = saved_model.build_tensor_info
    return saved_model.build_signature_def(
        {"inputs": info(examples)},
        {name: info(tensor) for name, tensor in outputs.items()},
        f"tensorflow/serving/{method}",
    )
