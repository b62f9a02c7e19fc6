"""Tests of stylex_tf.training.checkpoints."""

import pathlib

import keras
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.models import mapping
from stylex_tf.training import checkpoints, networks, state
from tests.testing import tiny_experiment


def setUpModule():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )


def _networks(width: int, *, trained: bool) -> networks.Networks:
    """A dense layer each, and the mapping, which has an average of its own."""

    def dense() -> keras.Model:
        return keras.Sequential(
            [keras.layers.Dense(width, input_shape=[2], dtype="float32")]
        )

    made = networks.Networks(
        mapping=mapping.Mapping(w_dim=2, z_dim=2, depth=1),
        generator=dense(),
        encoder=dense(),
        discriminator=dense() if trained else None,
    )
    made.mapping(tf.zeros([1, 2]))
    return made


def _state(width: int = 3) -> state.TrainState:
    return state.TrainState(
        networks=_networks(width, trained=True),
        averages=_networks(width, trained=False),
        optimizers={name: keras.optimizers.Adam() for name in state.TRAINED},
    )


def _change(train_state, by: float) -> None:
    """Moves every number of a state, as training would."""
    for variable in train_state.variables:
        variable.assign_add(
            tf.cast(tf.fill(variable.shape, by), variable.dtype)
        )


class CheckpointsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.create_tempdir()) / "checkpoints"
        self.state = _state()

    def _open(self, train_state=None, every: int = 2):
        return checkpoints.Checkpoints(
            train_state or self.state, self.directory, every=every
        )

    def _run(self, saver, first: int, last: int) -> None:
        for step in range(first, last + 1):
            _change(self.state, 1.0)
            saver(step, {}, last=False)

    def _steps(self) -> list[int]:
        return sorted(
            int(path.stem.partition("-")[2])
            for path in self.directory.glob("*.index")
        )

    def test_without_a_checkpoint_a_run_begins_at_0(self):
        saver = self._open()
        self.assertIsNone(saver.latest)
        self.assertEqual(saver.latest_step, 0)
        self.assertEqual(saver.restore(), 0)

    def test_saves_when_due_and_keeps_two(self):
        saver = self._open()
        self._run(saver, 1, 7)
        self.assertEqual(self._steps(), [4, 6])
        saver(7, {}, last=True)
        self.assertEqual(self._steps(), [6, 7])
        self.assertEqual(self._open().latest_step, 7)

    def test_keeps_as_many_as_it_is_told(self):
        saver = checkpoints.Checkpoints(
            self.state, self.directory, every=2, keep=1
        )
        self._run(saver, 1, 7)
        self.assertEqual(self._steps(), [6])

    def test_what_is_restored_is_what_was_saved_bit_for_bit(self):
        self._run(self._open(), 1, 4)
        saved = tiny_experiment.digest(self.state)
        _change(self.state, 1.0)
        other = _state()
        self.assertNotEqual(tiny_experiment.digest(other), saved)
        self.assertEqual(self._open(other).restore(), 4)
        self.assertEqual(tiny_experiment.digest(other), saved)

    def test_a_resumed_run_goes_on_keeping_two(self):
        self._run(self._open(), 1, 4)
        saver = self._open()
        saver.restore()
        self._run(saver, 5, 6)
        self.assertEqual(self._steps(), [4, 6])

    def test_what_a_kill_leaves_half_written_is_not_restored(self):
        self._run(self._open(), 1, 4)
        whole = tiny_experiment.digest(self.state)
        # TensorFlow writes a folder aside, then the data, then the index,
        # and names the checkpoint as the newest when all are there.
        part = self.directory / "ckpt-6_temp"
        part.mkdir()
        (part / "part-00000-of-00001.data-00000-of-00001").write_bytes(b"12")
        (self.directory / "ckpt-6.data-00000-of-00001").write_bytes(b"12")
        saver = self._open()
        self.assertEqual(saver.restore(), 4)
        self.assertEqual(tiny_experiment.digest(self.state), whole)
        self._run(saver, 5, 6)
        whole = tiny_experiment.digest(self.state)
        self.assertEqual(self._open().restore(), 6)
        self.assertEqual(tiny_experiment.digest(self.state), whole)

    def test_another_architecture_is_refused(self):
        self._run(self._open(), 1, 2)
        with self.assertRaisesRegex(
            errors.CheckpointError,
            r"checkpoints/ckpt-2 is of other networks or optimizers",
        ):
            self._open(_state(width=4)).restore()

    def test_a_checkpoint_without_something_of_the_state_is_refused(self):
        del self.state.path_length_mean
        self._run(self._open(), 1, 2)
        with self.assertRaisesRegex(errors.CheckpointError, "path_length_mean"):
            self._open(_state()).restore()

    def test_a_checkpoint_with_more_than_the_state_is_refused(self):
        self.state.strength = tf.Variable(0.5)
        self._run(self._open(), 1, 2)
        with self.assertRaisesRegex(errors.CheckpointError, "ckpt-2"):
            self._open(_state()).restore()

    def test_one_replica_goes_on_from_two(self):
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        with strategy.scope():
            two = _state()
        two.step.assign(2)
        two.path_length_mean.assign(0.5)
        two.networks.mapping.w_average.assign([0.25, 4.0])
        self._open(two)(2, {}, last=False)
        self.assertEqual(self._open().restore(), 2)
        self.assertEqual(
            tiny_experiment.digest(self.state), tiny_experiment.digest(two)
        )


if __name__ == "__main__":
    absltest.main()
