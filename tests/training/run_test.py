"""Tests of stylex_tf.stages.run: a run in its folder, on some replicas.

The steps run eagerly, as in step_test.
"""

import json
import pathlib

import tensorflow as tf
from absl.testing import absltest

from stylex_tf import run_folder
from stylex_tf.stages import run as run_lib
from tests.testing import tiny_experiment


def setUpModule():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )
    tf.config.run_functions_eagerly(True)


class RunTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.create_tempdir())
        self.dataset = tiny_experiment.write_data(folder / "data")
        self.classifier = folder / "classifier.keras"
        tiny_experiment.write_classifier(self.classifier)
        self.folder = run_folder.RunFolder(folder / "run")

    def _open(self, strategy, steps: int) -> run_lib.Run:
        settings = tiny_experiment.settings("data", str(self.classifier))
        settings.training.total_images = steps * tiny_experiment.BATCH_SIZE
        return run_lib.Run(settings, self.folder, self.dataset, strategy)

    def _log(self) -> list[dict[str, float]]:
        lines = (self.folder.root / "metrics.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def test_two_replicas_begin_and_one_goes_on(self):
        self.enter_context(self.folder.locked())
        two = self._open(
            tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]), steps=2
        )
        self.assertEqual(two.first_step, 0)
        two.train()
        saved = tiny_experiment.digest(two.state)

        one = self._open(tf.distribute.OneDeviceStrategy("CPU:0"), steps=4)
        self.assertEqual(one.first_step, 2)
        self.assertEqual(tiny_experiment.digest(one.state), saved)
        one.train()
        self.assertEqual(int(one.state.step.numpy()), 4)
        self.assertEqual([line["step"] for line in self._log()], [2, 4])
        self.assertEqual(
            [path.name for path in sorted(self.folder.snapshots.iterdir())],
            ["00000002.png", "00000004.png"],
        )

        # Done is done.
        done = self._open(tf.distribute.OneDeviceStrategy("CPU:0"), steps=4)
        before = self._log()
        done.train()
        self.assertEqual(self._log(), before)


if __name__ == "__main__":
    absltest.main()
