"""Every layer: two devices compute what one does."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

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

    @parameterized.named_parameters(registry.ALL)
    def test_each_replica_computes_the_same(self, case):
        single = case.build()
        with self.strategy.scope():
            mirrored = case.build()
            mirrored.set_weights(single.get_weights())

        @tf.function
        def run(*arguments):
            return self.strategy.run(mirrored, arguments)

        outputs = self.strategy.experimental_local_results(
            run(*case.arguments())
        )
        self.assertLen(outputs, 2)
        self.assertNotEqual(outputs[0].device, outputs[1].device)
        expected = single(*case.arguments())
        for output in outputs:
            np.testing.assert_allclose(output, expected, atol=1e-4)


if __name__ == "__main__":
    absltest.main()
