"""Tells whether a function does more than read its inputs."""

import itertools
from typing import Any

# Operations that write a variable, draw at random, or call into Python, which
# another process cannot do.
_IMPURE_PREFIXES = (
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
# A call of another function, whose body is among the nodes.
_CALLS = frozenset({"StatefulPartitionedCall"})


def impure_operations(function: Any) -> list[str]:
    """Returns the operations that write, draw or call Python, in order.

    Args:
        function: a concrete function.
    """
    return sorted({node.op for node in _impure_nodes(function)})


def impure_places(function: Any) -> list[str]:
    """Returns these operations with the layers that use them, in order.

    Args:
        function: a concrete function.

    Returns:
        One phrase each, as "RandomUniform in model/drop/dropout".
    """
    places = (
        f"{node.op} in {node.name.rpartition('/')[0] or node.name}"
        for node in _impure_nodes(function)
    )
    return list(dict.fromkeys(places))


def _impure_nodes(function: Any) -> list[Any]:
    graph = function.graph.as_graph_def()
    nodes = itertools.chain(
        graph.node, *(body.node_def for body in graph.library.function)
    )
    return [
        node
        for node in nodes
        if node.op.startswith(_IMPURE_PREFIXES) and node.op not in _CALLS
    ]
