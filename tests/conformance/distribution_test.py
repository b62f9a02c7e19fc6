"""Every layer: two devices compute what one does."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import keras_line
from tests.conformance import registry


def setUpModule():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )


class DistributionTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        self.strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

    @parameterized.named_parameters(*registry.ALL)
    def test_two_replicas_compute_what_one_does(self, case):
        single = case.build()
        with self.strategy.scope():
            mirrored = case.build()
            mirrored.set_weights(single.get_weights())
        for weight in mirrored.weights:
            copies = self.strategy.experimental_local_results(
                keras_line.variable(weight)
            )
            self.assertLen({copy.device for copy in copies}, 2, weight.name)

        # Each replica has its own examples.
        halves = [case.arguments(4), [2.0 * x for x in case.arguments(4)]]
        distributed = (
            self.strategy.experimental_distribute_values_from_function(
                lambda context: halves[context.replica_id_in_sync_group]
            )
        )

        @tf.function
        def run(arguments):
            return self.strategy.run(mirrored, arguments)

        outputs = self.strategy.experimental_local_results(run(distributed))
        self.assertLen(outputs, 2)
        for output, arguments in zip(outputs, halves, strict=True):
            np.testing.assert_allclose(output, single(*arguments), atol=1e-4)


if __name__ == "__main__":
    absltest.main()
