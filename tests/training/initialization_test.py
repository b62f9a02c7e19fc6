"""Tests of stylex_tf.training.initialization."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.models import discriminator, generator
from stylex_tf.training import initialization, weights
from tests.testing import tiny_experiment


class InitializationTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = tiny_experiment.training()
        for number, variable in enumerate(made.state.networks.variables):
            variable.assign_add(
                tf.fill(variable.shape, 0.01 * (1 + number % 5))
            )
        for number, variable in enumerate(made.state.averages.averaged):
            variable.assign_add(
                tf.fill(variable.shape, 0.02 * (1 + number % 5))
            )
        cls.trained = weights.of(made.state.networks, {})
        cls.averages = weights.of(made.state.averages, {})

    def setUp(self):
        super().setUp()
        self.state = tiny_experiment.training(
            augmentation="adaptive", augmentation_strength=0.1
        ).state

    def _start(self, *, same_classes: bool = True) -> initialization.Taken:
        return initialization.start(
            self.state,
            self.trained,
            self.averages,
            same_classes=same_classes,
            source="there",
        )

    def test_takes_networks_and_averages_and_nothing_else(self):
        before = tiny_experiment.values(self.state)
        taken = self._start()
        self.assertEqual(taken.share, 1.0)
        self.assertEmpty(taken.fresh)
        for networks, source in (
            (self.state.networks, self.trained),
            (self.state.averages, self.averages),
        ):
            for name, variable in weights.named(networks).items():
                np.testing.assert_array_equal(
                    variable, source.arrays[name], name
                )
        for name, value in tiny_experiment.values(self.state).items():
            if not name.startswith(("state/networks/", "state/averages/")):
                np.testing.assert_array_equal(value, before[name], name)

    def test_what_belongs_to_other_classes_begins_anew(self):
        head = self.state.networks.discriminator.head.kernel.numpy()
        affine = self.state.networks.generator.affine.kernel.numpy()
        taken = self._start(same_classes=False)
        self.assertEqual(
            set(taken.fresh),
            {"discriminator/head/kernel", "discriminator/head/bias"},
        )
        self.assertEqual(taken.partly, ("generator/affine/kernel",))
        self.assertBetween(taken.share, 0.9, 0.999)
        networks = self.state.networks
        np.testing.assert_array_equal(networks.discriminator.head.kernel, head)
        kernel = networks.generator.affine.kernel.numpy()
        np.testing.assert_array_equal(kernel[8:], affine[8:])
        np.testing.assert_allclose(
            kernel[:8], self.trained.arrays["generator/affine/kernel"][:8]
        )

    def test_more_classes_change_nothing_of_what_w_does(self):
        """Where p is 0, styles are what they were."""
        networks = self.state.networks
        old = generator.Generator(**tiny_experiment.SIZES, condition_dim=2)
        w = tf.random.stateless_normal([3, 8], [0, 1])
        old.styles(w, tf.zeros([3, 2]))
        old.affine.kernel.assign(self.trained.arrays["generator/affine/kernel"])
        old.affine.bias.assign(self.trained.arrays["generator/affine/bias"])
        expected = old.styles(w, tf.zeros([3, 2]))

        for holder in (networks, self.state.averages):
            holder.generator = generator.Generator(
                **tiny_experiment.SIZES, condition_dim=5
            )
            holder.generator(w, tf.zeros([3, 5]))
        networks.discriminator = discriminator.Discriminator(
            **tiny_experiment.SIZES, num_classes=5, group_size=1
        )
        networks.discriminator(tf.zeros([1, 16, 16, 3]), tf.zeros([1, 5]))
        self._start(same_classes=False)
        np.testing.assert_allclose(
            networks.generator.styles(w, tf.zeros([3, 5])), expected, rtol=1e-5
        )

    def test_another_model_is_refused_and_changes_nothing(self):
        self.trained = weights.Weights(
            {
                name: array
                for name, array in self.trained.arrays.items()
                if not name.startswith("encoder/")
            },
            {},
        )
        before = tiny_experiment.digest(self.state)
        with self.assertRaisesRegex(
            errors.CheckpointError,
            r"is there, whose weights give \d\d% of this model; "
            r"expected 90% or more.*encoder/conv/bias: not among them",
        ):
            self._start()
        self.assertEqual(tiny_experiment.digest(self.state), before)

    def test_says_what_was_taken_and_what_was_not(self):
        lines = self._start(same_classes=False).lines()
        self.assertRegex(lines[0], r"^9\d\.\d% of the weights are taken over")
        self.assertContainsSubset(
            [
                "  in part, for other classes: generator/affine/kernel",
                "  anew: discriminator/head/bias (of other classes)",
            ],
            lines,
        )


if __name__ == "__main__":
    absltest.main()
