"""Reads off a SavedModel's graph by which operation an output is made."""

import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

from stylex_tf.classifiers import graph_operations

# Operations that hand on the values of their first input.
_PASSING = frozenset(
    """
    Cast CheckNumerics EnsureShape ExpandDims Identity PreventGradient Reshape
    Snapshot Squeeze StopGradient
    """.split()
)
_CALLS = frozenset("PartitionedCall StatefulPartitionedCall".split())
# No graph goes through so many without an end.
_MOST_STEPS = 10_000

_Nodes = Mapping[str, Any]
# What a function is given, by the name of its input, and where that is made.
_Given = tuple[dict[str, str], _Nodes]


def operation(path: pathlib.Path, signature: str, output: str) -> str:
    """Returns the operation that makes an output, as "Softmax".

    What only hands values on, as a call of a function does, is looked through.

    Args:
        path: a SavedModel's folder.
        signature: the entry point.
        output: one of its outputs.

    Returns:
        The name of the operation; "" where it cannot be told.

    Raises:
        ClassifierError: saved_model.pb is not one.
    """
    for meta_graph in graph_operations.read(path).meta_graphs:
        signatures = meta_graph.signature_def
        if signature in signatures and output in signatures[signature].outputs:
            tensor = signatures[signature].outputs[output].name
            return _Walk(meta_graph.graph_def).made_by(tensor)
    return ""


class _Walk:
    """A way through a graph, from a tensor to what makes it."""

    def __init__(self, graph: Any):
        self._nodes = _by_name(graph.node)
        self._functions = {f.signature.name: f for f in graph.library.function}

    def made_by(self, tensor: str) -> str:
        nodes = self._nodes
        inputs: _Given | None = None
        outside: list[_Given | None] = []
        for _ in range(_MOST_STEPS):
            name, _, port = tensor.partition(":")
            node = nodes.get(name)
            if node is None:
                # An input of the function that is walked through.
                if inputs is None or name not in inputs[0]:
                    return ""
                tensor, nodes = inputs[0][name], inputs[1]
                inputs = outside.pop()
                continue
            number = int(port.rpartition(":")[2] or 0)
            passed = [name for name in node.input if not name.startswith("^")]
            called = self._functions.get(node.attr["f"].func.name)
            if node.op in _CALLS and called is not None:
                outside.append(inputs)
                names = [given.name for given in called.signature.input_arg]
                inputs = (dict(zip(names, passed, strict=False)), nodes)
                nodes = _by_name(called.node_def)
                tensor = called.ret[called.signature.output_arg[number].name]
            elif node.op in _PASSING and passed:
                tensor = passed[0]
            elif node.op == "IdentityN" and number < len(passed):
                tensor = passed[number]
            else:
                return node.op
        return ""


def _by_name(nodes: Iterable[Any]) -> _Nodes:
    return {node.name: node for node in nodes}
