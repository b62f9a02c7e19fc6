"""Wraps the classifier under explanation, whatever it is made of.

    classifier = adapter.load("cats.keras", class_names=("cat", "dog"))
    logits, features = classifier.logits_and_features(images)

Inside StylEx an image is float32 in [-1, 1]. The adapter owns what the
classifier was trained with instead: size, value range, grey or colour, and
whether it puts out logits or probabilities.
"""

import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.classifiers import (
    keras_files,
    keras_models,
    network,
    onnx_files,
    other_files,
    output_kind,
    outputs,
    pixels,
    saved_models,
)

# For a classifier that takes any size: what it is tried with at load time.
_PROBE_SIZE = 64


class Classifier(tf.Module):
    """Images [N, H, W, 3], float32 in [-1, 1] -> logits [N, K], float32.

    Call it inside or outside a `tf.function`, in any `tf.distribute` replica;
    calls create no variables. Its weights are never trained.

    Attributes:
        class_names: one name a class, in the order of the logits.
        num_classes: K, the number of classes.
        input_size: the classifier's own (height, width); None is any size.
        differentiable: whether gradients reach the images.
        has_features: whether it shows its feature maps.
    """

    def __init__(
        self,
        wrapped: network.Network,
        *,
        class_names: Sequence[str] = (),
        output: str | outputs.Threshold = "auto",
        input_range: tuple[float, float] = (-1.0, 1.0),
    ):
        super().__init__(name="classifier")
        low, high = input_range
        if not low < high:
            raise errors.ClassifierError(
                f"input_range is {input_range}; needs low < high"
            )
        pixels.check_shape(wrapped.input_shape)
        if wrapped.input_dtype.is_integer and (low, high) != (0.0, 255.0):
            raise errors.ClassifierError(
                f"the classifier takes pixels as {wrapped.input_dtype.name}, "
                f"of which the range {input_range} leaves next to nothing; "
                "set classifier.input_range to (0., 255.)"
            )
        self._network = wrapped
        # Tracked, so that an export saves them; a Keras model itself is not,
        # since its export would trace every layer again.
        self._variables = wrapped.variables
        self._owner = wrapped.owner
        self.input_range = (float(low), float(high))
        height, width, self._channels = wrapped.input_shape
        self.input_size = (height, width) if height and width else None
        probe = self._probe()
        with network.first_asked(wrapped, len(probe)):
            raw, maps = _run(lambda: self._raw(probe))
        raw = raw.numpy()
        if len(raw) != len(probe) or not raw.shape[1]:
            raise errors.ClassifierError(
                f"the classifier puts out shape {raw.shape} for {len(probe)} "
                "images; needs one score a class of each, [N, K]"
            )
        self.output = _output(wrapped, raw, output)
        self.num_classes = max(2, raw.shape[1])
        self.class_names = _names(
            class_names or getattr(output, "class_names", ()), self.num_classes
        )
        self.differentiable = self._has_gradients(probe)
        self.has_features = bool(maps)

    @property
    def input_dtype(self) -> tf.DType:
        """Returns the type in which the classifier wants its pixels."""
        return self._network.input_dtype

    @property
    def trainable_variables(self) -> tuple:
        """Returns no variable: the classifier is explained as it is."""
        return ()

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Returns the logits, [N, H, W, 3] -> [N, K]."""
        return self._logits_and_maps(images)[0]

    def features(self, images: tf.Tensor) -> list[tf.Tensor]:
        """Returns one map [N, h, w, c] a spatial resolution, finest first.

        Raises:
            ClassifierError: where the classifier has none to show.
        """
        self.check_features()
        return self._logits_and_maps(images)[1]

    def logits_and_features(
        self, images: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Returns logits and feature maps, if any, in one forward pass."""
        return self._logits_and_maps(images)

    def check_answers(self, images: tf.Tensor) -> tf.Tensor:
        """Returns the logits of images, [N, H, W, 3] -> [N, K], once checked.

        Raises:
            ClassifierError: what the classifier puts out is not what it is
                taken for, as in `outputs.check`.
        """
        raw = self._raw(images)[0]
        outputs.check(raw.numpy(), self.output, certain=self._network.certain)
        return outputs.to_logits(raw, self.output)

    def check_features(self) -> None:
        """Raises ClassifierError unless the classifier has feature maps."""
        if not self.has_features:
            raise errors.ClassifierError(
                f"this classifier ({self._network.kind}) has no feature maps "
                "for a perceptual distance: only Keras models made of layers "
                "show theirs. Load it from a .keras or .h5 file, or take the "
                "features of another network (config.loss.perceptual_features)."
            )

    def check_differentiable(self) -> None:
        """Raises ClassifierError unless gradients reach the images."""
        if self.input_dtype.is_integer:
            raise errors.ClassifierError(
                f"this classifier takes its pixels as {self.input_dtype.name}, "
                "and rounding to whole numbers has no gradient, so that StylEx "
                "cannot be trained on it. Export it with pixels in float32, "
                "or name the signature that takes them so "
                "(classifier.signature)."
            )
        if not self.differentiable:
            raise errors.ClassifierError(
                f"this classifier ({self._network.kind}) gives no gradients "
                "to its images. It can be searched and evaluated, but StylEx "
                "cannot be trained on it: every operation between pixels and "
                "scores needs a gradient, and rounding, argmax, "
                "tf.stop_gradient and Python functions have none."
            )

    def describe(self) -> dict[str, Any]:
        """Returns what a report says about the classifier, ready for JSON."""
        return {
            "kind": self._network.kind,
            "class_names": list(self.class_names),
            "input_size": self.input_size and list(self.input_size),
            "input_channels": self._channels,
            "input_range": list(self.input_range),
            "output": (
                f"a number, of which {self.class_names[1]} begins at "
                f"{self.output.value:g}"
                if isinstance(self.output, outputs.Threshold)
                else self.output
            ),
            "differentiable": self.differentiable,
            "has_features": self.has_features,
        }

    def _logits_and_maps(self, images):
        raw, maps = self._raw(images)
        logits = outputs.to_logits(raw, self.output)
        return logits, [tf.cast(m, tf.float32) for m in maps]

    def _raw(self, images) -> tuple[tf.Tensor, list[tf.Tensor]]:
        seen = pixels.from_images(
            images,
            size=self.input_size,
            channels=self._channels,
            value_range=self.input_range,
            dtype=self._network.input_dtype,
        )
        raw, maps = self._network.forward(seen)
        if not tf.is_tensor(raw) or not raw.dtype.is_floating:
            raise errors.ClassifierError(
                f"the classifier puts out {_kind(raw)}; needs one score a "
                "class, as floats [N, K]"
            )
        if raw.shape.rank == 1:
            raw = raw[:, None]
        if raw.shape.rank != 2:
            raise errors.ClassifierError(
                f"the classifier puts out shape {raw.shape}; "
                "needs one score a class, [N, K]"
            )
        return tf.cast(raw, tf.float32), maps

    def _probe(self) -> tf.Tensor:
        """Returns four images as different as can be, for a try."""
        height, width = self.input_size or (_PROBE_SIZE, _PROBE_SIZE)
        noise = np.random.default_rng(0).uniform(-1, 1, (2, height, width, 3))
        flat = np.ones((1, height, width, 3))
        return tf.constant(np.concatenate([noise, flat, -flat]), tf.float32)

    def _has_gradients(self, images: tf.Tensor) -> bool:
        has_gradient = []

        def trace():
            with tf.GradientTape() as tape:
                tape.watch(images)
                logits = self(images)
            has_gradient.append(tape.gradient(logits, images) is not None)
            return logits

        try:
            _run(trace)
        except LookupError:
            # An operation on the way has no gradient registered.
            return False
        return all(has_gradient)


def _run(function: Callable[[], Any]) -> Any:
    """Runs a function as a replica does, and returns the first one's result.

    A SavedModel loaded under a strategy cannot run outside of its replicas.
    """
    strategy = tf.distribute.get_strategy()
    traced = tf.function(lambda: strategy.run(function), autograph=False)
    results = traced.get_concrete_function()()
    return tf.nest.map_structure(
        lambda r: strategy.experimental_local_results(r)[0], results
    )


def load(
    path: str | os.PathLike,
    *,
    class_names: Sequence[str] = (),
    output: str | outputs.Threshold = "auto",
    input_range: tuple[float, float] = (-1.0, 1.0),
    signature: str = "serving_default",
    output_name: str = "",
    run_foreign_code: bool = False,
) -> Classifier:
    """Loads a .keras, .h5 or .onnx file, or a signature of a SavedModel.

    Args:
        path: the file or folder.
        class_names: in the order of the outputs; empty numbers them.
        output: "logits", "probabilities", "auto" to find out; or a threshold
            of a model that puts out one number.
        input_range: the pixel values that the classifier was trained with.
        signature: the entry point to call, where the classifier is a
            SavedModel.
        output_name: which of several outputs to explain.
        run_foreign_code: load a file that brings code of its own, which can
            do whatever the user can. See docs/your_own.md.

    Raises:
        ClassifierError: where there is nothing at `path`, or what there is is
            no classifier of images.
    """
    way = other_files.way(path)
    if way:
        raise errors.ClassifierError(way)
    path = pathlib.Path(path).expanduser()
    if path.is_dir():
        wrapped = saved_models.read(
            path,
            signature,
            output_name=output_name,
            run_foreign_code=run_foreign_code,
        )
    elif path.suffix.lower() == ".onnx":
        wrapped = onnx_files.read(path, output_name=output_name)
    else:
        model = keras_files.read(path, run_foreign_code=run_foreign_code)
        said = "auto" if isinstance(output, outputs.Threshold) else output
        wrapped = keras_models.wrap(model, said, output_name)
    return Classifier(
        wrapped, class_names=class_names, output=output, input_range=input_range
    )


def from_keras(
    model: keras.Model,
    *,
    class_names: Sequence[str] = (),
    output: str = "auto",
    input_range: tuple[float, float] = (-1.0, 1.0),
) -> Classifier:
    """Wraps a Keras model; arguments as for `load`."""
    return Classifier(
        keras_models.wrap(model, output),
        class_names=class_names,
        output=output,
        input_range=input_range,
    )


def from_callable(
    function: Callable[[np.ndarray], np.ndarray],
    *,
    num_classes: int,
    input_size: int,
    class_names: Sequence[str] = (),
    output: str = "auto",
    input_range: tuple[float, float] = (-1.0, 1.0),
) -> Classifier:
    """Wraps any Python function of arrays, which gives no gradients.

    Args:
        function: float32 [N, input_size, input_size, 3] -> scores [N, K].
        num_classes: K; two for a function with a single score.
        input_size: the side of the square images to give to the function.
        class_names: as for `load`.
        output: as for `load`.
        input_range: as for `load`.
    """
    blank = np.zeros((1, input_size, input_size, 3), np.float32)
    shape = np.shape(function(blank))

    def forward(seen):
        raw = tf.numpy_function(
            lambda x: np.asarray(function(x), np.float32), [seen], tf.float32
        )
        return tf.ensure_shape(raw, [None, *shape[1:]]), []

    classifier = Classifier(
        network.Network(
            kind="callable",
            forward=forward,
            input_shape=(input_size, input_size, 3),
        ),
        class_names=class_names,
        output=output,
        input_range=input_range,
    )
    if classifier.num_classes != num_classes:
        raise errors.ClassifierError(
            f"num_classes is {num_classes}, but the function returns "
            f"{classifier.num_classes} scores an image"
        )
    return classifier


def _output(
    wrapped: network.Network, raw: np.ndarray, said: str | outputs.Threshold
) -> str | outputs.Threshold:
    """Returns what the network puts out, once it is checked."""
    if isinstance(said, outputs.Threshold):
        # A sigmoid was opened: its logit is no number of the user's.
        opened = wrapped.certain and wrapped.output == output_kind.Output.LOGITS
        outputs.check_number(raw, "probabilities" if opened else wrapped.output)
        return said
    if wrapped.certain:
        said = wrapped.output or said
    elif said == output_kind.Output.AUTO:
        said = wrapped.output or outputs.infer(raw)
    outputs.check(raw, said, certain=wrapped.certain)
    return said


def _kind(raw: Any) -> str:
    if isinstance(raw, dict):
        return f"{sorted(raw)} (give the output a name to choose by)"
    return raw.dtype.name if tf.is_tensor(raw) else f"{len(raw)} outputs"


def _names(given: Sequence[str], num_classes: int) -> tuple[str, ...]:
    if not given:
        return tuple(f"class {k}" for k in range(num_classes))
    if len(given) != num_classes:
        raise errors.ClassifierError(
            f"{len(given)} class names ({', '.join(given)}) for a classifier "
            f"of {num_classes} classes"
        )
    return tuple(given)
