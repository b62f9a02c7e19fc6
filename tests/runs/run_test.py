"""Tests of stylex_tf.runs.run: a run in its folder, on some replicas.

The steps run eagerly, as in step_test.
"""

import json
import pathlib
import signal
import types
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import config_checks, errors, run_folder
from stylex_tf.runs import run as run_lib
from stylex_tf.runs import trained as trained_lib
from stylex_tf.training import (
    checkpoint_files,
    interruption,
    validation_history,
    weights,
)
from tests.testing import tiny_experiment


def setUpModule():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )
    tf.config.run_functions_eagerly(True)


def _counting_step(experiment, strategy, train_state, **_):
    """In the place of a step, where only the order of things matters."""

    def run_step(step, images):
        train_state.step.assign_add(1)
        train_state.networks.mapping.w_average.assign_add(tf.ones([8]))
        return {"loss": tf.constant(1.0)}

    return run_step


class _NanClassifier:
    """Another classifier, but for its answers."""

    def __init__(self, classifier):
        self._classifier = classifier

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        return np.nan * self._classifier(images)

    def __getattr__(self, name: str):
        return getattr(self._classifier, name)


class RunTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.create_tempdir())
        self.dataset = tiny_experiment.write_data(folder / "data")
        self.classifier = folder / "classifier.keras"
        tiny_experiment.write_classifier(self.classifier)
        self.folder = run_folder.RunFolder(folder / "run")

    def _open(self, strategy, steps: int, **training) -> run_lib.Run:
        settings = tiny_experiment.settings("data", str(self.classifier))
        settings.training.total_images = steps * tiny_experiment.BATCH_SIZE
        for name, value in training.items():
            setattr(settings.training, name, value)
        config_checks.check(settings)
        return run_lib.Run(settings, self.folder, self.dataset, strategy)

    def _open_scored(self, scores, **training) -> run_lib.Run:
        """A run of 9 mere counts whose validations, one a step, are told."""
        self.enter_context(
            mock.patch.object(
                run_lib.step, "build_training_step", _counting_step
            )
        )
        run = self._open(
            tf.distribute.OneDeviceStrategy("CPU:0"),
            steps=9,
            log_every=1,
            checkpoint_every=1,
            validate_every=1,
            **training,
        )
        left = iter(scores)
        told = types.SimpleNamespace(
            measure=lambda: {validation_history.SCORE: next(left)}
        )
        self.enter_context(
            mock.patch.object(run, "_held_out", return_value=told)
        )
        return run

    def _reopen(self, run: run_lib.Run) -> trained_lib.TrainedRun:
        return trained_lib.open_run(run.settings, self.folder, self.dataset)

    def _log(self) -> list[dict[str, float]]:
        lines = (self.folder.root / "metrics.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def test_batches_are_fetched_to_the_device_that_trains(self):
        """Where the step takes them they lie there already."""
        other = tf.distribute.OneDeviceStrategy("CPU:1")
        with self.folder.locked():
            run = self._open(other, steps=2)
            with mock.patch.object(run_lib.loop, "train") as train:
                run.train()
        images = next(train.call_args.args[2])
        self.assertEndsWith(images["image"].device, "CPU:1")

    def test_two_replicas_begin_and_one_goes_on(self):
        self.enter_context(self.folder.locked())
        two = self._open(
            tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]), steps=2
        )
        self.assertEqual(two.first_step, 0)
        two.train()
        saved = tiny_experiment.digest(two.state)

        opened = self._open(tf.distribute.OneDeviceStrategy("CPU:0"), steps=4)
        self.assertEqual(opened.first_step, 2)
        self.assertEqual(tiny_experiment.digest(opened.state), saved)
        opened.train()
        self.assertEqual(int(opened.state.step.numpy()), 4)
        self.assertEqual([line["step"] for line in self._log()], [2, 4])
        self.assertEqual(
            [path.name for path in sorted(self.folder.snapshots.iterdir())],
            ["00000002.png", "00000004.png"],
        )

        # The held-out images were measured at both ends, a class at a time.
        for line in self._log():
            self.assertEqual(line["validation/images"], 5)
            self.assertIn("validation/l1/bright", line)
            self.assertIn("validation/kid_floor", line)

        # Done is done.
        done = self._open(tf.distribute.OneDeviceStrategy("CPU:0"), steps=4)
        before = self._log()
        done.train()
        self.assertEqual(self._log(), before)

    def test_ends_early_once_and_for_all(self):
        self.enter_context(self.folder.locked())
        fields = {
            "patience": 2 * tiny_experiment.BATCH_SIZE,
            "snapshot_every": 100,
        }
        run = self._open_scored([2.0, 1.0, 1.5, 1.1], **fields)
        self.assertFalse(run.is_trained)
        run.train()
        self.assertEqual(int(run.state.step.numpy()), 4)
        digest = tiny_experiment.digest(run.state)
        # Whatever was due at the end was done.
        self.assertTrue((self.folder.snapshots / "00000004.png").exists())

        again = self._open_scored([], **fields)
        again.train()
        self.assertEqual(tiny_experiment.digest(again.state), digest)
        self.assertLen(self._log(), 4)
        opened = self._reopen(again)
        self.assertEqual(opened.stylex.step, 4)
        np.testing.assert_array_equal(
            opened.stylex.averages.mapping.w_average,
            again.state.averages.mapping.w_average,
        )
        ended = "ended early, after 16 of 36 images: 8 brought no better "
        self.assertEqual(opened.record.ending(), ended + "validation score")

        # What is kept is the last, or the best.
        best = self._reopen(self._open_scored([], keep="best", **fields))
        self.assertEqual(best.stylex.step, 2)
        self.assertStartsWith(best.record.ending(), ended)
        self.assertEndsWith(
            best.record.ending(),
            "explained is the state with the best validation score, after 8 "
            "images",
        )

    def test_a_run_that_was_killed_before_its_end_is_not_trained(self):
        self.enter_context(self.folder.locked())
        run = self._open_scored([1.0])
        with self.assertRaises(StopIteration):
            run.train()
        with self.assertRaisesRegex(
            errors.RunFolderError, "trained for 1 of 9 steps"
        ):
            self._reopen(self._open_scored([]))

    def test_what_goes_wrong_is_found_again(self):
        self.enter_context(self.folder.locked())
        patience = {"patience": 3 * tiny_experiment.BATCH_SIZE}
        run = self._open_scored([], **patience)
        ignored = {"validation/l1": 0.6, "validation/l1_of_mean_image": 0.5}
        told = types.SimpleNamespace(
            measure=lambda: {validation_history.SCORE: 1.0, **ignored}
        )
        with (
            mock.patch.object(run, "_held_out", return_value=told),
            self.assertLogs("stylex_tf", "WARNING") as logs,
        ):
            run.train()
        # Once, in step 3 of 4.
        (said,) = logs.output
        self.assertIn("Step 3: The encoder is ignored", said)
        opened = self._reopen(self._open_scored([], **patience))
        (symptom,) = opened.record.symptoms()
        self.assertEqual(symptom.code, "encoder_ignored")

    def _open_counting(self, make_step, **training) -> run_lib.Run:
        """A run of 8 steps of another kind, saved at every second one."""
        self.enter_context(
            mock.patch.object(run_lib.step, "build_training_step", make_step)
        )
        return self._open(
            tf.distribute.OneDeviceStrategy("CPU:0"),
            steps=8,
            log_every=1,
            validate_every=0,
            snapshot_every=100,
            **training,
        )

    def test_a_run_begins_with_the_weights_of_another(self):
        self.enter_context(self.folder.locked())
        first = self._open_counting(_counting_step)
        about = {"class_names": tiny_experiment.CLASSES, "cuts": {"a": "b"}}
        file = weights.save(
            self.folder.root / "first.weights",
            weights.of(first.state.networks, about),
        )
        run = self._open_counting(_counting_step, initialize_from=str(file))
        for networks in (run.state.networks, run.state.averages):
            for variable, original in zip(
                networks.averaged, first.state.networks.averaged, strict=True
            ):
                np.testing.assert_array_equal(
                    variable,
                    original.numpy().astype(np.float16).astype(np.float32),
                )
        run.train()
        # It is not taken again where the run goes on.
        again = self._open_counting(_counting_step, initialize_from=str(file))
        np.testing.assert_array_equal(
            again.state.networks.mapping.w_average,
            run.state.networks.mapping.w_average,
        )
        saved = checkpoint_files.inspect(self.folder.checkpoints / "ckpt-8")
        self.assertEqual(saved.cuts["a"], "b")

    def test_a_run_that_diverges_goes_on_with_other_numbers(self):
        self.enter_context(self.folder.locked())
        seeds = []

        def make_step(experiment, strategy, train_state, **_):
            count = _counting_step(experiment, strategy, train_state)
            seeds.append(experiment.seed)
            value = np.nan if len(seeds) == 1 else 1.0

            def run_step(step, images):
                count(step, images)
                return {"loss": tf.constant(value if step == 4 else 1.0)}

            return run_step

        run = self._open_counting(make_step)
        with self.assertLogs("stylex_tf", "WARNING") as logs:
            run.train()
        self.assertEqual(int(run.state.step.numpy()), 8)
        self.assertLen(set(seeds), 2)
        (said,) = logs.output
        self.assertIn("loss is nan somewhere in steps 4..5", said)
        self.assertIn("goes back to step 4, and on with other", said)
        self.assertEqual(
            [line["step"] for line in self._log()], list(range(1, 9))
        )
        # A killed run goes on with the numbers of the last try.
        saved = checkpoint_files.inspect(self.folder.checkpoints / "ckpt-8")
        self.assertEqual(saved.setbacks, 1)
        self.assertGreater(saved.seconds, 0.0)

    def _open_diverging(self, tries: list[int]) -> run_lib.Run:
        """A run whose fifth step is never finite."""

        def make_step(experiment, strategy, train_state, **_):
            count = _counting_step(experiment, strategy, train_state)
            tries.append(experiment.seed)

            def run_step(step, images):
                count(step, images)
                return {"loss": tf.constant(np.nan if step == 4 else 1.0)}

            return run_step

        return self._open_counting(make_step)

    def test_a_run_that_diverges_again_and_again_is_one_error(self):
        self.enter_context(self.folder.locked())
        tries = []
        run = self._open_diverging(tries)
        with self.assertRaisesRegex(
            errors.DivergedError, "loss is nan somewhere in steps 4..5"
        ):
            run.train()
        self.assertLen(set(tries), 3)
        self.assertEqual(
            checkpoint_files.steps(self.folder.checkpoints), [4, 2]
        )

    def test_a_classifier_that_is_not_finite_is_blamed(self):
        self.enter_context(self.folder.locked())
        tries = []
        run = self._open_diverging(tries)
        run.classifier = _NanClassifier(run.classifier)
        with self.assertRaisesRegex(
            errors.ClassifierError, "answer is not finite for 4 of 4 training"
        ):
            run.train()
        self.assertLen(tries, 1)

    def test_a_run_that_is_told_to_end_goes_on_as_if_it_were_not(self):
        self.enter_context(self.folder.locked())
        listening = []

        class Spy(interruption.Interruption):
            def __init__(self, save):
                super().__init__(save)
                listening.append(self)

        self.enter_context(
            mock.patch.object(run_lib.interruption, "Interruption", Spy)
        )

        def make_step(experiment, strategy, train_state, **_):
            count = _counting_step(experiment, strategy, train_state)

            def run_step(step, images):
                if step == 4 and len(listening) == 1:
                    signal.raise_signal(signal.SIGTERM)
                    listening[0]._told.wait()
                return count(step, images)

            return run_step

        with self.assertRaises(interruption.Interrupted) as ended:
            self._open_counting(make_step).train()
        self.assertEqual(ended.exception.code, interruption.EXIT_CODE)
        self.assertEqual(ended.exception.step, 5)
        self.assertEqual(
            checkpoint_files.steps(self.folder.checkpoints), [5, 4]
        )
        resumed = self._open_counting(make_step)
        self.assertEqual(resumed.first_step, 5)
        resumed.train()
        self.assertEqual(
            [line["step"] for line in self._log()], list(range(1, 9))
        )
        np.testing.assert_array_equal(
            resumed.state.networks.mapping.w_average, np.full(8, 8.0)
        )


if __name__ == "__main__":
    absltest.main()
