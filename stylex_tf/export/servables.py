"""Traces the contract's signatures over the three networks."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from stylex_tf.export import (
    class_tables,
    describing,
    image_codec,
    purity,
    request_checks,
    signatures,
)
from stylex_tf.export import functions as functions_lib

Outputs = dict[str, tf.Tensor]


class Servable(tf.Module):
    """Holds a tf.function for each signature, and the variables they read.

    The networks themselves are not tracked: an export carries graphs and
    variables, no Keras objects, and so loads wherever TensorFlow does.
    """

    # More than seven parameters: all that a version tells of itself.
    def __init__(
        self,
        functions: functions_lib.Functions,
        *,
        class_names: Sequence[str],
        resolution: int,
        num_styles: int,
        num_searched: int,
        class_attributes: Mapping[int, Sequence[Mapping[str, Any]]],
        style_strength: float = 1.0,
        max_top_k: int = signatures.MAX_TOP_K,
        crop: str = "center",
        resources: Sequence[Any] = (),
        about: Mapping[str, Any] | None = None,
    ):
        """Traces every signature.

        Args:
            functions: the model.
            class_names: in the order of the classifier's logits.
            resolution: R, height and width of the model's images.
            num_styles: T, style coordinates of all layers.
            num_searched: S, those that are searched, the first of the T.
            class_attributes: the attributes of each class, the best
                first: `coordinate`, `direction`, `effect` and `share`.
            style_strength: how far the edits of the searches go, as a share
                of the way to the end of a coordinate's range.
            max_top_k: attributes an image that one call may ask for.
            crop: "center" or "pad", as it was for training.
            resources: trackable owners of what the functions read besides
                variables, such as the lookup tables of a loaded SavedModel.
            about: what `describe` tells besides sizes, bounds and class names:
                `name`, `ranges`, `attribute_names`, `evaluation` and
                `held_out`, plain JSON; what is missing is not told.

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
            "S": num_searched,
            "K": len(self.class_names),
        }
        self.style_strength = style_strength
        self.max_top_k = max_top_k
        self.crop = crop
        self._class_attributes = class_tables.padded(
            class_attributes, len(self.class_names), max_top_k
        )
        self.resources = list(resources)
        self._description = self._describe_itself(about or {})
        self._trace()

    def _trace(self) -> None:
        """Makes a tf.function of each signature, an attribute of its name."""
        # Traced once, not for every signature that takes images.
        self._decode_bytes = tf.function(
            lambda image_bytes: image_codec.decode(
                image_bytes, self.sizes["R"], crop=self.crop
            ),
            input_signature=[tf.TensorSpec([None], tf.string)],
            autograph=False,
        )
        for signature, method in (
            (signatures.SERVING_DEFAULT, self._serving_default),
            (signatures.CLASSIFY_IMAGES, self._classify_images),
            (signatures.ENCODE, self._encode),
            (signatures.ENCODE_IMAGES, self._encode_images),
            (signatures.GENERATE, self._generate),
            (signatures.RECONSTRUCT, self._reconstruct),
            (signatures.EDIT, self._edit),
            (signatures.FIND_ATTRIBUTES, self._find_attributes),
            (signatures.STYLE_EFFECTS, self._style_effects),
            (signatures.CLASS_ATTRIBUTES, self._select_class_attributes),
            (signatures.DESCRIBE, self._describe),
        ):
            function = tf.function(
                method,
                input_signature=self._input_specs(signature),
                autograph=False,
            )
            purity.check(signature.name, function.get_concrete_function())
            setattr(self, signature.name, function)
        # A saved function needs an owner for each variable that it reads.
        self.weights = _distinct(
            variable
            for function in self.concrete_functions().values()
            for variable in function.variables
        )

    def concrete_functions(self) -> dict[str, Any]:
        """Returns the traced function of each signature, by its name."""
        return {
            name: getattr(self, name).get_concrete_function()
            for name in signatures.CONTRACT
        }

    def contract(self) -> dict[str, Any]:
        """Returns the contract with this model's sizes, as plain JSON."""
        return signatures.to_dict(
            self.sizes,
            style_strength=self.style_strength,
            max_top_k=self.max_top_k,
        )

    def description(self) -> dict[str, Any]:
        """Returns what the signature `describe` answers, parsed."""
        return json.loads(self._description)

    def _describe_itself(self, about: Mapping[str, Any]) -> str:
        """Writes what `describe` answers as text, which is not tracked."""
        bounds = self.contract()
        del bounds["signatures"]
        description = {
            "format": signatures.DESCRIPTION_FORMAT,
            "class_names": list(self.class_names),
            "crop": self.crop,
            **bounds,
            **about,
        }
        return json.dumps(description, allow_nan=False)

    def _describe(self, format: tf.Tensor) -> Outputs:
        return self._conform(
            signatures.DESCRIBE, describing.answer(self._description, format)
        )

    def _serving_default(self, image_bytes: tf.Tensor) -> Outputs:
        images = self._decode(signatures.SERVING_DEFAULT, image_bytes)
        return self._classify(signatures.SERVING_DEFAULT, images)

    def _classify_images(self, images: tf.Tensor) -> Outputs:
        images = request_checks.images(signatures.CLASSIFY_IMAGES, images)
        return self._classify(signatures.CLASSIFY_IMAGES, images)

    def _classify(
        self, signature: signatures.Signature, images: tf.Tensor
    ) -> Outputs:
        logits = self._functions.classify(images)
        winner = tf.argmax(logits, axis=-1, output_type=tf.int32)
        return self._conform(
            signature,
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

    def _encode_images(self, images: tf.Tensor) -> Outputs:
        images = request_checks.images(signatures.ENCODE_IMAGES, images)
        return self._conform(
            signatures.ENCODE_IMAGES, {"styles": self._functions.encode(images)}
        )

    def _generate(self, styles: tf.Tensor) -> Outputs:
        styles = request_checks.styles(signatures.GENERATE, styles)
        images = self._functions.generate(styles)
        return self._conform(
            signatures.GENERATE,
            {"image_bytes": image_codec.encode(images), "images": images},
        )

    def _reconstruct(self, image_bytes: tf.Tensor) -> Outputs:
        images = self._decode(signatures.RECONSTRUCT, image_bytes)
        images, probabilities = self._draw(self._functions.encode(images))
        return self._conform(
            signatures.RECONSTRUCT,
            {
                "image_bytes": image_codec.encode(images),
                "probabilities": probabilities,
            },
        )

    def _edit(
        self,
        image_bytes: tf.Tensor,
        coordinates: tf.Tensor,
        directions: tf.Tensor,
        strengths: tf.Tensor,
    ) -> Outputs:
        image_bytes, coordinates, directions, strengths = request_checks.edits(
            signatures.EDIT,
            searched=self.sizes["S"],
            image_bytes=image_bytes,
            coordinates=coordinates,
            directions=directions,
            strengths=strengths,
        )
        styles = self._functions.encode(self._decode_bytes(image_bytes))
        _, before = self._draw(styles)
        images, after = self._draw(
            self._functions.move(styles, coordinates, directions, strengths)
        )
        return self._conform(
            signatures.EDIT,
            {
                "edited_bytes": image_codec.encode(images),
                "probabilities_before": before,
                "probabilities_after": after,
            },
        )

    def _find_attributes(
        self,
        image_bytes: tf.Tensor,
        target_class: tf.Tensor,
        top_k: tf.Tensor,
    ) -> Outputs:
        image_bytes, target_class, top_k = request_checks.attributes(
            signatures.FIND_ATTRIBUTES,
            image_bytes,
            target_class=target_class,
            top_k=top_k,
            lowest_class=-1,
            classes=self.sizes["K"],
            max_top_k=self.max_top_k,
        )
        images = self._decode_bytes(image_bytes)
        chosen = self._functions.find_attributes(
            self._functions.encode(images),
            target_class,
            top_k=tf.reduce_max(top_k),
        )
        columns = tf.range(tf.shape(chosen["coordinates"])[1])
        wanted = columns[tf.newaxis] < top_k[:, tf.newaxis]
        wanted &= chosen["coordinates"] >= 0
        return self._conform(
            signatures.FIND_ATTRIBUTES,
            {
                "coordinates": tf.where(wanted, chosen["coordinates"], -1),
                "directions": tf.where(wanted, chosen["directions"], -1),
                "strengths": tf.where(wanted, self.style_strength, -1.0),
                "shifts": tf.where(wanted, chosen["strengths"], -1.0),
                "effects": tf.where(wanted, chosen["effects"], -1.0),
                "probabilities_before": chosen["probabilities_before"],
                "probabilities_after": tf.where(
                    wanted[:, :, tf.newaxis],
                    chosen["probabilities_after"],
                    -1.0,
                ),
                "edited_bytes": tf.where(
                    wanted, image_codec.encode(chosen["images"]), ""
                ),
            },
        )

    def _style_effects(
        self,
        image_bytes: tf.Tensor,
        first_edit: tf.Tensor,
        num_edits: tf.Tensor,
    ) -> Outputs:
        image_bytes, first_edit, num_edits = request_checks.chunk(
            signatures.STYLE_EFFECTS,
            searched=self.sizes["S"],
            image_bytes=image_bytes,
            first_edit=first_edit,
            num_edits=num_edits,
        )
        images = self._decode_bytes(image_bytes)
        measured = self._functions.measure_effects(
            self._functions.encode(images),
            first_edit,
            count=tf.reduce_max(num_edits),
        )
        columns = tf.range(tf.shape(measured["coordinates"])[1])
        wanted = columns[tf.newaxis] < num_edits[:, tf.newaxis]
        wanted &= measured["coordinates"] >= 0
        return self._conform(
            signatures.STYLE_EFFECTS,
            {
                "coordinates": tf.where(wanted, measured["coordinates"], -1),
                "directions": tf.where(wanted, measured["directions"], -1),
                "effects": tf.where(
                    wanted[:, :, tf.newaxis], measured["effects"], -1.0
                ),
                "base_logits": measured["base_logits"],
            },
        )

    def _select_class_attributes(
        self, target_class: tf.Tensor, top_k: tf.Tensor
    ) -> Outputs:
        _, target_class, top_k = request_checks.attributes(
            signatures.CLASS_ATTRIBUTES,
            target_class,
            target_class=target_class,
            top_k=top_k,
            lowest_class=0,
            classes=self.sizes["K"],
            max_top_k=self.max_top_k,
        )
        columns = tf.range(tf.reduce_max(top_k))
        asked = columns[tf.newaxis] < top_k[:, tf.newaxis]

        def rows(name: str) -> tf.Tensor:
            table = tf.constant(self._class_attributes[name])
            answer = tf.gather(
                tf.gather(table, columns, axis=1), target_class, axis=0
            )
            return tf.where(asked, answer, tf.cast(-1, answer.dtype))

        coordinates = rows("coordinate")
        return self._conform(
            signatures.CLASS_ATTRIBUTES,
            {
                "coordinates": coordinates,
                "directions": rows("direction"),
                "strengths": tf.where(
                    coordinates >= 0, self.style_strength, -1.0
                ),
                "effects": rows("effect"),
                "shares": rows("share"),
            },
        )

    def _draw(self, styles: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Draws images of styles, and returns their class probabilities too."""
        images = self._functions.generate(styles)
        return images, tf.nn.softmax(self._functions.classify(images))

    def _decode(
        self, signature: signatures.Signature, image_bytes: tf.Tensor
    ) -> tf.Tensor:
        """Decodes images, [N], to [N, R, R, 3]; refuses too large a batch."""
        return self._decode_bytes(request_checks.batch(signature, image_bytes))

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


def _distinct(variables: Iterable[tf.Variable]) -> list[tf.Variable]:
    return list({id(variable): variable for variable in variables}.values())
