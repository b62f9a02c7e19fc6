"""Both lines of TensorFlow compute what the golden file has, of the first."""

import copy
import json

from absl.testing import absltest

from tests.training import step_numbers


class StepNumbersTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measured = step_numbers.measured()
        cls.golden = json.loads(step_numbers.GOLDEN.read_text())

    def test_they_are_those_of_the_first_line(self):
        gradients, losses = step_numbers.differences(self.measured, self.golden)
        self.assertLess(gradients, 1e-4)
        self.assertLess(losses, 1e-3)

    def test_a_gradient_of_another_network_is_seen(self):
        other = copy.deepcopy(self.golden)
        name = "generator/encoded/encoder"
        norm = other["gradients"][name]["norm"]
        other["gradients"][name]["projections"][0] += 3e-4 * norm
        gradients, _ = step_numbers.differences(self.measured, other)
        self.assertGreater(gradients, 1e-4)

    def test_every_phase_is_in_it_and_every_step_has_losses(self):
        self.assertLen(self.golden["gradients"], 7)
        self.assertLen(self.golden["losses"], 20)
        self.assertTrue(all(self.golden["losses"]))


if __name__ == "__main__":
    absltest.main()
