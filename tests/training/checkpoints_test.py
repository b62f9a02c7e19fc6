"""Tests of stylex_tf.training.checkpoints."""

import json
import pathlib
import shutil
import types
from unittest import mock

import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.layers import equalized
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

    def dense() -> equalized.EqualizedDense:
        layer = equalized.EqualizedDense(width)
        layer.build([None, 2])
        return layer

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
        optimizers={name: tiny_experiment.adam() for name in state.TRAINED},
    )


def _change(train_state, by: float) -> None:
    """Moves every number of a state, as training would."""
    for variable in train_state.variables:
        variable.assign_add(
            tf.cast(tf.fill(variable.shape, by), variable.dtype)
        )


class _CheckpointsTest(parameterized.TestCase):
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


class CheckpointsTest(_CheckpointsTest):
    def test_without_a_checkpoint_a_run_begins_at_0(self):
        saver = self._open()
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
        named = self.state.named()
        del named["path_length_mean"]
        with mock.patch.object(self.state, "named", return_value=named):
            self._run(self._open(), 1, 2)
        with self.assertRaisesRegex(errors.CheckpointError, "path_length_mean"):
            self._open(_state()).restore()

    def test_a_checkpoint_with_more_than_the_state_is_refused(self):
        named = {**self.state.named(), "strength": tf.Variable(0.5)}
        with mock.patch.object(self.state, "named", return_value=named):
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

    def test_a_folder_whose_name_is_a_pattern(self):
        self.directory = self.directory.with_name("exp [v2]*") / "checkpoints"
        self._run(self._open(), 1, 2)
        saved = tiny_experiment.digest(self.state)
        other = _state()
        self.assertEqual(self._open(other).restore(), 2)
        self.assertEqual(tiny_experiment.digest(other), saved)

    def test_a_checkpoint_of_an_earlier_version_has_no_checksums(self):
        tf.train.CheckpointManager(
            self.state.checkpoint(),
            str(self.directory),
            max_to_keep=2,
        ).save(checkpoint_number=2)
        saved = tiny_experiment.digest(self.state)
        saver = self._open(other := _state())
        saver.restore()
        self.assertEqual(tiny_experiment.digest(other), saved)
        self.assertEqual(saver.facts.seconds, 0.0)

    def test_a_part_of_a_checkpoint_is_restored_alone(self):
        self._run(self._open(), 1, 2)
        averages, step = (
            _networks(3, trained=False),
            tf.Variable(0, dtype="int64"),
        )
        checkpoints.restore_part(
            self.directory / "ckpt-2", averages=averages, step=step
        )
        for first, second in zip(
            averages.averaged, self.state.averages.averaged, strict=True
        ):
            tf.debugging.assert_equal(first, second)
        with self.assertRaisesRegex(errors.CheckpointError, "other networks"):
            checkpoints.restore_part(
                self.directory / "ckpt-2", averages=_networks(4, trained=False)
            )


class FactsTest(_CheckpointsTest):
    def test_seconds_of_all_sessions_are_saved_with_the_state(self):
        for first in (1, 3):
            clock = iter([100.0, 107.5, 115.0])
            saver = checkpoints.Checkpoints(
                self.state, self.directory, every=2, clock=clock.__next__
            )
            saver.restore()
            self.assertEqual(saver.facts.seconds, 7.5 * (first // 2))
            saver.begin(cuts={"leaves": "a cut"}, setbacks=1)
            self._run(saver, first, first + 1)
        content = json.loads((self.directory / "ckpt-4.json").read_text())
        self.assertEqual(content["seconds"], 15.0)
        self.assertEqual(content["cuts"], {"leaves": "a cut"})
        self.assertEqual(content["setbacks"], 1)


def _cut(path: pathlib.Path, size: float) -> None:
    """Keeps so many bytes of a file, or such a share of them."""
    content = path.read_bytes()
    kept = int(size * len(content)) if isinstance(size, float) else size
    path.write_bytes(content[:kept])


def _flip(path: pathlib.Path, where: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= 0x10
    path.write_bytes(content)


_DATA, _INDEX, _JSON = (".data-00000-of-00001", ".index", ".json")
_DAMAGES = (
    ("data_cut", _DATA, lambda path: _cut(path, 0.5)),
    ("data_cut_by_one", _DATA, lambda path: _cut(path, -1)),
    ("data_empty", _DATA, lambda path: _cut(path, 0)),
    ("data_flipped", _DATA, lambda path: _flip(path, 0.5)),
    ("data_missing", _DATA, pathlib.Path.unlink),
    ("index_cut", _INDEX, lambda path: _cut(path, 0.5)),
    ("index_empty", _INDEX, lambda path: _cut(path, 0)),
    ("index_flipped", _INDEX, lambda path: _flip(path, 0.3)),
    ("index_missing", _INDEX, pathlib.Path.unlink),
    ("checksums_empty", _JSON, lambda path: _cut(path, 0)),
    ("checksums_flipped", _JSON, lambda path: _flip(path, 0.9)),
    ("checksums_foreign", _JSON, lambda path: path.write_text("[3]")),
)


class DamageTest(_CheckpointsTest):
    def setUp(self):
        super().setUp()
        self._run(self._open(), 1, 4)
        self.digest = tiny_experiment.digest(self.state)
        self._run(self._open(), 5, 6)

    @parameterized.named_parameters(*_DAMAGES)
    def test_goes_on_from_the_newest_whole_one(self, ending, damage):
        damage(self.directory / f"ckpt-6{ending}")
        other = _state()
        with self.assertLogs("stylex_tf", "WARNING") as logs:
            self.assertEqual(self._open(other).restore(mend=True), 4)
        self.assertEqual(tiny_experiment.digest(other), self.digest)
        (said,) = logs.output
        self.assertIn("ckpt-6", said)
        self.assertIn(f"is in {self.directory}/damaged", said)
        self.assertEqual(self._open().latest_step, 4)
        self.assertNotEmpty(list((self.directory / "damaged").iterdir()))

    @parameterized.named_parameters(*_DAMAGES[:9])
    def test_without_checksums_tensorflow_s_own_are_asked(self, ending, damage):
        for path in self.directory.glob("*.json"):
            path.unlink()
        damage(self.directory / f"ckpt-6{ending}")
        self.assertEqual(self._open(other := _state()).restore(), 4)
        self.assertEqual(tiny_experiment.digest(other), self.digest)
        # Who only looks moves nothing.
        self.assertFalse((self.directory / "damaged").exists())

    @parameterized.parameters("", "hello: 3", 'model_checkpoint_path: "ckpt-9"')
    def test_a_list_of_checkpoints_counts_for_nothing(self, text):
        (self.directory / "checkpoint").write_text(text)
        self.assertEqual(self._open(_state()).restore(), 6)

    def test_none_whole_is_one_error_that_names_each(self):
        _cut(self.directory / f"ckpt-4{_DATA}", 10)
        (self.directory / f"ckpt-6{_INDEX}").unlink()
        with self.assertRaisesRegex(
            errors.CheckpointError,
            r"no whole checkpoint: .*ckpt-6: its .index is missing; .*ckpt-4: "
            r"ckpt-4.data-00000-of-00001 \(10 bytes\) is not what was written",
        ):
            self._open(_state()).restore(mend=True)
        self.assertFalse((self.directory / "damaged").exists())

    def test_a_run_with_a_log_never_begins_again_at_0(self):
        shutil.rmtree(self.directory)
        with self.assertRaisesRegex(
            errors.CheckpointError, "no checkpoint of a run .* of 6 steps"
        ):
            self._open(_state()).restore(logged_step=6)
        # Before the first checkpoint is due there is none.
        self.assertEqual(self._open(_state()).restore(logged_step=2), 0)


class FullDiskTest(_CheckpointsTest):
    def test_a_checkpoint_that_does_not_fit_leaves_nothing(self):
        saver = self._open()
        self._run(saver, 1, 4)
        before = sorted(path.name for path in self.directory.iterdir())
        digest = tiny_experiment.digest(self.state)
        full = tf.errors.ResourceExhaustedError(
            None, None, "/x/ckpt-6_temp/part: No space left on device"
        )
        for where, error in (
            (
                "stylex_tf.atomic_file.write",
                OSError(28, "No space left on device"),
            ),
            ("tensorflow.train.Checkpoint.write", full),
        ):
            with mock.patch(where, side_effect=error):
                with self.assertRaisesRegex(
                    errors.RunFolderError,
                    r"the checkpoint of step 6 could not be written, the "
                    r"earlier ones are whole: No space left on device\. ",
                ):
                    saver(6, {}, last=False)
            self.assertEqual(
                sorted(path.name for path in self.directory.iterdir()), before
            )
        other = _state()
        self.assertEqual(self._open(other).restore(), 4)
        self.assertEqual(tiny_experiment.digest(other), digest)

    def test_too_little_room_is_said_before_the_first_step(self):
        room = types.SimpleNamespace(free=100)
        with mock.patch.object(shutil, "disk_usage", return_value=room):
            with self.assertRaisesRegex(
                errors.RunFolderError,
                r"the disk has 0.0001 MB left; .* need 0.0\d+ MB",
            ):
                self._open().begin()

    def test_what_a_killed_process_was_writing_is_removed(self):
        for name in ("ckpt-6_temp", ".ckpt-6.host.12.ab.tmp"):
            (self.directory / name).mkdir(parents=True)
        self._open().begin()
        self.assertEmpty(list(self.directory.iterdir()))


if __name__ == "__main__":
    absltest.main()
