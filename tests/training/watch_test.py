"""Tests of stylex_tf.training.watch."""

from unittest import mock

from absl.testing import absltest

from stylex_tf.training import validation_history, watch


class WatchTest(absltest.TestCase):
    def _logged(self, l1s) -> list[list[str]]:
        """What is said at each step; an L1 above 0.5 is a bad sign."""
        history = validation_history.ValidationHistory()
        watches, said = watch.Watch(history, every=2), []
        for step in range(1, 2 * len(l1s) + 1):
            if step % 2 == 0:
                line = {
                    "step": step,
                    validation_history.SCORE: 1.0,
                    "validation/l1": l1s[step // 2 - 1],
                    "validation/l1_of_mean_image": 0.5,
                }
                history.add(line)
            with mock.patch.object(watch._LOGGER, "warning") as warning:
                watches(step, {}, last=False)
            said.append([x.args[0] % x.args[1:] for x in warning.mock_calls])
        return said

    def test_warns_once_when_a_symptom_appears_and_again_when_it_is_back(self):
        said = self._logged([0.6, 0.6, 0.6, 0.6, 0.1, 0.6, 0.6, 0.6])
        spoke = [step for step, texts in enumerate(said, start=1) if texts]
        self.assertEqual(spoke, [6, 16])
        self.assertIn("Step 6: The encoder is ignored. A reconst", said[5][0])

    def test_says_nothing_where_all_is_well(self):
        self.assertEmpty(sum(self._logged([0.3, 0.2, 0.1, 0.1]), []))


if __name__ == "__main__":
    absltest.main()
