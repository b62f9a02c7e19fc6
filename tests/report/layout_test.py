"""Tests of how much fits on a page."""

from absl.testing import absltest, parameterized

from stylex_tf.report import layout


class LayoutTest(parameterized.TestCase):
    @parameterized.parameters((16, 32), (16, 64), (16, 128), (8, 256))
    def test_a_usual_report_shows_several_images_and_fine_knobs(
        self, attributes, resolution
    ):
        chosen = layout.plan(attributes, resolution)

        self.assertGreaterEqual(chosen.examples, 4)
        self.assertEqual(chosen.places, 11)
        self.assertEqual(chosen.measured, 48)

    def test_nothing_is_said_where_nothing_was_left_out(self):
        self.assertEmpty(layout.plan(16, 64).note)
        self.assertEmpty(layout.plan(0, 64).note)

    def test_says_what_was_left_out(self):
        chosen = layout.plan(32, 256)

        self.assertLess(chosen.examples, 6)
        self.assertLess(chosen.places, 11)
        self.assertIn(
            f"{chosen.examples} of 6 examples of each attribute and "
            f"{chosen.places} of 11 places of each knob",
            chosen.note,
        )

    @parameterized.parameters(1, 16, 40, 200, 1600)
    def test_stays_within_the_size_where_it_can(self, attributes):
        chosen = layout.plan(attributes, 256)

        of_one = chosen.places * (1 + chosen.carried_knob)
        of_one += 3 + 2 * chosen.carried
        pictures = attributes * chosen.examples * of_one
        if chosen.places:
            self.assertLessEqual(pictures * 256 * 256 * 0.2, layout.MAX_BYTES)

    def test_knobs_on_photographs_go_before_knobs(self):
        chosen = layout.plan(16, 256)

        self.assertTrue(chosen.carried)
        self.assertFalse(chosen.carried_knob)
        self.assertGreater(chosen.places, 0)
        self.assertIn("knobs of reconstructions alone", chosen.note)
        self.assertTrue(layout.plan(16, 64).carried_knob)

    def test_two_hundred_classes_have_no_knobs(self):
        chosen = layout.plan(1600, 256)

        self.assertEqual(
            (chosen.examples, chosen.places, chosen.measured), (1, 0, 0)
        )
        self.assertIn("no knobs", chosen.note)
        self.assertFalse(chosen.carried)
        self.assertIn("no attribute on the photographs", chosen.note)


if __name__ == "__main__":
    absltest.main()
