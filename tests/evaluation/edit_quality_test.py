"""Tests of reversibility, collateral change and minimality."""

import dataclasses
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.data.records import manifest
from stylex_tf.evaluation import (
    edit_quality,
    figure,
    first_edits,
    reconstruction,
    record,
)
from tests.testing import known_answers

_PARTS = 4


def _picture(world, styles):
    pixels = world.generate(tf.constant(styles)).numpy()
    return np.round((pixels + 1) * 127.5).astype(np.uint8)


class EditQualityTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        # Cause 0; coordinate c paints rows 4 c to 4 c + 3 of 17.
        self.world = known_answers.PartsWorld(parts=_PARTS, causes=(0,))
        self.styles = self.world.styles(
            [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]]
        )
        logits = self.world.classify(self.world.generate(self.styles)).numpy()
        self.held_out = reconstruction.Reconstruction(
            styles=self.styles,
            logits=logits,
            reconstructed_logits=logits,
            l1=np.zeros(3),
        )
        self.space = edit_space.EditSpace(
            style_ranges.StyleRanges(
                minimum=-np.ones(_PARTS), maximum=np.ones(_PARTS)
            )
        )

    def _edits(self, attributes=None):
        off, on = (
            selection.Attribute(0, direction, 1.0, 0.0) for direction in (0, 1)
        )
        return first_edits.make(
            self.world.model,
            self.space,
            self.held_out,
            _picture(self.world, self.styles),
            {0: [off], 1: [on]} if attributes is None else attributes,
            batch_size=2,
        )

    def _encode(self, images):
        bands = tf.reduce_mean(images, axis=[2, 3])[:, : 4 * _PARTS]
        bands = tf.reduce_mean(tf.reshape(bands, [-1, _PARTS, 4]), axis=2)
        styles = tf.atanh(tf.clip_by_value(bands, -0.9999, 0.9999)) / 4.0
        return tf.pad(styles, [[0, 0], [0, 2]])

    def _measure(self, edits=None, encode=None, **options):
        return edit_quality.measure(
            edits or self._edits(),
            self.world.model,
            encode or self._encode,
            batch_size=2,
            **options,
        )

    def test_each_image_is_led_by_the_first_of_its_class(self):
        edits = self._edits()
        np.testing.assert_array_equal(edits.targets, [0, 0, 1])
        np.testing.assert_array_equal(edits.directions, [0, 0, 1])
        np.testing.assert_allclose(edits.edited[2, :4], 1.0, atol=1e-3)
        # Where reconstructions are exact, the edited picture is carried.
        np.testing.assert_allclose(edits.carried, edits.edited, atol=0.01)
        self.assertLen(edits.take(2), 2)

    def test_large_images_are_as_many_as_fit_into_memory(self):
        values = 17 * 8 * 3
        with mock.patch.object(first_edits, "_MOST_VALUES", 2 * values + 1):
            np.testing.assert_array_equal(self._edits().rows, [0, 1])

    def test_an_image_whose_class_lists_nothing_is_not_edited(self):
        edits = self._edits({0: [selection.Attribute(0, 0, 1.0, 0.0)], 1: []})
        np.testing.assert_array_equal(edits.rows, [0, 1])
        self.assertIsNone(self._edits({0: [], 1: []}))

    def test_a_faithful_encoder_finds_the_way_back(self):
        figures = self._measure()
        self.assertLess(figures.reversal_l1.value, 0.01)
        self.assertEqual(figures.reversal_decision.value, 1.0)
        self.assertEqual(figures.reversal_decision.n, 3)

    def test_an_encoder_that_forgets_a_part_does_not(self):
        # It sees no second band, which image 1 has: brightness 2 of 4 / 17.
        def forgets(images):
            styles = self._encode(images)
            return styles * tf.constant([1.0, 0, 1, 1, 1, 1]) + tf.constant(
                [0.0, -1, 0, 0, 0, 0]
            )

        figures = self._measure(encode=forgets)
        self.assertAlmostEqual(
            figures.reversal_l1.value, 2 * 4 / 17 / 3, places=2
        )
        # The cause came back, and with it the decision.
        self.assertEqual(figures.reversal_decision.value, 1.0)

    def test_a_pure_edit_changes_nothing_outside_its_own_mask(self):
        self.assertEqual(self._measure().collateral_change.value, 0.0)

    def test_what_falls_outside_the_mask_is_a_share_of_the_change(self):
        # Edit 0 changes band 1 as well, by half as much, outside the mask.
        edits = self._edits()
        also = edits.edited.copy()
        also[:, 4:8] += 0.5 * (edits.edited - edits.reconstructions)[:, :4]
        edits = dataclasses.replace(edits, edited=also)
        masks = np.zeros((3, 17, 8), bool)
        masks[:, :4] = True
        figures = self._measure(edits, masks=masks)
        self.assertAlmostEqual(figures.collateral_change.value, 1 / 3, places=5)
        # Its own mask takes what changes more than half as much as the most.
        self.assertAlmostEqual(
            self._measure(edits).collateral_change.value, 1 / 3, places=5
        )

    def test_an_edit_that_changes_nothing_has_no_share(self):
        edits = self._edits()
        edits = dataclasses.replace(edits, edited=edits.reconstructions)
        self.assertIsNone(self._measure(edits).collateral_change)

    def test_distances_to_the_drawn_by_hand(self):
        edits = self._edits()
        drawn = edits.edited.copy()
        known = record.Edits(reversal_l1=figure.Figure(0.5, 3))
        figures = edit_quality.to_drawn(
            known, edits, drawn, drawn + 0.25, np.array([True, True, False])
        )
        self.assertAlmostEqual(figures.to_drawn_edited.value, 0.0)
        self.assertAlmostEqual(
            figures.to_drawn_reconstruction.value, 0.25, places=5
        )
        # Four of 17 rows go from white to black.
        self.assertAlmostEqual(
            figures.to_drawn_unedited.value, 2 * 4 / 17, places=2
        )
        self.assertEqual(figures.to_drawn_carried.n, 2)
        self.assertEqual(figures.reversal_l1, known.reversal_l1)
        nobody = np.zeros(3, bool)
        self.assertEqual(
            edit_quality.to_drawn(known, edits, drawn, drawn, nobody), known
        )


class FactorsMovedTest(absltest.TestCase):
    def test_counts_by_hand(self):
        factors = (
            manifest.Factor("glasses", ("no", "yes")),
            manifest.Factor("light"),
        )
        yes, no = [0.1, 0.9], [0.8, 0.2]
        before = [np.array([no, no, no]), np.array([[0.5], [0.5], [0.5]])]
        after = [np.array([yes, yes, no]), np.array([[0.55], [0.7], [0.5]])]

        moved = edit_quality.factors_moved(
            factors, before, after, ["glasses", "glasses", None]
        )

        # The glasses of the third image alone are not its edit's own.
        self.assertEqual(moved["glasses"].value, 0.0)
        self.assertEqual(moved["glasses"].n, 1)
        # Light is read within a tenth in the first, not in the second.
        self.assertAlmostEqual(moved["light"].value, 1 / 3)
        self.assertEqual(moved["light"].n, 3)

    def test_there_is_none_where_every_factor_is_its_own(self):
        factors = (manifest.Factor("light"),)
        read = [np.zeros((2, 1))]
        self.assertIsNone(
            edit_quality.factors_moved(factors, read, read, ["light"] * 2)
        )


if __name__ == "__main__":
    absltest.main()
