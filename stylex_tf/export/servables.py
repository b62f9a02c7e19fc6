"""What is exported: the contract's signatures over three networks."""

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from stylex_tf.export import checks, image_codec, signatures

# Operations that write a variable, draw at random, or call into Python, which
# another process cannot do.
_REFUSED_PREFIXES = (
    "Assign",
    "ResourceApply",
    "ResourceScatter",
    "Random",
    "TruncatedNormal",
    "Multinomial",
    "Rng",
    "Stateful",
    "PyFunc",
    "EagerPyFunc",
)

Outputs = dict[str, tf.Tensor]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Functions:
    """The model as functions of tensors; all must trace into a graph.

    Attributes:
        encode: images in [-1, 1], [N, R, R, 3], to styles, [N, T].
        generate: styles to images, with fixed noise.
        classify: images to logits, [N, K].
        find_attributes: called with styles, [N, T], target classes, int32 [N]
            (-1: away from the predicted class), and `top_k`, int32 []; returns
            `coordinates`, `directions` (int32) and `strengths`, [N, top_k],
            `probabilities_after`, [N, top_k, K], `images`, [N, top_k, R, R,
            3], and `probabilities_before`, [N, K]. Where an image has fewer
            attributes, the coordinate is -1.
    """

    encode: Callable[[tf.Tensor], tf.Tensor]
    generate: Callable[[tf.Tensor], tf.Tensor]
    classify: Callable[[tf.Tensor], tf.Tensor]
    find_attributes: Callable[..., Mapping[str, tf.Tensor]]


class Servable(tf.Module):
    """Holds a tf.function for each signature, and the variables they read.

    The networks themselves are not tracked: an export carries graphs and
    variables, no Keras objects, and so loads wherever TensorFlow does.
    """

    def __init__(
        self,
        functions: Functions,
        *,
        class_names: Sequence[str],
        resolution: int,
        num_styles: int,
        max_top_k: int = signatures.MAX_TOP_K,
        resources: Sequence[Any] = (),
    ):
        """Traces every signature.

        Args:
            functions: the model.
            class_names: in the order of the classifier's logits.
            resolution: R, height and width of the model's images.
            num_styles: T, style coordinates of all layers.
            max_top_k: attributes an image that one call may ask for.
            resources: trackable owners of what the functions read besides
                variables, such as the lookup tables of a loaded SavedModel.

        Raises:
            ValueError: a function does not have the shapes of the contract,
                or a signature writes a variable, draws random numbers or
                calls Python (`tf.py_function`).
        """
        super().__init__(name="servable")
        # A frozen dataclass hides the callables, which may be Keras models,
        # from TensorFlow's tracking.
        self._functions = functions
        self.class_names = tuple(class_names)
        self.sizes = {
            "R": resolution,
            "T": num_styles,
            "K": len(self.class_names),
        }
        self.max_top_k = max_top_k
        self.resources = list(resources)
        # Traced once, not for every signature that takes images.
        self._decode_bytes = tf.function(
            lambda image_bytes: image_codec.decode(image_bytes, resolution),
            input_signature=[tf.TensorSpec([None], tf.string)],
        )
        for signature, method in (
            (signatures.SERVING_DEFAULT, self._serving_default),
            (signatures.ENCODE, self._encode),
            (signatures.GENERATE, self._generate),
            (signatures.RECONSTRUCT, self._reconstruct),
            (signatures.FIND_ATTRIBUTES, self._find_attributes),
        ):
            function = tf.function(
                method, input_signature=self._input_specs(signature)
            )
            _check_exportable(signature.name, function.get_concrete_function())
            setattr(self, signature.name, function)
        # A saved function needs an owner for each variable that it reads.
        self.weights = _distinct(
            variable
            for function in self.concrete_functions().values()
            for variable in function.variables
        )

    def concrete_functions(self) -> dict[str, Any]:
        """The traced function of each signature, by its name."""
        return {
            name: getattr(self, name).get_concrete_function()
            for name in signatures.CONTRACT
        }

    def contract(self) -> dict[str, Any]:
        """The contract with this model's sizes, as plain JSON."""
        return signatures.to_dict(self.sizes, max_top_k=self.max_top_k)

    def _serving_default(self, image_bytes: tf.Tensor) -> Outputs:
        images = self._decode(signatures.SERVING_DEFAULT, image_bytes)
        logits = self._functions.classify(images)
        winner = tf.argmax(logits, axis=-1, output_type=tf.int32)
        return self._conform(
            signatures.SERVING_DEFAULT,
            {
                "probabilities": tf.nn.softmax(logits),
                "logits": logits,
                "class": winner,
                "class_name": tf.gather(tf.constant(self.class_names), winner),
            },
        )

    def _encode(self, image_bytes: tf.Tensor) -> Outputs:
        images = self._decode(signatures.ENCODE, image_bytes)
        return self._conform(
            signatures.ENCODE, {"styles": self._functions.encode(images)}
        )

    def _generate(self, styles: tf.Tensor) -> Outputs:
        styles = _bounded(signatures.GENERATE, styles)
        images = self._functions.generate(styles)
        return self._conform(
            signatures.GENERATE,
            {"image_bytes": image_codec.encode(images), "images": images},
        )

    def _reconstruct(self, image_bytes: tf.Tensor) -> Outputs:
        images = self._decode(signatures.RECONSTRUCT, image_bytes)
        images = self._functions.generate(self._functions.encode(images))
        return self._conform(
            signatures.RECONSTRUCT,
            {
                "image_bytes": image_codec.encode(images),
                "probabilities": tf.nn.softmax(
                    self._functions.classify(images)
                ),
            },
        )

    def _find_attributes(
        self,
        image_bytes: tf.Tensor,
        target_class: tf.Tensor,
        top_k: tf.Tensor,
    ) -> Outputs:
        image_bytes = self._check_request(image_bytes, target_class, top_k)
        images = self._decode(signatures.FIND_ATTRIBUTES, image_bytes)
        found = self._functions.find_attributes(
            self._functions.encode(images),
            target_class,
            top_k=tf.reduce_max(top_k),
        )
        columns = tf.range(tf.shape(found["coordinates"])[1])
        wanted = columns[tf.newaxis] < top_k[:, tf.newaxis]
        wanted &= found["coordinates"] >= 0

        def padded(name: str) -> tf.Tensor:
            return tf.where(wanted, found[name], tf.cast(-1, found[name].dtype))

        return self._conform(
            signatures.FIND_ATTRIBUTES,
            {
                "coordinates": padded("coordinates"),
                "directions": padded("directions"),
                "strengths": padded("strengths"),
                "probabilities_before": found["probabilities_before"],
                "probabilities_after": tf.where(
                    wanted[:, :, tf.newaxis], found["probabilities_after"], -1.0
                ),
                "edited_bytes": tf.where(
                    wanted, image_codec.encode(found["images"]), ""
                ),
            },
        )

    def _check_request(
        self,
        image_bytes: tf.Tensor,
        target_class: tf.Tensor,
        top_k: tf.Tensor,
    ) -> tf.Tensor:
        """Returns the images of a request for attributes that makes sense."""
        images = tf.size(image_bytes)
        image_bytes = checks.require(
            image_bytes,
            (tf.size(target_class) == images) & (tf.size(top_k) == images),
            "image_bytes, target_class and top_k differ in length:",
            images,
            tf.size(target_class),
            tf.size(top_k),
        )
        image_bytes = checks.require(
            image_bytes,
            tf.reduce_all(
                (target_class >= -1) & (target_class < self.sizes["K"])
            ),
            f"target_class must be -1 to {self.sizes['K'] - 1}:",
            target_class,
        )
        return checks.require(
            image_bytes,
            tf.reduce_all((top_k >= 1) & (top_k <= self.max_top_k)),
            f"top_k must be 1 to {self.max_top_k}:",
            top_k,
        )

    def _decode(
        self, signature: signatures.Signature, image_bytes: tf.Tensor
    ) -> tf.Tensor:
        """Encoded images, [N], to [N, R, R, 3]; refuses too large a batch."""
        return self._decode_bytes(_bounded(signature, image_bytes))

    def _input_specs(
        self, signature: signatures.Signature
    ) -> list[tf.TensorSpec]:
        return [
            tf.TensorSpec(info.static_shape(self.sizes), info.dtype, name)
            for name, info in signature.inputs.items()
        ]

    def _conform(
        self, signature: signatures.Signature, outputs: Outputs
    ) -> Outputs:
        """Holds the outputs to the contract's dtypes and static shapes."""
        for name, info in signature.outputs.items():
            if outputs[name].dtype.name != info.dtype:
                raise ValueError(
                    f"{signature.name}: {name} is {outputs[name].dtype.name}; "
                    f"the contract says {info.dtype}"
                )
        return {
            name: tf.ensure_shape(outputs[name], info.static_shape(self.sizes))
            for name, info in signature.outputs.items()
        }


def _bounded(signature: signatures.Signature, batch: tf.Tensor) -> tf.Tensor:
    size = tf.shape(batch)[0]
    return checks.require(
        batch,
        (size >= 1) & (size <= signature.max_batch),
        f"{signature.name} takes 1 to {signature.max_batch} images a call; "
        "this one has",
        size,
    )


def _distinct(variables: Iterable[tf.Variable]) -> list[tf.Variable]:
    return list({id(variable): variable for variable in variables}.values())


def _check_exportable(name: str, function: Any) -> None:
    """Raises ValueError if a signature does more than read its inputs."""
    graph = function.graph.as_graph_def()
    nodes = itertools.chain(
        graph.node, *(body.node_def for body in graph.library.function)
    )
    used = {node.op for node in nodes if node.op.startswith(_REFUSED_PREFIXES)}
    # Calls of other functions, whose bodies are among the nodes.
    used -= {"StatefulPartitionedCall"}
    if used:
        raise ValueError(
            f"{name} cannot be exported: a signature may not write "
            "variables, draw random numbers or call Python, and this one "
            f"uses {', '.join(sorted(used))}"
        )
