"""XLA compiles every phase of a step, and the step says the same.

A TPU runs nothing else, so there must be no way back to Python in it, and no
shape that only the data know.
"""

import re

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from tests.testing import tiny_experiment
from tests.training import remembering

_STEPS = 2
# What a device cannot do without asking the host.
_HOST = re.compile("PyFunc|NumpyFunc|HostCompute|XlaHost|OutfeedEnqueue|Print")


def _training(*, jit: bool) -> tiny_experiment.Training:
    """Every phase is due in two steps, with all that they have."""
    return tiny_experiment.training(
        optimizer=remembering.Remembering,
        jit=jit,
        augmentation="fixed",
        augmentation_strength=0.5,
        style_exchange=0.3,
        noise="random",
    )


def _images() -> tf.Tensor:
    return tf.constant(tiny_experiment.images(tiny_experiment.BATCH_SIZE))


class JitTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain, cls.compiled = (_training(jit=jit) for jit in (False, True))
        cls.metrics = [
            [training.step(number, _images()) for number in range(_STEPS)]
            for training in (cls.plain, cls.compiled)
        ]

    def test_every_phase_is_due_in_them(self):
        due = {
            phase.name
            for phase in self.compiled.step.table
            for number in range(_STEPS)
            if phase.runs_in(number)
        }
        self.assertEqual(
            due, {phase.name for phase in self.compiled.step.table}
        )

    def test_the_metrics_are_the_same(self):
        for plain, compiled in zip(*self.metrics, strict=True):
            self.assertEqual(plain.keys(), compiled.keys())
            for name, value in plain.items():
                np.testing.assert_allclose(
                    compiled[name], value, rtol=2e-3, atol=1e-5, err_msg=name
                )

    def test_the_gradients_and_averages_are_the_same(self):
        plain, compiled = (
            tiny_experiment.values(training.state)
            for training in (self.plain, self.compiled)
        )
        self.assertEqual(plain.keys(), compiled.keys())
        # By the norm of a whole network: that of a bias may be all but 0.
        for name in ("generator", "encoder", "discriminator"):
            start = f"state/optimizers/{name}/m/"
            expected, actual = (
                np.concatenate(
                    [
                        values[key].ravel()
                        for key in plain
                        if key.startswith(start)
                    ]
                )
                for values in (plain, compiled)
            )
            norm = np.linalg.norm(expected)
            self.assertGreater(norm, 0)
            self.assertLess(
                np.linalg.norm(expected - actual), 2e-3 * norm, name
            )
        for name, value in plain.items():
            if name.startswith("state/averages/"):
                np.testing.assert_allclose(
                    compiled[name], value, rtol=1e-3, atol=1e-5, err_msg=name
                )

    def test_the_compiled_step_never_asks_the_host(self):
        for number in range(_STEPS):
            graph = self.compiled.step.graph(number, _images())
            definition = graph.as_graph_def()
            kinds = {node.op for node in definition.node}
            for function in definition.library.function:
                kinds |= {node.op for node in function.node_def}
            self.assertGreater(len(kinds), 50)
            self.assertEmpty([kind for kind in kinds if _HOST.search(kind)])

    def test_every_shape_is_known_before_the_step(self):
        for number in range(_STEPS):
            graph = self.compiled.step.graph(number, _images())
            unknown = [
                tensor.name
                for operation in graph.get_operations()
                for tensor in operation.outputs
                if operation.type in ("Conv2D", "MatMul", "GatherV2")
                and not tensor.shape.is_fully_defined()
            ]
            self.assertEmpty(unknown)


if __name__ == "__main__":
    absltest.main()
