"""Tests of stylex_tf.training.networks: who owns which variable."""

from absl.testing import absltest

from stylex_tf import keras_line
from stylex_tf.training import state
from tests.testing import tiny_experiment


class NetworksTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.networks = tiny_experiment.networks()

    def test_every_trainable_variable_has_exactly_one_owner(self):
        owned = [
            variable.ref()
            for name in state.TRAINED
            for variable in self.networks.trained_by(name)
        ]
        every = {v.ref() for v in self.networks.trainable_variables}
        self.assertLen(owned, len(set(owned)))
        self.assertEqual(set(owned), every)

    def test_the_mapping_belongs_to_the_generator(self):
        owned = {v.ref() for v in self.networks.trained_by("generator")}
        for variable in keras_line.variables(
            self.networks.mapping.trainable_variables
        ):
            self.assertIn(variable.ref(), owned)

    def test_the_average_follows_all_but_the_discriminator(self):
        followed = {v.ref() for v in self.networks.averaged}
        for network, expected in (
            (self.networks.mapping, True),
            (self.networks.generator, True),
            (self.networks.encoder, True),
            (self.networks.discriminator, False),
        ):
            for variable in keras_line.variables(network.variables):
                self.assertEqual(variable.ref() in followed, expected)

    def test_the_average_follows_what_is_not_trained_as_well(self):
        followed = {v.ref() for v in self.networks.averaged}
        average = keras_line.variable(self.networks.mapping.w_average)
        self.assertIn(average.ref(), followed)
        noise_images = keras_line.variables(
            self.networks.generator.non_trainable_variables
        )
        self.assertNotEmpty(noise_images)
        for image in noise_images:
            self.assertIn(image.ref(), followed)

    def test_an_average_has_the_same_variables_in_the_same_order(self):
        averages = tiny_experiment.networks(trained=False)
        self.assertEqual(
            [v.shape for v in averages.averaged],
            [v.shape for v in self.networks.averaged],
        )


if __name__ == "__main__":
    absltest.main()
