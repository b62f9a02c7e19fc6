"""Tests of stylex_tf.training.phases: the table."""

from unittest import mock

from absl.testing import absltest

from stylex_tf.training import phases


def _table(r1_interval: int = 4, path_length_interval: int = 3, **options):
    return phases.table(
        mock.Mock(),
        r1_interval=r1_interval,
        path_length_interval=path_length_interval,
        **options,
    )


def _due(table, step: int) -> list[str]:
    return [phase.name for phase in table if phase.runs_in(step)]


class PhasesTest(absltest.TestCase):
    def test_what_runs_in_the_first_steps(self):
        table = _table()
        encoded = ["generator/encoded", "discriminator/encoded"]
        sampled = ["generator/sampled", "discriminator/sampled"]
        path, r1 = "generator/path_length", "discriminator/r1"
        for step, expected in enumerate(
            [
                [encoded[0], path, encoded[1], r1],
                sampled,
                encoded,
                [sampled[0], path, sampled[1]],
                [*encoded, r1],
                sampled,
                [encoded[0], path, encoded[1]],
            ]
        ):
            self.assertEqual(_due(table, step), expected, f"step {step}")

    def test_the_paths_alternate_on_the_global_step(self):
        # Not on a count of calls: a run that is resumed, or that skips its
        # lazy phases, must see the same path in the same step.
        table = _table(r1_interval=0, path_length_interval=0)
        for step in (0, 2, 1_000_000):
            self.assertIn("generator/encoded", _due(table, step))
            self.assertNotIn("generator/sampled", _due(table, step))
            self.assertIn("generator/sampled", _due(table, step + 1))
            self.assertNotIn("generator/encoded", _due(table, step + 1))

    def test_the_encoder_follows_the_sampled_path_where_styles_are_exchanged(
        self,
    ):
        trains = {
            phase.name: phase.trains for phase in _table(style_exchange=True)
        }
        self.assertEqual(trains["generator/sampled"], ("generator", "encoder"))

    def test_which_networks_follow_which_loss(self):
        self.assertEqual(
            {phase.name: phase.trains for phase in _table()},
            {
                "generator/encoded": ("generator", "encoder"),
                "generator/sampled": ("generator",),
                "generator/path_length": ("generator",),
                "discriminator/encoded": ("discriminator",),
                "discriminator/sampled": ("discriminator",),
                "discriminator/r1": ("discriminator",),
            },
        )

    def test_a_lazy_regulariser_weighs_as_much_as_the_steps_it_leaves_out(self):
        for phase in _table(r1_interval=16, path_length_interval=8):
            lazy = {"discriminator/r1": 16, "generator/path_length": 8}
            self.assertEqual(phase.weight, lazy.get(phase.name, 1))
            self.assertEqual(phase.every, lazy.get(phase.name, 2))

    def test_nobody_judges_while_generator_and_encoder_learn_to_reconstruct(
        self,
    ):
        table = _table(reconstruction_steps=3)
        for step in range(3):
            self.assertEqual(_due(table, step), ["generator/reconstructing"])
        plain = _table()
        for step in range(3, 30):
            self.assertEqual(_due(table, step), _due(plain, step))

    def test_an_interval_of_0_leaves_the_regulariser_out(self):
        names = [
            phase.name
            for phase in _table(r1_interval=0, path_length_interval=0)
        ]
        self.assertLen(names, 4)
        self.assertNotIn("discriminator/r1", names)
        self.assertNotIn("generator/path_length", names)


if __name__ == "__main__":
    absltest.main()
