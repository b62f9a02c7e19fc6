"""Tests of benchmarks.step_times."""

import dataclasses
import json
import pathlib

import tensorflow as tf
from absl.testing import absltest

from benchmarks import step_times
from stylex_tf import config_checks
from tests.testing import tiny_experiment


def setUpModule():
    tf.config.run_functions_eagerly(True)


class StepTimesTest(absltest.TestCase):
    def test_times_every_kind_of_step(self):
        settings = tiny_experiment.settings("faces")
        config_checks.check(settings)

        times = step_times.measure(settings, rounds=1)

        self.assertEqual(times.precision, "float32")
        self.assertEqual(times.batch, settings.training.batch_size)
        self.assertEqual(times.versions["tensorflow"], tf.__version__)
        phases = [kind.phases for kind in times.kinds]
        self.assertLen(phases, len(set(phases)))
        self.assertIn(
            "discriminator/r1", {name for names in phases for name in names}
        )
        self.assertAlmostEqual(sum(kind.share for kind in times.kinds), 1.0)
        self.assertGreater(min(kind.seconds for kind in times.kinds), 0.0)
        text = json.dumps(dataclasses.asdict(times))
        self.assertEqual(step_times.Times.parsed(text), times)

    def test_images_a_second_are_those_of_a_training(self):
        kinds = (
            step_times.Kind(("a",), 0.75, 1.0),
            step_times.Kind(("b",), 0.25, 5.0),
        )
        times = step_times.Times({}, "float32", 8, kinds)
        # A step takes 0.75 * 1 + 0.25 * 5 seconds in the mean.
        self.assertEqual(times.images_per_second, 4.0)

    def test_a_config_that_lacks_a_source_will_do(self):
        path = pathlib.Path(self.create_tempdir()) / "mine.py"
        path.write_text(
            "from stylex_tf import config\n"
            "def get_config():\n"
            "    return config.ExperimentConfig(name='mine')\n"
        )
        self.assertEqual(step_times.settings_of(str(path)).name, "mine")


if __name__ == "__main__":
    absltest.main()
