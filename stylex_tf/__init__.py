"""Gives a Python program StylEx: models, explanations, training.

    import stylex_tf

    model = stylex_tf.load("faces_32")
    explanation = model.explain(stylex_tf.samples("faces_32"), top_k=4)
    explanation.to_html("faces.html")

    mine = stylex_tf.train(classifier, "photos", run_dir="runs/mine")

docs/python_api.md has every call. TensorFlow is imported by the first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stylex_tf.api.explainer import Explainer, connect, load
    from stylex_tf.api.explanation import Explanation
    from stylex_tf.api.shipped import samples
    from stylex_tf.errors import ServerError, UsageError
    from stylex_tf.train_in_memory import train

__all__ = [
    "Explainer",
    "Explanation",
    "ServerError",
    "UsageError",
    "connect",
    "load",
    "samples",
    "train",
]

_MODULES = {
    "Explainer": "stylex_tf.api.explainer",
    "Explanation": "stylex_tf.api.explanation",
    "ServerError": "stylex_tf.errors",
    "UsageError": "stylex_tf.errors",
    "connect": "stylex_tf.api.explainer",
    "load": "stylex_tf.api.explainer",
    "samples": "stylex_tf.api.shipped",
    "train": "stylex_tf.train_in_memory",
}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
