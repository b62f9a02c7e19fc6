"""Tests of stylex_tf.training.loop."""

import itertools
import types

import tensorflow as tf
from absl.testing import absltest

from stylex_tf.training import loop


class LoopTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.state = types.SimpleNamespace(step=tf.Variable(0))
        self.calls = []

    def _run_step(self, step, images):
        self.calls.append(("step", step, images))
        return {"loss": step}

    def _action(self, name):
        def act(step, metrics, *, last):
            self.calls.append((name, step, metrics["loss"], last))

        return act

    def _train(self, total_steps: int, actions=()):
        start = int(self.state.step)
        batches = ({"image": f"batch {i}"} for i in itertools.count(start))
        loop.train(
            self.state,
            self._run_step,
            batches,
            actions,
            total_steps=total_steps,
        )

    def test_actions_follow_every_step_in_order(self):
        self._train(2, [self._action("log"), self._action("save")])
        self.assertEqual(
            self.calls,
            [
                ("step", 0, "batch 0"),
                ("log", 1, 0, False),
                ("save", 1, 0, False),
                ("step", 1, "batch 1"),
                ("log", 2, 1, True),
                ("save", 2, 1, True),
            ],
        )

    def test_goes_on_from_the_step_of_the_state(self):
        self.state.step.assign(5)
        self._train(7)
        self.assertEqual(
            self.calls, [("step", 5, "batch 5"), ("step", 6, "batch 6")]
        )

    def test_a_finished_run_does_nothing(self):
        self.state.step.assign(7)
        self._train(7, [self._action("log")])
        self.assertEmpty(self.calls)

    def test_an_action_can_end_the_training(self):
        def end(step, metrics, *, last):
            self.calls.append(("end", step, last))
            return step == 2

        self._train(5, [self._action("log"), end, self._action("save")])
        self.assertEqual(
            self.calls[-4:],
            [
                ("step", 1, "batch 1"),
                ("log", 2, 1, False),
                ("end", 2, False),
                # What follows is told that this is the last step.
                ("save", 2, 1, True),
            ],
        )

    def test_an_action_that_fails_stops_the_run(self):
        def fail(step, metrics, *, last):
            raise FloatingPointError("not finite")

        with self.assertRaises(FloatingPointError):
            self._train(3, [fail, self._action("save")])
        self.assertEqual(self.calls, [("step", 0, "batch 0")])


if __name__ == "__main__":
    absltest.main()
