"""StylEx for TensorFlow: what a Python program holds.

    import stylex_tf

    model = stylex_tf.load("runs/quickstart/export")
    explanation = model.explain(["face.png"], top_k=4)
    explanation.to_html("face.html")

docs/python_api.md has every call. TensorFlow is imported by the first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stylex_tf.api.explainer import Explainer, load
    from stylex_tf.api.explanation import Explanation
    from stylex_tf.errors import UsageError

__all__ = ["Explainer", "Explanation", "UsageError", "load"]

_MODULES = {
    "Explainer": "stylex_tf.api.explainer",
    "Explanation": "stylex_tf.api.explanation",
    "UsageError": "stylex_tf.errors",
    "load": "stylex_tf.api.explainer",
}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
