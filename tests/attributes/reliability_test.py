"""Tests of what a selection leaves out."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import reliability, selection
from tests.testing import effect_tables, selection_oracles


class StableImagesTest(parameterized.TestCase):
    @parameterized.product(effect=[0.2, 0.5, 1.0], share=[0.0, 0.1, 0.4])
    def test_is_its_slow_twin(self, effect, share):
        table = effect_tables.random(0, classes=3)
        images = np.array([8, 1, 2, 5])
        kept = reliability.stable_images(
            table, images, unstable_effect=effect, unstable_share=share
        )
        self.assertEqual(
            kept.tolist(),
            selection_oracles.stable(table.effects, images, effect, share),
        )

    def test_the_limits_themselves_are_stable(self):
        changes = effect_tables.zeros(2, 3)
        changes[0, 0, :2, 0] = 2.0
        changes[1, 0, :2, 0] = -2.5
        table = effect_tables.table(changes, np.zeros([2, 2]))
        # Image 0 has no change beyond 2, image 1 has 2 of 12.
        for share, expected in ((1 / 12, [0]), (2 / 12, [0, 1])):
            kept = reliability.stable_images(
                table,
                np.arange(2),
                unstable_effect=2.0,
                unstable_share=share,
            )
            self.assertEqual(kept.tolist(), expected)

    def test_more_classes_may_have_more_large_changes(self):
        """An edit that moves every logit counts once a class: 2 of 8 edits."""
        for classes in (2, 3, 200):
            changes = effect_tables.zeros(1, 4, classes)
            changes[0, 0, :2] = 2.5
            table = effect_tables.table(changes, np.zeros([1, classes]))
            for share, stable in ((0.249, 0), (0.25, 1)):
                kept = reliability.stable_images(
                    table,
                    np.arange(1),
                    unstable_effect=2.0,
                    unstable_share=share,
                )
                self.assertLen(kept, stable)

    def test_no_images(self):
        kept = reliability.stable_images(
            effect_tables.random(0),
            np.arange(0),
            unstable_effect=2.0,
            unstable_share=0.0,
        )
        self.assertEmpty(kept)

    def test_the_share_of_the_notebook_is_its_number_in_its_table(self):
        for large, stable in ((750, 1), (751, 0)):
            changes = effect_tables.zeros(1, 5_760)
            changes.reshape(-1)[:large] = 3.0
            kept = reliability.stable_images(
                effect_tables.table(changes, np.zeros([1, 2])),
                np.arange(1),
                unstable_effect=selection.NOTEBOOK.unstable_effect,
                unstable_share=selection.NOTEBOOK.unstable_share,
            )
            self.assertLen(kept, stable)


class RealisticCoordinatesTest(parameterized.TestCase):
    @parameterized.parameters(0.6, 0.8, 1.0)
    def test_is_its_slow_twin(self, limit):
        scores = np.random.default_rng(0).normal(size=(12, 2, 9))
        table = effect_tables.random(0, score_changes=scores)
        images = np.array([0, 3, 4, 11])
        kept = reliability.realistic_coordinates(
            table, images, score_limit=limit
        )
        self.assertEqual(
            kept.tolist(), selection_oracles.realistic(scores, images, limit)
        )

    def test_either_direction_condemns_both(self):
        scores = np.zeros([2, 2, 3])
        # The mean of magnitudes: up and down do not cancel.
        scores[:, 1, 2] = [0.3, -0.3]
        table = effect_tables.random(0, images=2, size=3, score_changes=scores)
        kept = reliability.realistic_coordinates(
            table, np.arange(2), score_limit=0.2
        )
        self.assertEqual(kept.tolist(), [True, True, False])

    def test_of_a_screened_table_only_measured_edits_count(self):
        # Edit (0, 0) was measured on image 0 alone, and is unrealistic there;
        # edit (0, 1) on both, and did nothing to the score of image 1.
        changes = effect_tables.zeros(2, 2)
        scores = np.zeros([2, 2, 2])
        changes[0, 0, 0, 1], scores[0, 0, 0] = 1.0, 0.3
        changes[:, 0, 1, 1], scores[0, 0, 1] = 1.0, 0.3
        expected = {0: [True, True], 2: [False, True]}
        for screened, realistic in expected.items():
            table = effect_tables.table(
                changes,
                [[1.0, 0.0]] * 2,
                score_changes=scores,
                screened=screened,
            )
            kept = reliability.realistic_coordinates(
                table, np.arange(2), score_limit=0.2
            )
            self.assertEqual(kept.tolist(), realistic)

    def test_nothing_asked_for_or_nothing_to_judge_by(self):
        plain = effect_tables.random(0, size=3)
        scored = effect_tables.random(
            0, size=3, score_changes=np.full([12, 2, 3], 9.0)
        )
        for table, images, limit in (
            (plain, np.arange(12), 0.0),
            (scored, np.arange(12), 0.0),
            (scored, np.arange(0), 0.2),
        ):
            kept = reliability.realistic_coordinates(
                table, images, score_limit=limit
            )
            self.assertEqual(kept.tolist(), [True] * 3)

    def test_refuses_a_table_without_scores(self):
        with self.assertRaisesRegex(ValueError, "no score_changes"):
            reliability.realistic_coordinates(
                effect_tables.random(0), np.arange(2), score_limit=0.2
            )


if __name__ == "__main__":
    absltest.main()
