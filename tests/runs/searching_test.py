"""Tests of stylex_tf.runs.searching."""

import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import effects, selection, style_ranges
from stylex_tf.runs import searching


def _attributes(*edits):
    return [selection.Attribute(c, d, 1.0, 0.5) for c, d in edits]


def _result(by_class, ranked):
    """What was found in one image, whose table does not matter here."""
    classes = len(by_class)
    ranges = style_ranges.StyleRanges(minimum=np.zeros(5), maximum=np.ones(5))
    table = effects.StyleEffects(
        effects=np.zeros((1, 2, 5, classes), np.float32),
        base_logits=np.zeros((1, classes), np.float32),
        ranges=ranges,
        image_ids=("one",),
        shift_size=1.0,
    )
    return searching.SearchResult(table, np.zeros((1, 5)), by_class, ranked)


class FoundTest(absltest.TestCase):
    def test_of_two_classes_the_ranked_list_leads_to_class_1(self):
        result = _result(
            {0: _attributes((0, 1), (1, 0)), 1: _attributes((2, 1), (3, 0))},
            # The edits of class 0 turned round, those of class 1 as they are.
            _attributes((0, 0), (2, 1), (1, 1), (3, 0)),
        )
        kept = result.only({0: [True, False], 1: [False, True]})
        self.assertEqual(kept.by_class[0], _attributes((0, 1)))
        self.assertEqual(kept.by_class[1], _attributes((3, 0)))
        self.assertEqual(kept.ranked, _attributes((0, 0), (3, 0)))

    def test_what_matters_to_one_of_two_classes_matters_to_the_other(self):
        result = _result(
            {0: _attributes((0, 1), (3, 1)), 1: _attributes((3, 0), (0, 1))},
            _attributes((3, 0), (0, 0), (0, 1)),
        )
        kept = result.only({0: [False, False], 1: [True, False]})
        self.assertEqual(kept.by_class[0], _attributes((3, 1)))
        self.assertEqual(kept.by_class[1], _attributes((3, 0)))
        self.assertEqual(kept.ranked, _attributes((3, 0)))

    def test_of_three_classes_the_ranked_list_keeps_its_directions(self):
        result = _result(
            {
                0: _attributes((0, 1)),
                1: _attributes((1, 0)),
                2: _attributes((2, 1)),
            },
            _attributes((0, 1), (1, 0), (2, 1)),
        )
        kept = result.only({0: [True], 1: [False], 2: [True]})
        self.assertEqual(kept.ranked, _attributes((0, 1), (2, 1)))

    def test_of_three_classes_an_edit_is_ranked_for_whom_it_matters(self):
        weak, strong = (
            selection.Attribute(0, 1, effect, 0.5) for effect in (1.0, 2.0)
        )
        result = _result({0: [weak], 1: [strong], 2: []}, [weak])
        kept = result.only({0: [False], 1: [True], 2: []})
        self.assertEqual(kept.by_class, {0: [], 1: [strong], 2: []})
        self.assertEqual(kept.ranked, [strong])

    def test_nothing_significant_is_nothing(self):
        result = _result({0: _attributes((0, 1)), 1: []}, _attributes((0, 0)))
        kept = result.only({0: [False], 1: []})
        self.assertEqual(kept.by_class, {0: [], 1: []})
        self.assertEmpty(kept.ranked)


if __name__ == "__main__":
    absltest.main()
