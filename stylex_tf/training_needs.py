"""Checks that what training needs is installed; explaining needs less."""

import importlib
import importlib.util
import sys

from stylex_tf import extras

HOW = extras.how("train", "tensorflow")
"""The command that installs it all."""

_CONFIGS = "stylex_tf.configs"


def find_configs() -> None:
    """Lets configs of the wheel import each other as they do in a clone."""
    if importlib.util.find_spec(_CONFIGS):
        sys.modules.setdefault("configs", importlib.import_module(_CONFIGS))
