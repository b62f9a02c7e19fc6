"""Tests that no step reads and writes a variable in an order left to chance."""

import collections
from collections.abc import Iterable

import tensorflow as tf
from absl.testing import absltest
from tensorflow.core.framework import graph_pb2, node_def_pb2
from tensorflow.python.eager import context

from stylex_tf.training import devices
from tests.testing import tiny_experiment

_WRITES = {"AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp"}


def _optimized(run, images: tf.Tensor) -> graph_pb2.GraphDef:
    """Returns the graph that TensorFlow makes of a function to run it."""
    context.context().enable_graph_collection()
    run(images)
    metadata = context.context().export_run_metadata()
    context.context().disable_graph_collection()
    (function,) = metadata.function_graphs
    return function.post_optimization_graph


def _unordered(nodes: Iterable[node_def_pb2.NodeDef]) -> list[tuple[str, str]]:
    """Returns pairs of a write and another access that nothing orders."""
    followers = collections.defaultdict(list)
    accesses = collections.defaultdict(list)
    writes = set()
    for node in nodes:
        for given in node.input:
            followers[given.lstrip("^").split(":")[0]].append(node.name)
        if node.op in _WRITES | {"ReadVariableOp"}:
            accesses[node.input[0]].append(node.name)
        if node.op in _WRITES:
            writes.add(node.name)

    def later(name: str) -> set[str]:
        names, waiting = set(), [name]
        while waiting:
            new = set(followers[waiting.pop()]) - names
            names |= new
            waiting += new
        return names

    unordered = []
    for names in accesses.values():
        after = {name: later(name) for name in names}
        unordered += [
            (write, other)
            for write in writes.intersection(names)
            for other in names
            if other != write
            and other not in after[write]
            and write not in after[other]
        ]
    return unordered


class StepOrderTest(absltest.TestCase):
    def test_writes_of_a_variable_are_ordered_in_what_tensorflow_runs(self):
        devices.keep_order()
        made = tiny_experiment.training(augmentation="adaptive")
        images = tf.constant(tiny_experiment.images(tiny_experiment.BATCH_SIZE))
        # One of them runs R1 and the path length.
        for step in (0, 1):
            graph = _optimized(lambda x, n=step: made.step(n, x), images)
            ops = collections.Counter(node.op for node in graph.node)
            self.assertGreater(ops["AssignSubVariableOp"], 10)
            self.assertEmpty(_unordered(graph.node))


if __name__ == "__main__":
    absltest.main()
