"""Stores a servable's weights in float16; it computes in float32.

The graphs are frozen, so that each weight is a constant, and imported again
with the constants replaced by what is cast from a float16 variable. So neither
the networks nor the classifier need know of it, whatever they are made of.
"""

import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.export import purity, servables, signatures

# Vectors are small, and some, such as a variance, are delicate.
_LEAST_RANK = 2


class HalfStored(tf.Module):
    """The signatures of a servable, over weights in float16.

    The classifier keeps its float32: it is what is explained. So do vectors.

    It is there to be saved. What is loaded again can be called, this cannot:
    TensorFlow's eager part does not know the functions that a graph imports.
    """

    def __init__(self, servable: servables.Servable):
        """Freezes and rebuilds every signature.

        Args:
            servable: stays as it is.

        Raises:
            ExportError: a weight is too large for float16, or the model has
                lookup tables, which cannot be frozen.
        """
        super().__init__(name="servable")
        with tempfile.TemporaryDirectory() as folder:
            tf.saved_model.save(
                servable, folder, signatures=servable.concrete_functions()
            )
            graph, calls = _freeze(folder)
        kept = _weights(_reached(graph, calls[signatures.SERVING_DEFAULT.name]))
        self.weights = {
            name: _variable(name, value, half=name not in kept)
            for name, value in _weights(graph).items()
        }
        for name, function in servable.concrete_functions().items():
            part = _reached(graph, calls[name], f"{name}_")
            setattr(self, name, self._rebuild(part, calls[name], function))
            purity.check(name, getattr(self, name))

    def concrete_functions(self) -> dict[str, Any]:
        """Returns the traced function of each signature, by its name."""
        return {name: getattr(self, name) for name in signatures.CONTRACT}

    def _rebuild(self, graph: Any, call: Any, function: Any) -> Any:
        """Rebuilds a signature as a function over this module's weights."""
        used = _weights(graph)
        rest = [node for node in graph.node if node.name not in used]
        del graph.node[:]
        graph.node.extend(rest)
        specs = {
            spec.name: spec for spec in function.structured_input_signature[0]
        }
        outputs = function.structured_outputs

        def rebuilt(**inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            replaced = {call.inputs[key].name: inputs[key] for key in inputs}
            for name in used:
                weight = tf.identity(self.weights[name])
                if weight.dtype == tf.float16:
                    weight = tf.cast(weight, tf.float32)
                replaced[f"{name}:0"] = weight
            answers = tf.graph_util.import_graph_def(
                graph,
                input_map=replaced,
                return_elements=[call.outputs[key].name for key in outputs],
                name="",
            )
            return {
                key: tf.ensure_shape(answer, outputs[key].shape)
                for key, answer in zip(outputs, answers, strict=True)
            }

        # Only for these shapes, and no others: each would be saved as well.
        return tf.function(rebuilt, autograph=False).get_concrete_function(
            **specs
        )


def _freeze(folder: str) -> tuple[Any, dict[str, Any]]:
    """Makes one graph without variables of a SavedModel, and its signatures.

    Only compat.v1 offers this in public.
    """
    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        meta = tf.compat.v1.saved_model.load(session, ["serve"], folder)
        calls = {name: meta.signature_def[name] for name in signatures.CONTRACT}
        if any(
            node.op.endswith("TableV2") for node in graph.as_graph_def().node
        ):
            raise errors.ExportError(
                "export.storage is float16; expected float32 for a classifier "
                "with lookup tables"
            )
        frozen = tf.compat.v1.graph_util.convert_variables_to_constants(
            session,
            graph.as_graph_def(),
            sorted(set().union(*map(_output_nodes, calls.values()))),
        )
    return frozen, calls


def _output_nodes(call: Any) -> set[str]:
    return {tensor.name.split(":")[0] for tensor in call.outputs.values()}


def _reached(graph: Any, call: Any, prefix: str = "") -> Any:
    """Cuts out the part of a graph that one signature runs.

    Args:
        graph: a frozen GraphDef.
        call: the SignatureDef.
        prefix: for the functions' names. Importing changes functions a
            little, and a name stands for one function in a SavedModel.
    """
    reached = tf.compat.v1.graph_util.extract_sub_graph(
        graph, sorted(_output_nodes(call))
    )
    bodies = {body.signature.name: body for body in reached.library.function}
    needed: dict[str, Any] = {}
    waiting = {function.name for function in _calls(reached.node)}
    while waiting:
        name = waiting.pop()
        needed[name] = bodies[name]
        waiting |= {function.name for function in _calls(needed[name].node_def)}
        waiting -= set(needed)
    part = tf.compat.v1.GraphDef(node=reached.node, versions=reached.versions)
    part.library.function.extend(needed.values())
    for body in part.library.function:
        body.signature.name = prefix + body.signature.name
        _mend_results(body)
    for nodes in (
        part.node,
        *(body.node_def for body in part.library.function),
    ):
        for function in _calls(nodes):
            function.name = prefix + function.name
        for node in nodes:
            # It still says handles, where there are weights now.
            node.attr.pop("_output_shapes", None)
    return part


def _mend_results(body: Any) -> None:
    """Lets a function return a weight under the name that it has now.

    Freezing turns the operations that read variables into identities, whose
    result has another name, but forgets results of functions. The forward half
    of a differentiated function returns what it has read.
    """
    kinds = {node.name: node.op for node in body.node_def}
    # A copy: a protobuf map that is written to while it is iterated over skips
    # entries, now and then.
    for key, result in list(body.ret.items()):
        name, _, output = result.partition(":")
        if kinds.get(name) == "Identity" and output == "value:0":
            body.ret[key] = f"{name}:output:0"


def _calls(nodes: Iterable[Any]) -> Iterator[Any]:
    """Names the functions that nodes call, as attributes."""
    for node in nodes:
        for value in node.attr.values():
            for function in (value.func, *value.list.func):
                if function.name:
                    yield function


def _weights(graph: Any) -> dict[str, np.ndarray]:
    """Returns the weights: a frozen graph's constants outside of functions."""
    return {
        node.name: tf.make_ndarray(node.attr["value"].tensor)
        for node in graph.node
        if node.op == "Const"
    }


def _variable(name: str, value: np.ndarray, *, half: bool) -> tf.Variable:
    if not half or value.dtype != np.float32 or value.ndim < _LEAST_RANK:
        return tf.Variable(value, trainable=False)
    largest = float(np.max(np.abs(value), initial=0.0))
    if not largest <= np.finfo(np.float16).max:
        raise errors.ExportError(
            f"export.storage is float16; expected float32: {name} has a "
            f"weight of {largest}"
        )
    return tf.Variable(value.astype(np.float16), trainable=False)
