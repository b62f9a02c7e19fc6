"""Asks a model: images as files' bytes in, numpy arrays out.

    questions.Questions(backend).classify([path.read_bytes()])

The same whoever answers: an export in this process, or a server. It imports no
TensorFlow.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from stylex_tf import errors
from stylex_tf.api import arrays as arrays_lib
from stylex_tf.api import backend as backends
from stylex_tf.export import signatures

Answer = backends.Answer

# The bytes of the inputs in one call. The server takes 64 MiB, and base64 adds
# a third.
_MAX_CALL_BYTES = 32 * 2**20
# Rows of a call that asks for pictures: what one answers stays a few seconds.
_PICTURES_A_CALL = 16
# An image costs hundreds of generated ones.
_SEARCHES_A_CALL = 2


@dataclasses.dataclass(frozen=True)
class Questions:
    """Everything that can be asked of one model.

    Every method cuts its N rows into calls that the model takes, and joins
    their answers. What they answer is described in docs/serving_signatures.md.
    All raise ServerError where a server refuses or cannot be reached, and
    UsageError where an input makes no sense.

    Attributes:
        backend: who answers.
    """

    backend: backends.Backend

    def classify(self, images: Sequence[bytes]) -> Answer:
        """Asks what the classifier says.

        Args:
            images: PNG or JPEG of any size, N of them.

        Returns:
            probabilities, logits: float32 [N, K]. class: int32 [N].
            class_name: UTF-8 bytes [N].
        """
        return self.ask(signatures.SERVING_DEFAULT, {"image_bytes": images})

    def reconstruct(self, images: Sequence[bytes]) -> Answer:
        """Encodes and generates images again: what edits start from.

        Args:
            images: PNG or JPEG of any size, N of them.

        Returns:
            image_bytes: PNG [N]. probabilities: float32 [N, K].
        """
        return self.ask(
            signatures.RECONSTRUCT,
            {"image_bytes": images},
            rows_per_call=_PICTURES_A_CALL,
        )

    def encode(self, images: Sequence[bytes]) -> Answer:
        """Asks where images lie among the styles.

        Args:
            images: PNG or JPEG of any size, N of them.

        Returns:
            styles: float32 [N, T], the searched ones first.
        """
        return self.ask(signatures.ENCODE, {"image_bytes": images})

    def find_attributes(
        self, images: Sequence[bytes], *, target_class: int = -1, top_k: int = 4
    ) -> Answer:
        """Asks which style coordinates move the classifier most.

        Args:
            images: PNG or JPEG of any size, N of them.
            target_class: to move towards; -1: away from the likeliest.
            top_k: attributes an image, A: 1 to the export's max_top_k.

        Returns:
            coordinates: which style each attribute moves, int32 [N, A].
            directions: 0 to the coordinate's minimum, 1 to its maximum, int32
            [N, A]. strengths: share of the way to that end, float32 [N, A].
            shifts: what is added to the coordinate, float32 [N, A]. effects:
            what that adds to the log odds of the target, float32 [N, A].
            probabilities_before: float32 [N, K]. probabilities_after: float32
            [N, A, K]. edited_bytes: PNG [N, A]. Where an image has less than A
            attributes, the rest of its row is -1 and empty.
        """
        return self.ask(
            signatures.FIND_ATTRIBUTES,
            {
                "image_bytes": images,
                "target_class": [target_class] * len(images),
                "top_k": [top_k] * len(images),
            },
            rows_per_call=_SEARCHES_A_CALL,
        )

    def edit(
        self,
        images: Sequence[bytes],
        *,
        coordinates: Any,
        directions: Any,
        strengths: Any,
    ) -> Answer:
        """Moves style coordinates, all E of an image together.

        Args:
            images: PNG or JPEG of any size, N of them.
            coordinates: which of the S searched coordinates to move, [N, E];
                -1: none.
            directions: 0 to the minimum, 1 to the maximum, [N, E].
            strengths: share of the way to there, [N, E].

        Returns:
            edited_bytes: PNG [N]. probabilities_before, probabilities_after:
            float32 [N, K].
        """
        return self.ask(
            signatures.EDIT,
            {
                "image_bytes": images,
                "coordinates": coordinates,
                "directions": directions,
                "strengths": strengths,
            },
            rows_per_call=_PICTURES_A_CALL,
        )

    def style_effects(
        self, images: Sequence[bytes], *, first_edit: Any, num_edits: Any
    ) -> Answer:
        """Asks for a part of the exhaustive search, as `search` does.

        Args:
            images: PNG or JPEG of any size, N of them, at most 32: one call.
            first_edit: 0 to 2S - 1, [N].
            num_edits: 1 to the export's max_measured, [N]; E is the largest.

        Returns:
            coordinates, directions: int32 [N, E]. effects: float32 [N, E, K].
            base_logits: float32 [N, K]. -1 where there is no edit.
        """
        signature = signatures.STYLE_EFFECTS
        return self.backend.ask(
            signature,
            _arrays(
                signature,
                {
                    "image_bytes": images,
                    "first_edit": first_edit,
                    "num_edits": num_edits,
                },
            ),
        )

    def class_attributes(self, target_class: int, *, top_k: int = 4) -> Answer:
        """Asks for the ranked attributes of a class.

        Args:
            target_class: which.
            top_k: attributes, A: 1 to the export's max_top_k.

        Returns:
            coordinates, directions: int32 [1, A]. strengths, effects, shares:
            float32 [1, A]; -1 where there are fewer.
        """
        return self.ask(
            signatures.CLASS_ATTRIBUTES,
            {"target_class": [target_class], "top_k": [top_k]},
        )

    def ask(
        self,
        signature: signatures.Signature,
        inputs: Mapping[str, Any],
        *,
        rows_per_call: int | None = None,
    ) -> Answer:
        """Asks by any signature of the contract.

        Args:
            signature: one of `stylex_tf.export.signatures`.
            inputs: all that it takes, each with N rows, at least one.
            rows_per_call: at most so many at once; the signature's own bound
                where it is lower, or this is None.

        Returns:
            What the signature says, N rows each.
        """
        arrays = _arrays(signature, inputs)
        rows = min(rows_per_call or signature.max_batch, signature.max_batch)
        answers = [
            self.backend.ask(
                signature,
                {name: array[part] for name, array in arrays.items()},
            )
            for part in _parts(arrays, rows)
        ]
        return {
            name: np.concatenate([answer[name] for answer in answers])
            for name in signature.outputs
        }


def _arrays(
    signature: signatures.Signature, inputs: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    if set(inputs) != set(signature.inputs):
        raise errors.UsageError(
            f"{signature.name} takes {', '.join(signature.inputs)}; found "
            f"{', '.join(inputs) or 'nothing'}"
        )
    arrays = {
        name: arrays_lib.to_array(inputs[name], info.dtype, name)
        for name, info in signature.inputs.items()
    }
    for name, info in signature.inputs.items():
        if arrays[name].ndim != len(info.shape):
            raise errors.UsageError(
                f"{name} has shape {list(arrays[name].shape)}; expected "
                f"[{', '.join(map(str, info.shape))}]"
            )
    rows = {name: len(array) for name, array in arrays.items()}
    if len(set(rows.values())) > 1 or 0 in rows.values():
        raise errors.UsageError(
            f"expected the same number of rows, at least one, of all: {rows}"
        )
    return arrays


def _parts(arrays: Mapping[str, np.ndarray], rows: int) -> Iterator[slice]:
    """Yields slices of at most so many rows, and of the bytes of a call."""
    sizes: Any = sum(
        np.array(
            [sum(map(len, row.flat)) for row in array.reshape(len(array), -1)]
        )
        if array.dtype == object
        else np.full(len(array), array[0].nbytes)
        for array in arrays.values()
    )
    start, used = 0, 0
    for row, size in enumerate(sizes):
        if row > start and (
            row - start == rows or used + size > _MAX_CALL_BYTES
        ):
            yield slice(start, row)
            start, used = row, 0
        used += size
    yield slice(start, len(sizes))
