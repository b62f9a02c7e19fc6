"""Tests of the presets."""

from absl.testing import absltest, parameterized

from stylex_tf.attributes import presets, selection, style_ranges


class PresetsTest(parameterized.TestCase):
    @parameterized.parameters(
        ("default", selection.Rules()),
        ("notebook", selection.NOTEBOOK),
        ("paper", selection.PAPER),
    )
    def test_a_preset_is_its_rules_and_none_changes_nothing(self, name, rules):
        self.assertEqual(presets.rules(name), rules)
        self.assertEqual(presets.rules(name, refill=None), rules)
        self.assertIn(presets.Preset(name), tuple(presets.Preset))

    def test_parity_is_what_the_sources_say(self):
        notebook = presets.rules("notebook")
        self.assertEqual(notebook.measure, "logit")
        self.assertEqual(notebook.merge, "all_images")
        self.assertEqual(notebook.cap, 1.0)
        self.assertEqual(notebook.minimum_effect, 0.0)
        self.assertFalse(notebook.refill)
        self.assertAlmostEqual(notebook.unstable_share * 4 * 5_760, 750)
        paper = presets.rules("paper")
        self.assertEqual(paper.procedure, "paper")
        self.assertEqual(paper.measure, "probability")
        self.assertEqual(paper.threshold, 0.3)
        for name in ("notebook", "paper"):
            self.assertEqual(presets.ranges(name), "min_max")
        self.assertEqual(presets.ranges("default"), "realistic")

    def test_a_field_takes_the_place_of_the_presets(self):
        rules = presets.rules("notebook", refill=True, minimum_effect=0.1)
        self.assertTrue(rules.refill)
        self.assertEqual(rules.minimum_effect, 0.1)
        self.assertEqual(rules.merge, "all_images")
        self.assertIs(
            presets.ranges("notebook", "percentile"),
            style_ranges.Kind.PERCENTILE,
        )

    def test_refuses_what_it_does_not_know(self):
        with self.assertRaisesRegex(ValueError, "preset is 'novel'; expected"):
            presets.rules("novel")
        with self.assertRaisesRegex(ValueError, "kind is 'all'; expected"):
            presets.ranges("paper", "all")
        with self.assertRaisesRegex(ValueError, "minimum_effect is -1"):
            presets.rules("paper", minimum_effect=-1.0)


if __name__ == "__main__":
    absltest.main()
