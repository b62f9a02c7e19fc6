"""Tests of benchmarks.step_costs: it times the step that the job trains."""

from unittest import mock

import tensorflow as tf
from absl.testing import absltest

from benchmarks import step_costs
from stylex_tf import config_checks
from stylex_tf.training import step
from tests.testing import tiny_experiment
from tests.training import backbone_settings


def setUpModule():
    tf.config.run_functions_eagerly(True)


class MakeStepTest(absltest.TestCase):
    def test_the_step_is_that_of_the_config(self):
        settings = tiny_experiment.settings("data")
        settings.training.batch_size = 8
        settings.training.accumulation = 2
        settings.training.augmentation = "fixed"
        settings.training.augmentation_strength = 0.25
        settings.loss.r1_by_resolution = True
        settings.training.precision = "float32"
        config_checks.check(settings)
        run, _ = step_costs.make_step(settings, tf.distribute.get_strategy())
        batches = []
        begin = run.losses.begin

        def watched(*arguments):
            batches.append(begin(*arguments))
            return batches[-1]

        run.losses.begin = watched
        metrics = run(0, tf.constant(step_costs.noise(8, 16)))
        self.assertEqual([batch.count for batch in batches], [4, 4])
        self.assertEqual(float(metrics["augmentation/strength"]), 0.25)
        # 0.0002 * 16^2 / 8, and half of it for each squared gradient.
        r1 = run.losses.r1(batches[0])
        tf.debugging.assert_near(r1.loss, 0.0032 * r1.metrics["penalty"])

    def test_photographs_are_compared_by_the_features_of_the_config(self):
        settings = backbone_settings.tiny()
        with mock.patch.object(step, "build_training_step") as build:
            _, state = step_costs.make_step(
                settings, tf.distribute.get_strategy()
            )
        self.assertIs(
            build.call_args.kwargs["perceptual_features"],
            state.networks.backbone,
        )


if __name__ == "__main__":
    absltest.main()
