"""Every layer: a checkpoint and a SavedModel give it back."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.training import layout
from tests.conformance import registry


class SavingTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        self.folder = self.create_tempdir().full_path

    @parameterized.named_parameters(*registry.ALL)
    def test_a_checkpoint_restores_every_weight(self, case):
        layer, twin = case.build(seed=1), case.build(seed=2)
        # By names of ours, as in the checkpoints of a run.
        saved, restored = (
            tf.train.Checkpoint(layer=layout.named(each))
            for each in (layer, twin)
        )
        status = restored.read(saved.write(f"{self.folder}/weights"))
        status.assert_consumed()
        status.assert_existing_objects_matched()

        for old, new in zip(layer.weights, twin.weights, strict=True):
            np.testing.assert_array_equal(old, new)
        np.testing.assert_array_equal(
            layer(*case.arguments()), twin(*case.arguments())
        )

    @parameterized.named_parameters(*registry.ALL)
    def test_a_saved_model_computes_the_same_for_any_batch(self, case):
        layer = case.build()
        module = tf.Module()
        # As an export does: the weights, and nothing of Keras.
        module.weights = list(layer.weights)
        module.call = tf.function(layer, input_signature=case.specs())
        tf.saved_model.save(module, self.folder)

        loaded = tf.saved_model.load(self.folder)
        for examples in (1, 4, 8):
            arguments = case.arguments(examples)
            output = loaded.call(*arguments)
            self.assertEqual(output.shape, [examples, *case.output[1:]])
            np.testing.assert_allclose(output, layer(*arguments), atol=1e-4)


if __name__ == "__main__":
    absltest.main()
