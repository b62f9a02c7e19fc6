"""Tests of stylex_tf.training.layout: names of ours, in one order."""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import keras_line
from stylex_tf.layers import equalized
from stylex_tf.training import layout
from tests.testing import tiny_experiment


class _Nested(keras.Model):
    """Two layers in a dictionary, and one in a list of lists."""

    def __init__(self):
        super().__init__()
        self.by_name = {
            name: equalized.EqualizedDense(2, name=name) for name in ("b", "a")
        }
        self.steps = [[equalized.EqualizedDense(2, name="first")]]

    def call(self, x):
        """Returns x through all of them."""
        for layer in (*self.by_name.values(), *self.steps[0]):
            x = layer(x)
        return x


class LayoutTest(absltest.TestCase):
    def test_a_name_is_the_way_to_a_weight(self):
        model = _Nested()
        model(tf.zeros([1, 2]))
        names = [name for name, _ in layout.flat(layout.named(model))]
        self.assertEqual(
            names,
            [
                "by_name/a/kernel",
                "by_name/a/bias",
                "by_name/b/kernel",
                "by_name/b/bias",
                "steps/0/0/kernel",
                "steps/0/0/bias",
            ],
        )

    def test_the_names_and_their_order_are_those_of_both_lines(self):
        """Slots of earlier checkpoints are told by this order alone."""
        networks = tiny_experiment.networks()
        names = [name for name, _ in layout.flat(layout.named(networks.parts))]
        golden = pathlib.Path(__file__).parents[1] / "golden" / "names.json"
        self.assertEqual(names, json.loads(golden.read_text()))

    def test_every_weight_of_every_network_is_in_it(self):
        networks = tiny_experiment.networks()
        for network in networks.parts.values():
            ids = {
                id(variable)
                for _, variable in layout.flat(layout.named(network))
            }
            expected = keras_line.variables(
                [
                    *network.trainable_variables,
                    *network.non_trainable_variables,
                ]
            )
            self.assertEqual(ids, {id(variable) for variable in expected})

    def test_a_weight_that_nothing_public_leads_to_is_a_fault(self):
        layer = equalized.EqualizedDense(2)
        layer._hidden = equalized.EqualizedDense(2)
        layer._hidden.build([None, 2])
        layer.build([None, 2])
        with self.assertRaisesRegex(ValueError, "would lack them"):
            layout.named(layer)

    def test_what_is_written_is_read_into_another(self):
        first, second = _Nested(), _Nested()
        for model in (first, second):
            model(tf.zeros([1, 2]))
        path = str(pathlib.Path(self.create_tempdir()) / "state")
        tf.train.Checkpoint(x=layout.named(first)).write(path)
        status = tf.train.Checkpoint(x=layout.named(second)).read(path)
        status.assert_consumed()
        for name, variable in layout.flat(layout.named(first)):
            twin = dict(layout.flat(layout.named(second)))[name]
            np.testing.assert_array_equal(variable, twin)


if __name__ == "__main__":
    absltest.main()
