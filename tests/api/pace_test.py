import contextlib
import io

from absl.testing import absltest

from stylex_tf.api import pace


class Clock:
    """Moves only when told."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class PaceTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.pace = pace.Pace(clock=self.clock)

    def work(self, durations, progress=True):
        """Works so many seconds on each item; returns what was printed."""
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            done = []
            for seconds in self.pace.over(
                durations, doing="explaining", progress=progress
            ):
                done.append(seconds)
                self.clock.now += seconds
        self.assertEqual(done, list(durations))
        return printed.getvalue()

    def test_the_first_item_tells_nothing(self):
        self.work([100.0])
        self.assertIsNone(self.pace.seconds(1))

        self.work([2.0, 4.0])
        self.assertEqual(self.pace.seconds(10), 30.0)

    def test_says_how_long_the_rest_takes(self):
        printed = self.work([50.0] + [30.0] * 10)

        self.assertIn("the first image takes longest", printed)
        self.assertIn("explaining 9 images takes about 4.5 minutes", printed)
        self.assertIn("11/11", printed)

    def test_knows_it_before_the_work_the_next_time(self):
        self.work([50.0, 1.0])

        printed = self.work([1.0] * 20)

        self.assertStartsWith(
            printed.strip(), "explaining 20 images takes about 20 seconds"
        )

    def test_what_is_fast_is_not_spoken_of(self):
        self.work([1.0])

        self.assertEqual(self.work([0.01] * 20), "")

    def test_can_be_silenced(self):
        self.assertEqual(self.work([50.0] * 4, progress=False), "")


if __name__ == "__main__":
    absltest.main()
