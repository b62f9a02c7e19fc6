"""Defines the one shape of classifier that the adapter wraps."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

from stylex_tf import errors

# So many characters of what TensorFlow says are shown.
_REASON = 300
# Pixels [N, h, w, c] -> (raw output [N, k], feature maps, finest first).
Forward = Callable[[tf.Tensor], tuple[tf.Tensor, list[tf.Tensor]]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Network:
    """A function of pixels, in its own units, and what it owns.

    Attributes:
        kind: "keras", "saved_model" or "callable".
        forward: the function itself; the list is empty without feature maps.
        input_shape: (height, width, channels); None is any size.
        input_dtype: what the function wants its pixels in.
        output: "logits" or "probabilities"; None where it has to be guessed.
        certain: whether `output` is read off the last layer, so that nothing
            said of the file can be truer.
        variables: its weights.
        owner: what else an export must save for the function to run.
    """

    kind: str
    forward: Forward
    input_shape: tuple[int | None, int | None, int]
    input_dtype: tf.DType = tf.float32
    output: str | None = None
    certain: bool = False
    variables: tuple[tf.Variable, ...] = ()
    owner: Any = None


@contextlib.contextmanager
def first_asked(wrapped: Network, images: int) -> Iterator[None]:
    """Turns what a file's graph raises, when it is first asked, into one line.

    Args:
        wrapped: the classifier; a function of the user's own, in Python, keeps
            its traceback.
        images: how many it is asked about.

    Raises:
        ClassifierError: it cannot answer so many.
    """
    try:
        yield
    except errors.UserError:
        raise
    # TensorFlow and Keras raise errors of any kind for what a graph refuses.
    except Exception as error:
        if wrapped.kind == "callable":
            raise
        reason = " ".join(str(error).split())
        raise errors.ClassifierError(
            f"the classifier cannot answer {images} images at once: "
            f"{reason[:_REASON]}. Save it with a first dimension of any size "
            "(None), and with the sizes of its own pixels"
        ) from error
