"""Tests of stylex_tf.training.step: who moves, and on how many replicas.

The steps run eagerly, which is faster than tracing them; compiled they run in
resume_test and in the integration test.
"""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.training import batch as batch_lib
from stylex_tf.training import phases, step
from tests.testing import tiny_experiment

_NETWORKS = ("mapping", "generator", "encoder", "discriminator")


def setUpModule():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )
    tf.config.run_functions_eagerly(True)


def _images() -> tf.Tensor:
    return tf.constant(tiny_experiment.images(tiny_experiment.BATCH_SIZE))


class MovesTest(parameterized.TestCase):
    """Each phase trains exactly the networks of its row."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.training = tiny_experiment.training()

    def _trainable(self) -> dict[str, list[np.ndarray]]:
        networks = self.training.state.networks
        return {
            name: [
                variable.numpy()
                for variable in getattr(networks, name).trainable_variables
            ]
            for name in _NETWORKS
        }

    def _moved(self, *table: phases.Phase) -> set[str]:
        """The networks that a step of these phases changes."""
        before = self._trainable()
        self._step(table)(0, _images())
        after = self._trainable()
        return {
            name
            for name in _NETWORKS
            if any(
                not np.array_equal(first, second)
                for first, second in zip(before[name], after[name], strict=True)
            )
        }

    def _step(self, table, ema_decay: float = 0.9) -> step.TrainStep:
        return step.TrainStep(
            strategy=tf.distribute.get_strategy(),
            train_state=self.training.state,
            losses=self.training.losses,
            table=table,
            batch_size=tiny_experiment.BATCH_SIZE,
            seed=0,
            ema_decay=lambda step: ema_decay,
        )

    def _phase(self, name: str) -> phases.Phase:
        """A row of the table, in every step."""
        table = phases.table(
            self.training.losses, r1_interval=1, path_length_interval=1
        )
        (row,) = (row for row in table if row.name == name)
        if name.startswith("discriminator/") and row.loss.__name__ != "r1":
            # Alone, without the generator's phase that makes the fakes.
            def loss(batch, of_row=row.loss):
                return of_row(
                    batch.with_fakes(batch_lib.Fakes(batch.images, batch.p))
                )
        else:
            loss = row.loss
        return phases.Phase(name, loss, row.trains, every=1)

    @parameterized.parameters(
        ("generator/encoded", {"generator", "encoder"}),
        ("generator/sampled", {"generator", "mapping"}),
        ("generator/path_length", {"generator", "mapping"}),
        ("discriminator/encoded", {"discriminator"}),
        ("discriminator/sampled", {"discriminator"}),
        ("discriminator/r1", {"discriminator"}),
    )
    def test_a_phase_moves_what_it_trains(self, name, expected):
        self.assertEqual(self._moved(self._phase(name)), expected)

    def test_an_optimizer_counts_only_the_phases_of_its_network(self):
        optimizers = self.training.state.optimizers
        before = {name: int(o.iterations) for name, o in optimizers.items()}
        self._step([self._phase("generator/sampled")])(0, _images())
        counted = {
            name: int(o.iterations) - before[name]
            for name, o in optimizers.items()
        }
        self.assertEqual(
            counted, {"generator": 1, "encoder": 0, "discriminator": 0}
        )

    def test_a_step_is_counted_once_whatever_its_phases(self):
        before = int(self.training.state.step)
        names = ("generator/sampled", "generator/path_length")
        self._step([self._phase(name) for name in names])(0, _images())
        self.assertEqual(int(self.training.state.step), before + 1)

    def test_the_metrics_leave_the_step_in_one_tensor(self):
        run = self._step([self._phase("generator/encoded")])
        metrics = run(0, _images())
        self.assertGreater(len(metrics), 3)
        (stacked,) = run.graph(0, _images()).outputs
        self.assertEqual(stacked.shape, (len(metrics),))

    def test_the_averages_follow_the_step(self):
        state = self.training.state
        old = [average.numpy() for average in state.averages.averaged]
        self._step([self._phase("generator/encoded")], 0.75)(0, _images())
        for average, before, value in zip(
            state.averages.averaged, old, state.networks.averaged, strict=True
        ):
            np.testing.assert_allclose(
                average, 0.75 * before + 0.25 * value.numpy(), atol=1e-6
            )

    def test_only_phases_that_are_due_run(self):
        never = phases.Phase(
            "generator/sampled", self.fail, ("generator",), every=2, offset=1
        )
        self.assertEqual(self._moved(never), set())

    def test_metrics_carry_the_name_of_their_phase(self):
        phase = self._phase("discriminator/r1")
        metrics = self._step([phase])(0, _images())
        self.assertEqual(
            set(metrics),
            {
                "discriminator/r1/penalty",
                "discriminator/r1/gradient_norm/discriminator",
            },
        )


class LazyWeightTest(absltest.TestCase):
    def test_a_phase_of_weight_16_moves_16_times_as_far(self):
        moves = []
        for weight in (1.0, 16.0):
            training = tiny_experiment.training(
                optimizer=tiny_experiment.GradientDescent
            )
            trained = training.state.networks.trained_by("discriminator")
            before = [variable.numpy() for variable in trained]
            phase = phases.Phase(
                "discriminator/r1",
                training.losses.r1,
                ("discriminator",),
                every=1,
                weight=weight,
            )
            step.TrainStep(
                strategy=tf.distribute.get_strategy(),
                train_state=training.state,
                losses=training.losses,
                table=[phase],
                batch_size=tiny_experiment.BATCH_SIZE,
                seed=0,
                ema_decay=lambda step: 0.9,
            )(0, _images())
            moves.append(
                [
                    variable.numpy() - value
                    for variable, value in zip(trained, before, strict=True)
                ]
            )
        for single, sixteen in zip(*moves, strict=True):
            np.testing.assert_allclose(16.0 * single, sixteen, atol=2e-6)


class ReplicasTest(absltest.TestCase):
    def test_one_replica_and_two_give_the_same_weights(self):
        """Three steps with every phase: encoded, sampled, r1, path length.

        The discriminator has group_size 1: its minibatch statistic compares
        the examples of one replica, so that with it the number of replicas
        changes what is computed, as in StyleGAN2. Noise is fixed: random
        noise is drawn by each replica for its own examples.

        With augmentation; without it is multi_worker_test. One test alone: a
        second MirroredStrategy of a process takes the collective keys of the
        first, and eager replicas then wait for each other for ever.
        """
        values = [
            self._train(strategy)
            for strategy in (
                tf.distribute.OneDeviceStrategy("CPU:0"),
                tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]),
            )
        ]
        self.assertEqual(values[0].keys(), values[1].keys())
        for name, value in values[0].items():
            np.testing.assert_allclose(
                value, values[1][name], rtol=1e-4, atol=1e-5, err_msg=name
            )

    def _train(self, strategy) -> dict[str, np.ndarray]:
        training = tiny_experiment.training(
            strategy, augmentation="adaptive", augmentation_strength=0.6
        )
        begun = tiny_experiment.values(training.state)

        def batches(context: tf.distribute.InputContext) -> tf.data.Dataset:
            size = context.get_per_replica_batch_size(
                tiny_experiment.BATCH_SIZE
            )
            images = tiny_experiment.images(3 * tiny_experiment.BATCH_SIZE)
            return tf.data.Dataset.from_tensor_slices(images).batch(size)

        seen = set()
        data = strategy.distribute_datasets_from_function(batches)
        for number, images in enumerate(data):
            metrics = training.step(number, images)
            seen |= {name.rpartition("/")[0] for name in metrics}
        self.assertContainsSubset(
            [
                "generator/encoded",
                "generator/sampled",
                "generator/path_length",
                "discriminator/encoded",
                "discriminator/sampled",
                "discriminator/r1",
            ],
            seen,
        )
        values = tiny_experiment.values(training.state)
        kernel = next(name for name in values if "affine/kernel" in name)
        self.assertFalse(np.array_equal(begun[kernel], values[kernel]))
        return values


class AugmentationTest(absltest.TestCase):
    def test_strength_0_changes_nothing(self):
        values = []
        for augmentation in ("off", "adaptive"):
            training = tiny_experiment.training(augmentation=augmentation)
            for number in range(2):
                training.step(number, _images())
            values.append(tiny_experiment.values(training.state))
        self.assertLen(values[1], len(values[0]) + 2)
        for name, value in values[0].items():
            np.testing.assert_array_equal(value, values[1][name], name)

    def test_four_steps_move_the_strength(self):
        training = tiny_experiment.training(
            augmentation="adaptive", augmentation_strength=0.4
        )
        strengths, signs = [], []
        for number in range(4):
            metrics = training.step(number, _images())
            strengths.append(float(metrics["augmentation/strength"]))
            (sign,) = (
                float(value)
                for name, value in metrics.items()
                if name.endswith("real_sign")
            )
            signs.append(sign)
        up = np.sign(np.mean(signs) - 0.6)
        np.testing.assert_allclose(
            strengths, [0.4, 0.4, 0.4, 0.4 + 0.04 * up], rtol=1e-6
        )


class AccumulationTest(parameterized.TestCase):
    """Parts of a batch give the update of the whole batch."""

    def _moves(self, name: str, accumulation: int) -> list[np.ndarray]:
        training = tiny_experiment.training(
            optimizer=tiny_experiment.GradientDescent,
            accumulation=accumulation,
            augmentation="fixed",
            augmentation_strength=0.5,
        )
        trained = training.state.networks
        (row,) = (
            row
            for row in phases.table(
                training.losses, r1_interval=1, path_length_interval=1
            )
            if row.name == name
        )
        table = tiny_experiment.phase_alone(training.losses, row)
        variables = [v for n in row.trains for v in trained.trained_by(n)]
        before = [variable.numpy() for variable in variables]
        step.TrainStep(
            strategy=tf.distribute.get_strategy(),
            train_state=training.state,
            losses=training.losses,
            table=table,
            batch_size=tiny_experiment.BATCH_SIZE,
            seed=0,
            ema_decay=lambda step: 0.9,
            accumulation=accumulation,
        )(0, _images())
        return [
            variable.numpy() - value
            for variable, value in zip(variables, before, strict=True)
        ]

    @parameterized.parameters(
        ("generator/encoded", 1e-4),
        ("generator/sampled", 1e-4),
        ("discriminator/encoded", 1e-4),
        ("discriminator/sampled", 1e-4),
        ("discriminator/r1", 1e-4),
        # The running mean, which the lengths are compared with, moves with
        # each part.
        ("generator/path_length", 2e-2),
    )
    def test_two_parts_move_as_the_whole(self, name, tolerance):
        whole, parts = self._moves(name, 1), self._moves(name, 2)
        self.assertTrue(any(np.any(move) for move in whole))
        for first, second in zip(whole, parts, strict=True):
            np.testing.assert_allclose(
                first,
                second,
                rtol=tolerance,
                atol=tolerance * np.abs(first).max(),
            )

    def test_the_paths_alternate_on_the_step_and_not_on_the_part(self):
        training = tiny_experiment.training(accumulation=2)
        for number, path in enumerate(("encoded", "sampled")):
            metrics = training.step(number, _images())
            losses = [name for name in metrics if name.endswith("/loss")]
            self.assertCountEqual(
                losses, [f"generator/{path}/loss", f"discriminator/{path}/loss"]
            )
        self.assertEqual(int(training.state.step), 2)


class PrecisionTest(parameterized.TestCase):
    @parameterized.parameters("mixed_bfloat16", "mixed_float16")
    def test_two_steps_in_half_precision(self, policy):
        training = tiny_experiment.training(policy=policy)
        metrics = {}
        for number in range(2):
            metrics |= training.step(number, _images())
        for name, value in metrics.items():
            self.assertTrue(np.isfinite(value), name)
        for name, value in tiny_experiment.values(training.state).items():
            if np.issubdtype(value.dtype, np.floating):
                self.assertEqual(value.dtype, np.float32, name)
                self.assertTrue(np.all(np.isfinite(value)), name)

    def test_a_step_that_overflows_is_left_out_and_lowers_the_scale(self):
        training = tiny_experiment.training(policy="mixed_float16")
        optimizer = training.state.optimizers["generator"]
        before = tiny_experiment.values(training.state)

        def infinite(batch):
            loss = tf.reduce_sum(
                [
                    tf.reduce_sum(variable)
                    for variable in training.state.networks.trained_by(
                        "generator"
                    )
                ]
            )
            return phases.Outcome(tf.reshape(1e38 * loss, [1]), {})

        scale = float(optimizer.loss_scale)
        metrics = step.TrainStep(
            strategy=tf.distribute.get_strategy(),
            train_state=training.state,
            losses=training.losses,
            table=[phases.Phase("g/x", infinite, ("generator",), every=1)],
            batch_size=tiny_experiment.BATCH_SIZE,
            seed=0,
            ema_decay=lambda step: 0.9,
        )(0, _images())
        # No divergence: the log, which stops at what is not finite, goes on.
        self.assertEqual(float(metrics["g/x/gradient_norm/generator"]), 0.0)
        self.assertEqual(float(optimizer.loss_scale), scale / 2)
        after = tiny_experiment.values(training.state)
        for name in before:
            if name.startswith("state/networks/"):
                np.testing.assert_array_equal(before[name], after[name])


if __name__ == "__main__":
    absltest.main()
