"""Refuses a signature that does more than read its inputs."""

import itertools
from typing import Any

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


def check(name: str, function: Any) -> None:
    """Raises ValueError if a signature does more than read its inputs.

    Args:
        name: of the signature.
        function: its concrete function.
    """
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
