"""Tests of stylex_tf.evaluation.probability_changes."""

from unittest import mock

import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.evaluation import probability_changes
from stylex_tf.search import batching
from tests.testing import known_answers


class ProbabilityChangesTest(absltest.TestCase):
    def test_equals_the_closed_form(self):
        world = known_answers.LinearWorld()
        predictions = np.array([0, 1, 0, 0, 1])
        ranges = style_ranges.StyleRanges(
            minimum=-np.ones(6) * 2, maximum=np.ones(6) * 2
        )
        edits = [(2, 1), (5, 0)]
        changes = probability_changes.measure(
            world.model,
            world.styles,
            predictions,
            edit_space.EditSpace(ranges, 0.7),
            {1: [selection.Attribute(*edit, 1.0, 0.0) for edit in edits]},
            batch_size=2,
        )
        table = world.effects(ranges.minimum, ranges.maximum, 0.7)
        base = world.styles @ world.weights

        def p(logits):
            return 1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))

        expected = [
            (p(base + table[:, d, s]) - p(base))[predictions == 0]
            for s, d in edits
        ]
        np.testing.assert_allclose(changes[1], expected, atol=1e-5)

    def test_the_other_way_round(self):
        world = known_answers.LinearWorld()
        ranges = style_ranges.StyleRanges(
            minimum=-np.ones(6) * 2, maximum=np.ones(6) * 2
        )
        predictions = np.array([0, 1, 0, 0, 1])

        def measure(predictions, direction, reverse):
            return probability_changes.measure(
                world.model,
                world.styles,
                predictions,
                edit_space.EditSpace(ranges),
                {1: [selection.Attribute(2, direction, 1.0, 0.0)]},
                reverse=reverse,
            )[1]

        np.testing.assert_array_equal(
            measure(predictions, 1, True), measure(1 - predictions, 0, False)
        )

    def test_an_edit_of_many_classes_is_made_once(self):
        world = known_answers.LinearWorld()
        ranges = style_ranges.StyleRanges(
            minimum=-np.ones(6) * 2, maximum=np.ones(6) * 2
        )
        edits = [selection.Attribute(s, 1, 1.0, 0.0) for s in (2, 5)]
        by_class = {0: edits, 1: edits[::-1]}

        def measure(listed, reverse):
            return probability_changes.measure(
                world.model,
                world.styles,
                np.array([0, 1, 0, 0, 1]),
                edit_space.EditSpace(ranges),
                listed,
                reverse=reverse,
            )

        for reverse in (False, True):
            together = measure(by_class, reverse)
            for target, listed in by_class.items():
                alone = measure({target: listed}, reverse)
                np.testing.assert_allclose(
                    together[target], alone[target], atol=1e-6
                )
                self.assertGreater(np.abs(alone[target]).min(), 0.0)
        calls = mock.Mock(side_effect=batching.apply)
        with mock.patch.object(batching, "apply", calls):
            measure(by_class, False)
        # The images as they are, and after two edits.
        self.assertEqual(
            [len(call.args[1]) for call in calls.mock_calls], [5, 5, 5]
        )

    def test_no_image_to_lead_there(self):
        world = known_answers.LinearWorld()
        changes = probability_changes.measure(
            world.model,
            world.styles,
            np.ones(5, int),
            edit_space.EditSpace(
                style_ranges.StyleRanges(
                    minimum=np.zeros(6), maximum=np.ones(6)
                )
            ),
            {1: [selection.Attribute(0, 1, 1.0, 0.0)]},
        )
        self.assertEqual(changes[1].shape, (1, 0))


if __name__ == "__main__":
    absltest.main()
