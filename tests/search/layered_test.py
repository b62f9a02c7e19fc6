"""Tests of generators in layers."""

import numpy as np
from absl.testing import absltest

from stylex_tf.search import layered
from tests.testing import known_answers


class LayeredTest(absltest.TestCase):
    def test_a_plain_function_is_one_layer_without_a_state(self):
        world = known_answers.LinearWorld()
        generate = layered.of(world.generate, searched=world.searched)
        self.assertEqual(generate.layer_widths, (world.searched,))
        (state,) = generate.enter(world.styles)
        self.assertEqual(state, ())
        expected = world.generate(world.styles)
        np.testing.assert_array_equal(generate(world.styles), expected)
        np.testing.assert_array_equal(
            generate.resume(0, state, world.styles), expected
        )

    def test_what_has_layers_already_is_left_alone(self):
        world = known_answers.LinearWorld()
        generate = layered.Whole(world.generate, searched=world.searched)
        again = layered.of(generate, searched=world.searched)
        self.assertIs(again, generate)

    def test_refuses_layers_of_other_coordinates(self):
        generate = layered.Whole(lambda styles: styles, searched=5)
        with self.assertRaisesRegex(ValueError, "have 5 .* the 6 searched"):
            layered.of(generate, searched=6)


if __name__ == "__main__":
    absltest.main()
