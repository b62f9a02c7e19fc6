"""Writes a classifier that a program holds to where a run finds it again."""

import pathlib
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from stylex_tf import errors, keras_line
from stylex_tf.classifiers import keras_files, other_files

_KERAS = "classifier.keras"
_SAVED_MODEL = "classifier"
_TORCH = (
    "a PyTorch module, through which TensorFlow has no gradients; export it "
    f"and give the file: {other_files.TORCH_EXPORT}"
)


def save(model: Any, folder: pathlib.Path, *, resolution: int) -> pathlib.Path:
    """Writes a classifier into a folder.

    A Keras model becomes a .keras file, which shows its feature maps; where it
    has layers of its own, and for any other function, a SavedModel.

    Args:
        model: a Keras model, or a function of TensorFlow's operations from
            pixels [N, H, W, 3], float32, to scores [N, K].
        folder: a folder that exists.
        resolution: height and width of the pixels that a function is given; a
            Keras model tells its own.

    Returns:
        The file, or the folder of the SavedModel.

    Raises:
        ClassifierError: it is none of these, or TensorFlow cannot trace it.
    """
    if _is_torch(model):
        raise errors.ClassifierError(f"the classifier is {_TORCH}")
    if not callable(model):
        raise errors.ClassifierError(
            f"the classifier is {type(model).__name__}; expected a Keras "
            "model, a function of TensorFlow's operations, or the path of a "
            "file"
        )
    shape: tuple[int | None, ...] = (None, resolution, resolution, 3)
    if isinstance(model, keras.Model):
        if not model.built:
            raise errors.ClassifierError(
                f"the Keras model {model.name} has no input shape yet; call "
                "model.build((None, height, width, channels)) first"
            )
        file = _keras_file(model, folder)
        if file is not None:
            return file
        shape = _keras_shape(model)
    return _saved_model(model, folder / _SAVED_MODEL, shape)


def _is_torch(model: Any) -> bool:
    return any(
        base.__module__.partition(".")[0] == "torch"
        for base in type(model).__mro__
    )


def _keras_file(
    model: keras.Model, folder: pathlib.Path
) -> pathlib.Path | None:
    """Returns the file; None where it could not be read again by itself."""
    path = folder / _KERAS
    try:
        model.save(path)
        keras_files.read(path)
    # Keras raises anything of a layer that cannot be described.
    except Exception:
        path.unlink(missing_ok=True)
        return None
    return path


def _keras_shape(model: keras.Model) -> tuple[int | None, ...]:
    if keras_line.inputs(model):
        if len(model.inputs) != 1:
            raise errors.ClassifierError(
                f"the Keras model {model.name} takes {len(model.inputs)} "
                "inputs; a classifier takes one, the image"
            )
        return (None, *model.inputs[0].shape[1:])
    return (None, *model.get_build_config()["input_shape"][1:])


def _saved_model(
    function: Callable[..., Any],
    path: pathlib.Path,
    shape: tuple[int | None, ...],
) -> pathlib.Path:
    module = tf.Module()
    module.serve = tf.function(
        lambda pixels: {"scores": _called(function, pixels)},
        input_signature=[tf.TensorSpec(shape, tf.float32, "pixels")],
        autograph=False,
    )
    try:
        traced = module.serve.get_concrete_function()
    except errors.ClassifierError:
        raise
    # Whatever a function of somebody's raises of a tensor without numbers.
    except Exception as error:
        raise errors.ClassifierError(
            "the classifier cannot be traced by TensorFlow "
            f"({type(error).__name__}: {errors.first_line(error)}); StylEx "
            "needs its gradients. Expected a Keras model, or a function of "
            "TensorFlow's operations; of another library, export ONNX and "
            "give that file"
        ) from error
    # Saved with it: a function does not say which variables it reads.
    module.read = list(traced.variables)
    tf.saved_model.save(
        module, str(path), signatures={"serving_default": module.serve}
    )
    return path


def _called(function: Callable[..., Any], pixels: tf.Tensor) -> tf.Tensor:
    if isinstance(function, keras.Model):
        scores = function(pixels, training=False)
    else:
        scores = function(pixels)
    if not tf.is_tensor(scores):
        raise errors.ClassifierError(
            f"the classifier returns {type(scores).__name__}; expected a "
            "tensor of scores, [N, K]"
        )
    return scores
