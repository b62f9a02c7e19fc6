"""Tests of stylex_tf.training.interruption, with signals to real processes."""

import signal

from absl.testing import absltest, parameterized

from stylex_tf.training import interruption
from tests.testing import processes
from tests.training import interrupted_steps


class InterruptionTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        # Who runs the tests by nohup, or behind a shell, has one ignored.
        for number, handler in (
            (signal.SIGHUP, signal.SIG_DFL),
            (signal.SIGINT, signal.default_int_handler),
        ):
            former = signal.signal(number, handler)
            self.addCleanup(signal.signal, number, former)

    @parameterized.parameters("SIGTERM", "SIGINT", "SIGHUP")
    def test_the_first_signal_saves_after_the_step(self, name):
        # It sends itself the signal within its third step.
        process = processes.Process(self, interrupted_steps, [name])
        said = process.wait(expected=interruption.EXIT_CODE)
        self.assertEqual(said, "step 1\nstep 2\nstep 3\nsaved 3\n")

    @parameterized.parameters("SIGTERM", "SIGINT")
    def test_the_second_ends_a_step_that_never_ends(self, name):
        process = processes.Process(self, interrupted_steps, [name, name])
        said = process.wait(expected=128 + getattr(signal, name))
        self.assertEqual(said, "step 1\nstep 2\n")

    def test_a_terminal_that_closes_may_say_so_twice(self):
        action = interruption.Interruption(lambda step: step)
        with action.listening():
            signal.raise_signal(signal.SIGHUP)
            action._told.wait()
            signal.raise_signal(signal.SIGHUP)
            with self.assertRaises(interruption.Interrupted):
                action(7, {}, last=False)
        self.assertEqual(
            signal.getsignal(signal.SIGHUP), signal.Handlers.SIG_DFL
        )

    def test_what_nohup_ignores_stays_ignored(self):
        former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGHUP, former)
        action = interruption.Interruption(lambda step: step)
        with action.listening():
            signal.raise_signal(signal.SIGHUP)
            action(7, {}, last=False)

    def test_a_training_that_was_told_at_its_last_step_has_ended(self):
        saved = []
        action = interruption.Interruption(saved.append)
        with action.listening():
            signal.raise_signal(signal.SIGTERM)
            action._told.wait()
            action(7, {}, last=True)
        self.assertEmpty(saved)
        self.assertEqual(
            signal.getsignal(signal.SIGTERM), signal.Handlers.SIG_DFL
        )
        self.assertIs(
            signal.getsignal(signal.SIGINT), signal.default_int_handler
        )


if __name__ == "__main__":
    absltest.main()
