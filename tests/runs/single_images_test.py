"""Tests of what would change the decision about one image."""

from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.attributes import carried_edit, selection
from stylex_tf.ops import preprocessing
from stylex_tf.runs import single_images
from tests.testing import linear_run


class SingleImagesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.run = linear_run.LinearRun(classes=3, relevant=[1, 4])
        self.explained = single_images.explain(
            self.run.trained, self.run.search_result
        )
        self.rows = [
            self.run.search_result.table.image_ids.index(explained.image_id)
            for explained in self.explained
        ]

    def test_every_class_has_its_turn(self):
        predictions = self.run.search_result.table.predictions
        classes = np.unique(predictions)

        self.assertCountEqual(predictions[self.rows[: len(classes)]], classes)
        self.assertCountEqual(self.rows, range(5))

    def test_leads_to_the_class_that_is_second(self):
        for explained, row in zip(self.explained, self.rows, strict=True):
            logits = self.run.search_result.table.base_logits[row]
            self.assertEqual(explained.target, np.argsort(-logits)[1])
            self.assertEqual(explained.decision, logits.argmax())

    def test_each_edit_by_itself_is_the_picture_of_that_edit(self):
        for explained, row in zip(self.explained, self.rows, strict=True):
            self.assertNotEmpty(explained.independent)
            effects = [edit.effect for edit in explained.independent]
            self.assertEqual(effects, sorted(effects, reverse=True))
            for edit in explained.independent:
                self._check(edit, row, explained.independent[:0])

    def test_edits_of_the_subset_stand_on_those_before(self):
        counts = set()
        for explained, row in zip(self.explained, self.rows, strict=True):
            counts.add(len(explained.subset))
            for index, edit in enumerate(explained.subset):
                self._check(edit, row, explained.subset[:index])
            # Edits of a linear world do not influence one another, so the
            # prediction from the table comes true.
            self.assertEqual(
                explained.flipped,
                self.run.probabilities(self._styles(row, explained.subset))[
                    0
                ].argmax()
                == explained.target,
            )
        self.assertGreater(max(counts), 0)

    def test_no_coordinate_is_there_twice(self):
        for explained in self.explained:
            coordinates = [edit.coordinate for edit in explained.independent]
            self.assertLen(set(coordinates), len(coordinates))

    def test_of_two_ends_that_help_the_better_is_shown(self):
        both = [
            selection.Attribute(3, 1, 2.0, 1.0),
            selection.Attribute(5, 0, 1.5, 1.0),
            selection.Attribute(3, 0, 1.0, 1.0),
        ]
        with mock.patch.object(selection, "independent", return_value=both):
            (explained, *_) = single_images.explain(
                self.run.trained, self.run.search_result
            )

        self.assertEqual(
            [
                (edit.coordinate, edit.direction)
                for edit in explained.independent
            ],
            [(3, 1), (5, 0)],
        )

    def test_edits_are_carried_onto_the_image(self):
        for explained, row in zip(self.explained, self.rows, strict=True):
            image = self.run.trained.held_out.searched.images[row]
            np.testing.assert_array_equal(explained.image, image)
            for edit in explained.independent:
                (carried,) = carried_edit.carry(
                    image[None],
                    explained.reconstruction[None],
                    edit.picture[None],
                )
                np.testing.assert_array_equal(edit.carried, carried)
                logits = self.run.world.classify(
                    preprocessing.to_float(carried[None])
                )
                np.testing.assert_allclose(
                    edit.probabilities_carried,
                    tf.nn.softmax(logits)[0],
                    rtol=1e-5,
                )

    def _styles(self, row, edits):
        styles = self.run.search_result.styles[row][None].copy()
        for edit in edits:
            styles[0, edit.coordinate] = 3 if edit.direction else -3
        return styles

    def _check(self, edit, row, before):
        styles = self._styles(row, (*before, edit))
        np.testing.assert_allclose(
            edit.probabilities, self.run.probabilities(styles)[0], rtol=1e-4
        )
        np.testing.assert_array_equal(
            edit.picture,
            preprocessing.to_uint8(self.run.world.generate(styles))[0],
        )


if __name__ == "__main__":
    absltest.main()
