"""Checks that what training needs is installed; explaining needs less."""

import importlib
import importlib.metadata
import importlib.util
import sys

from stylex_tf import extras

HOW = extras.how("train", "'tensorflow==2.15.*'")
"""The command that installs it all."""

_CONFIGS = "stylex_tf.configs"


def keras_problem(what: str) -> str | None:
    """Returns what to say where Keras is too new for training, or None.

    Args:
        what: needs the older one: the first words of the sentence.
    """
    try:
        version = importlib.metadata.version("keras")
    except importlib.metadata.PackageNotFoundError:
        return None
    if int(version.partition(".")[0]) <= 2:
        return None
    return (
        f"{what} needs TensorFlow 2.15, whose Keras is 2.15; found Keras "
        f"{version}. In another environment: {HOW}"
    )


def find_configs() -> None:
    """Lets configs of the wheel import each other as they do in a clone."""
    if importlib.util.find_spec(_CONFIGS):
        sys.modules.setdefault("configs", importlib.import_module(_CONFIGS))
