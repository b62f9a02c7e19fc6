"""Tests of what is listed, on worlds whose answers are known."""

import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import edit_space, effects, selection, style_ranges
from stylex_tf.evaluation import reconstruction
from stylex_tf.ops import preprocessing
from stylex_tf.runs import listing, searching
from tests.testing import known_answers

_IMAGES = 60
_IDLE = 4


def _attribute(coordinate: int, direction: int) -> selection.Attribute:
    return selection.Attribute(coordinate, direction, 1.0, 0.5)


class FindOnTest(absltest.TestCase):
    def _find(self, causes, lists, *, side=1.0, end=1.5, more=(), **options):
        """Lists attributes of a class that is the sum of its causes.

        Half of the images show every cause at `side`, half at -`side`; edits
        lead to `end` and -`end`.
        """
        world = known_answers.LinearWorld(relevant=causes, total=6)
        styles = np.random.default_rng(0).normal(0.0, 0.1, (_IMAGES, 6))
        styles[:, causes] = np.where(
            np.arange(_IMAGES)[:, None] % 2, side, -side
        )
        styles = styles.astype(np.float32)
        images = preprocessing.to_uint8(world.generate(styles)).numpy()
        pixels = preprocessing.to_float(images)
        space = edit_space.EditSpace(
            style_ranges.StyleRanges(
                minimum=np.full(6, -end), maximum=np.full(6, end)
            )
        )
        table = effects.StyleEffects(
            effects=np.zeros((1, 2, 6, 2), np.float32),
            base_logits=np.zeros((1, 2), np.float32),
            ranges=space.ranges,
            image_ids=("one",),
            shift_size=1.0,
        )
        by_class = {
            target: [_attribute(c, target) for c in coordinates]
            + dict(more).get(target, [])
            for target, coordinates in lists.items()
        }
        ranked = [_attribute(c, 1) for c in lists[1]]
        return listing.find_on(
            world.model,
            images,
            reconstruction.Reconstruction(
                styles=styles,
                logits=world.classify(pixels).numpy(),
                reconstructed_logits=world.classify(
                    world.generate(styles)
                ).numpy(),
                l1=np.zeros(_IMAGES),
            ),
            searching.SearchResult(table, styles[:1], by_class, ranked),
            **options,
        )

    def _coordinates(self, shown):
        return {
            target: [attribute.coordinate for attribute in listed]
            for target, listed in shown.by_class.items()
        }

    def test_what_matters_by_itself_is_listed_alone(self):
        shown, verdict = self._find([2], {0: [2, _IDLE], 1: [2, _IDLE]})
        self.assertEqual(
            verdict.significant, {0: [True, False], 1: [True, False]}
        )
        self.assertEqual(self._coordinates(shown), {0: [2], 1: [2]})
        self.assertEqual(shown.ranked, [_attribute(2, 1)])
        self.assertEmpty(shown.together)

    def test_what_matters_only_together_is_listed_as_far_as_it_is_needed(self):
        # Each edit brings the sum of three from -3 to -0.5, two to 2.
        lists = {0: [1, 2, 3, _IDLE], 1: [3, 1, 2, _IDLE]}
        shown, verdict = self._find([1, 2, 3], lists)
        self.assertFalse(any(sum(verdict.significant.values(), [])))
        self.assertEqual(self._coordinates(shown), {0: [1, 2], 1: [3, 1]})
        self.assertEqual(shown.together, {0, 1})
        # The one list for the figures leads to class 1.
        self.assertEqual(shown.ranked, [_attribute(c, 1) for c in (3, 1, 2)])
        whole, _ = self._find([1, 2, 3], lists, redundant=True)
        self.assertEqual(self._coordinates(whole), lists)

    def test_what_is_made_at_once_has_one_end_of_each_coordinate(self):
        shown, _ = self._find(
            [1, 2, 3],
            {0: [1, 2, 3], 1: [1, 2, 3]},
            # The other end of what comes first: made last it would undo it.
            more={0: [_attribute(1, 1)], 1: [_attribute(1, 0)]},
        )
        self.assertEqual(self._coordinates(shown), {0: [1, 2], 1: [1, 2]})
        self.assertEqual(shown.by_class[1][0], _attribute(1, 1))

    def test_what_is_not_enough_together_is_not_listed(self):
        # Two of three edits, and half as far: from -3 to -0.8.
        lists = {0: [1, 2, _IDLE], 1: [1, 2, _IDLE]}
        shown, _ = self._find([1, 2, 3], lists, end=0.1)
        self.assertEqual(self._coordinates(shown), {0: [], 1: []})
        self.assertEmpty(shown.ranked)
        self.assertEmpty(shown.together)

    def test_a_class_with_an_attribute_of_its_own_has_no_other_list(self):
        # Towards class 1 the ends are far enough for one edit; towards class 0
        # the search has handed on another's coordinates.
        shown, _ = self._find([1, 2], {0: [1, 2], 1: [1]}, side=0.4, end=1.5)
        self.assertEqual(self._coordinates(shown), {0: [1], 1: [1]})
        self.assertEmpty(shown.together)


if __name__ == "__main__":
    absltest.main()
