"""Classifiers small enough to make in a test."""

import os
import pathlib

import h5py
import keras
import tensorflow as tf


def convolutional(
    *,
    size: int | None = 8,
    channels: int = 3,
    units: int = 3,
    activation: str | None = None,
) -> keras.Model:
    """Two strided convolutions and a dense layer, with random weights."""
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((size, size, channels)),
            keras.layers.Conv2D(4, 3, 2, padding="same", activation="relu"),
            keras.layers.Conv2D(6, 3, 2, padding="same", activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(units, activation=activation),
        ]
    )


def mean_of_pixels(*, size: int = 8, channels: int = 3) -> keras.Model:
    """Puts out the mean pixel and its negative: shows what pixels arrive."""
    model = keras.Sequential(
        [
            keras.Input((size, size, channels)),
            keras.layers.Flatten(),
            keras.layers.Dense(2, use_bias=False),
        ]
    )
    inputs = size * size * channels
    column = tf.fill([inputs, 1], 1.0 / inputs)
    model.set_weights([tf.concat([column, -column], axis=1).numpy()])
    return model


def images(count: int = 3, size: int = 8, seed: int = 0) -> tf.Tensor:
    """Uniform noise in [-1, 1], float32."""
    return tf.random.stateless_uniform(
        [count, size, size, 3], seed=(seed, 0), minval=-1.0, maxval=1.0
    )


class _Linear(tf.Module):
    """Scores of classes, linear in the pixels; with or without gradients."""

    def __init__(self, size: int, dtype: tf.DType):
        super().__init__()
        self.kernel = tf.Variable(
            tf.random.stateless_normal([size * size * 3, 3], seed=(2, 0))
        )
        self._dtype = dtype

    def __call__(self, pixels):
        x = tf.cast(pixels, tf.float32)
        return tf.matmul(tf.reshape(x, [tf.shape(x)[0], -1]), self.kernel)


def save_linear(
    path: pathlib.Path | str,
    *,
    size: int = 8,
    dtype: tf.DType = tf.float32,
    batch: int | None = None,
    outputs=("scores",),
) -> _Linear:
    """Writes a SavedModel with the signatures "explain" and "other"."""
    model = _Linear(size, dtype)

    @tf.function(
        input_signature=[
            tf.TensorSpec([batch, size, size, 3], dtype, name="photos")
        ]
    )
    def explain(photos):
        scores = model(photos)
        kinds = {
            "logits": scores,
            "probabilities": tf.nn.softmax(scores),
            "class": tf.argmax(scores, axis=-1),
        }
        return {name: kinds.get(name, scores) for name in outputs}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def other(encoded):
        return {"scores": tf.zeros([tf.size(encoded), 3])}

    tf.saved_model.save(
        model, str(path), signatures={"explain": explain, "other": other}
    )
    return model


def save_weights(model: keras.Model, path: str | os.PathLike) -> None:
    """Writes weights as the files of keras.applications hold them.

    So does `save_weights` of Keras 2 to an .h5 file; that of Keras 3 only
    reads such files.
    """
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{number}:0" for number in range(len(layer.weights))]
            group.attrs["weight_names"] = names
            for name, weight in zip(names, layer.get_weights(), strict=True):
                group[name] = weight
