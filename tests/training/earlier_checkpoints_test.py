"""Checkpoints whose optimizers were Keras 2's are read; first line alone.

It alone can write such a checkpoint as it was written then.
"""

import pathlib

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import experiment
from stylex_tf.training import checkpoints, networks, state
from tests.testing import tiny_experiment
from tests.training import backbone_settings


def _fill(variable: tf.Variable, number: float) -> None:
    variable.assign(tf.cast(tf.fill(variable.shape, number), variable.dtype))


def _trained(of: networks.Networks, name: str) -> list[tf.Variable]:
    """The variables of an optimizer in the order in which Keras 2 has them."""
    nets = [getattr(of, name)]
    if name == "generator":
        nets.insert(0, of.mapping)
    return [v for net in nets for v in net.trainable_variables]


class EarlierCheckpointsTest(absltest.TestCase):
    def _write(
        self, trained: networks.Networks, averages: networks.Networks
    ) -> pathlib.Path:
        """Writes a state as it was tracked: each number says which it is."""
        earlier = tf.Module()
        earlier.networks = trained
        earlier.averages = averages
        earlier.optimizers = {}
        for place, name in enumerate(state.TRAINED):
            variables = _trained(earlier.networks, name)
            optimizer = keras.optimizers.Adam(0.002)
            optimizer.build(variables)
            optimizer.iterations.assign(10 + place)
            for number, variable in enumerate(variables):
                _fill(variable, 1000.0 * place + number)
                _fill(optimizer._momentums[number], number + 0.25)
                _fill(optimizer._velocities[number], number + 0.5)
            earlier.optimizers[name] = optimizer
        for variable in earlier.averages.averaged:
            _fill(variable, 3.0)
        earlier.step = tf.Variable(7, dtype=tf.int64)
        earlier.path_length_mean = tf.Variable(0.5)
        path = pathlib.Path(self.create_tempdir()) / "ckpt-7"
        checkpoint = tf.train.Checkpoint(state=earlier)
        checkpoint.save_counter.assign_add(1)
        checkpoint.write(str(path))
        return path

    def _check(self, resumed: state.TrainState, path: pathlib.Path) -> None:
        checkpoints.restore(resumed, path)
        self.assertEqual(int(resumed.step), 7)
        self.assertEqual(float(resumed.path_length_mean), 0.5)
        for variable in resumed.averages.averaged:
            np.testing.assert_array_equal(
                variable, tf.fill(variable.shape, 3.0)
            )
        for place, name in enumerate(state.TRAINED):
            optimizer = resumed.optimizers[name]
            self.assertEqual(int(optimizer.iterations), 10 + place)
            slots = optimizer.named()
            for number, (variable, m, v) in enumerate(
                zip(
                    _trained(resumed.networks, name),
                    slots["m"].values(),
                    slots["v"].values(),
                    strict=True,
                )
            ):
                for value, expected in (
                    (variable, 1000.0 * place + number),
                    (m, number + 0.25),
                    (v, number + 0.5),
                ):
                    np.testing.assert_array_equal(
                        value, np.full(value.shape, expected, np.float32)
                    )

    def test_every_number_finds_its_place(self):
        path = self._write(
            tiny_experiment.networks(), tiny_experiment.networks(trained=False)
        )
        self._check(tiny_experiment.training().state, path)

    def test_so_it_does_with_a_backbone_and_a_code_of_places(self):
        settings = backbone_settings.tiny()
        path = self._write(
            *(
                experiment.build_networks(settings.model, 2, trained=trained)
                for trained in (True, False)
            )
        )
        resumed = experiment.build_state(settings, 2)
        self.assertIsNotNone(resumed.networks.backbone)
        before = [
            variable.numpy() for variable in resumed.networks.backbone.variables
        ]
        self._check(resumed, path)
        for variable, expected in zip(
            resumed.networks.backbone.variables, before, strict=True
        ):
            np.testing.assert_array_equal(variable, expected)


if __name__ == "__main__":
    absltest.main()
