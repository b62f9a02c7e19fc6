"""Tests of stylex_tf.config."""

import dataclasses
import json

from absl.testing import absltest, parameterized

from stylex_tf import config, errors


def _valid() -> config.ExperimentConfig:
    """The defaults, with the one field that has none."""
    return config.ExperimentConfig(data=config.DataConfig(source="faces"))


class ConfigTest(parameterized.TestCase):
    @parameterized.parameters((0, 0), (1, 1), (16, 1), (17, 2))
    def test_patience_in_steps_is_rounded_up(self, images, steps):
        settings = _valid()
        settings.training.patience = images
        self.assertEqual(settings.patience_steps, steps)

    def test_a_last_step_may_be_for_less_than_a_batch(self):
        settings = _valid()
        settings.training.total_images = 33
        settings.training.batch_size = 16
        self.assertEqual(settings.total_steps, 3)

    def test_the_weight_of_r1_by_resolution(self):
        """At 256 px and 16 images 0.8192, and as wide as the batch is small."""
        settings = _valid()
        self.assertEqual(settings.r1_weight, 10.0)
        settings.loss.r1_by_resolution = True
        self.assertAlmostEqual(settings.r1_weight, 0.8192)
        settings.model.resolution = 64
        settings.training.batch_size = 32
        self.assertAlmostEqual(settings.r1_weight, 0.8192 / 16 / 2)
        settings.loss.r1 = 0.0
        self.assertEqual(settings.r1_every, settings.training.r1_interval)
        settings.loss.r1_by_resolution = False
        self.assertEqual(settings.r1_every, 0)

    def test_an_unknown_field_is_refused(self):
        with self.assertRaises(AttributeError):
            _valid().training.bach_size = 8

    def test_two_configs_share_nothing(self):
        changed, other = _valid(), _valid()
        changed.training.batch_size = 64
        self.assertEqual(other.training.batch_size, 16)

    def test_goes_into_json(self):
        content = dataclasses.asdict(_valid())
        self.assertEqual(
            json.loads(json.dumps(content))["training"]["batch_size"], 16
        )


class FromDictTest(absltest.TestCase):
    def test_reads_what_json_wrote(self):
        experiment = config.ExperimentConfig(name="x")
        experiment.data.causes = ("glasses", "beard")
        experiment.classifier.input_range = (0.0, 1.0)
        text = json.dumps(dataclasses.asdict(experiment))
        self.assertEqual(config.from_dict(json.loads(text)), experiment)

    def test_a_missing_field_has_its_default(self):
        settings = config.from_dict({"name": "x", "data": {"source": "faces"}})
        self.assertEqual(settings.attributes, config.AttributesConfig())
        self.assertEqual(settings.data.source, "faces")

    def test_what_earlier_versions_called_procedure_is_a_preset(self):
        for procedure, measure, preset in (
            ("notebook", "log_odds", "default"),
            ("notebook", "logit", "notebook"),
            ("paper", "probability", "paper"),
        ):
            old = {
                "procedure": procedure,
                "measure": measure,
                "ranges": "min_max",
                "top_k": 3,
            }
            settings = config.from_dict({"attributes": old}).attributes
            self.assertEqual(settings.preset, preset)
            self.assertEqual(settings.ranges, "min_max")
            self.assertEqual(settings.top_k, 3)
        with self.assertRaisesRegex(errors.ConfigError, "are presets now"):
            config.from_dict({"attributes": {"procedure": "paper"}})

    def test_refuses_an_unknown_field(self):
        with self.assertRaisesRegex(errors.ConfigError, "loss.l3 is no field"):
            config.from_dict({"loss": {"l3": 1.0}})


if __name__ == "__main__":
    absltest.main()
