"""Tests of stylex_tf.training.state: a state is whole when it is made."""

import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.training import layout, state
from tests.testing import tiny_experiment


class StateTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("plain", "float32"), ("loss_scaled", "mixed_float16")
    )
    def test_every_slot_is_there_before_the_first_step(self, policy):
        train_state = tiny_experiment.training(policy=policy).state
        for name, optimizer in train_state.optimizers.items():
            trained = train_state.networks.trained_by(name)
            slots = optimizer.named()
            self.assertLen(slots["m"], len(trained))
            self.assertLen(slots["v"], len(trained))
            self.assertEqual(
                [slot.shape for slot in slots["v"].values()],
                [variable.shape for variable in trained],
            )

    def test_the_averages_begin_as_the_networks(self):
        train_state = tiny_experiment.training().state
        for average, value in zip(
            train_state.averages.averaged,
            train_state.networks.averaged,
            strict=True,
        ):
            self.assertIsNot(average, value)
            np.testing.assert_array_equal(average.numpy(), value.numpy())

    def test_a_loss_scaled_state_is_restored_whole(self):
        folder = pathlib.Path(self.create_tempdir())
        original = tiny_experiment.training(policy="mixed_float16").state
        for optimizer in original.optimizers.values():
            every = layout.flat(optimizer.named())
            for number, (_, variable) in enumerate(every):
                variable.assign(tf.ones_like(variable) * number)
        path = original.checkpoint().write(str(folder / "state"))
        other = tiny_experiment.training(policy="mixed_float16").state
        status = other.checkpoint().read(path)
        status.assert_consumed()
        self.assertEqual(
            tiny_experiment.digest(original), tiny_experiment.digest(other)
        )

    def test_everything_a_run_changes_is_in_it(self):
        names = " ".join(
            tiny_experiment.values(tiny_experiment.training().state)
        )
        for part in (
            "state/step/",
            "state/path_length_mean/",
            "state/networks/mapping/w_average/",
            "state/networks/discriminator/",
            "state/averages/encoder/",
            "state/averages/mapping/w_average/",
            *(f"state/optimizers/{name}/" for name in state.TRAINED),
        ):
            self.assertIn(part, names)
        self.assertNotIn("state/averages/discriminator", names)

    def test_the_augmentation_is_in_it_where_there_is_one(self):
        """And not elsewhere: checkpoints from before it can be restored."""
        for kind, expected in (("off", 0), ("adaptive", 2)):
            made = tiny_experiment.training(
                augmentation=kind, augmentation_strength=0.25
            ).state
            values = tiny_experiment.values(made)
            kept = {name: v for name, v in values.items() if "augment" in name}
            self.assertLen(kept, expected)
            if expected:
                self.assertIn(0.25, kept.values())


if __name__ == "__main__":
    absltest.main()
