"""Refuses a signature that does more than read its inputs."""

from typing import Any

from stylex_tf import graph_purity


def check(name: str, function: Any) -> None:
    """Raises ValueError if a signature does more than read its inputs.

    Args:
        name: the name of the signature.
        function: its concrete function.
    """
    used = graph_purity.impure_operations(function)
    if used:
        raise ValueError(
            f"{name} cannot be exported: a signature may not write "
            "variables, draw random numbers or call Python, and this one "
            f"uses {', '.join(used)}"
        )
