"""A step of networks that look at photographs through a backbone."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import experiment
from stylex_tf.losses import perceptual
from stylex_tf.training import initialization, step, weights
from tests.testing import tiny_experiment
from tests.training import backbone_settings

_BATCH = tiny_experiment.BATCH_SIZE


class BackboneTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settings = backbone_settings.tiny()
        cls.state = experiment.build_state(cls.settings, num_classes=2)
        size = cls.settings.model.resolution
        shape = [_BATCH, size, size, 3]
        pixels = tf.random.stateless_uniform(shape, [0, 1], 0, 256, tf.int32)
        cls.pixels = tf.cast(pixels, tf.uint8)
        cls.images = tf.cast(cls.pixels, tf.float32) / 127.5 - 1.0
        cls.p = tf.constant([[0.25, 0.75]] * _BATCH)
        cls.run_step = step.build_training_step(
            cls.settings,
            tf.distribute.get_strategy(),
            cls.state,
            classify=tiny_experiment.classify,
            marginal=tf.constant([0.5, 0.5]),
            noise="fixed",
        )

    def test_every_weight_has_a_name(self):
        named = weights.named(self.state.networks)
        self.assertContainsSubset(
            [
                "encoder/map0_first/kernel",
                "encoder/spatial_head/kernel",
                "generator/synthesis/spatial/kernel",
                "discriminator/head0/score/bias",
            ],
            named,
        )

    def test_what_belongs_to_other_classes_begins_anew(self):
        networks = self.state.networks
        taken = initialization.start(
            self.state,
            weights.of(networks, {}),
            weights.of(self.state.averages, {}),
            same_classes=False,
            source="itself",
        )
        self.assertEqual(
            set(taken.fresh),
            {
                f"discriminator/head{index}/score/{part}"
                for index in range(5)
                for part in ("kernel", "bias")
            },
        )

    def test_maps_that_are_known_change_nothing(self):
        networks = self.state.networks
        maps = networks.look(self.images)
        np.testing.assert_array_equal(
            networks.encode(self.images), networks.encode(self.images, maps)
        )
        np.testing.assert_array_equal(
            networks.score(networks.judged(self.images), self.p),
            networks.score(networks.judged(self.images, maps), self.p),
        )

    def test_the_perceptual_distance_is_that_of_the_maps(self):
        losses = self.run_step.losses
        batch = losses.begin(self.images, tf.constant([0, 0], tf.int64), _BATCH)
        outcome = losses.generator_encoded(batch)
        look = self.state.networks.look
        np.testing.assert_allclose(
            outcome.metrics["perceptual"],
            perceptual.perceptual_distance(
                look(self.images), look(outcome.made.images)
            ),
            rtol=1e-4,
        )

    def test_trains_every_network_but_the_backbone(self):
        networks = self.state.networks

        def numbers(name):
            return [v.numpy() for v in getattr(networks, name).variables]

        names = ("encoder", "generator", "discriminator", "backbone")
        trained = {}
        for number in range(4):
            before = {name: numbers(name) for name in names}
            metrics = self.run_step(number, self.pixels)
            for value in metrics.values():
                self.assertTrue(np.isfinite(value.numpy()))
            trained[number] = {
                name
                for name in names
                if any(
                    np.any(old != new)
                    for old, new in zip(
                        before[name], numbers(name), strict=True
                    )
                )
            }
        # Two steps of reconstructing, then the encoded and the sampled path.
        for number in (0, 1):
            self.assertEqual(trained[number], {"encoder", "generator"})
        for number in (2, 3):
            self.assertEqual(
                trained[number], {"encoder", "generator", "discriminator"}
            )


if __name__ == "__main__":
    absltest.main()
