"""Tests of what turning a knob shows."""

import dataclasses

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.ops import preprocessing
from stylex_tf.report import findings, layout
from stylex_tf.runs import demonstrating
from tests.testing import linear_run

_PLAN = layout.Layout(examples=2, places=4, measured=2)
_TARGET = 1


class DemonstrateTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.run = linear_run.LinearRun(relevant=[2])
        (self.attribute, *_) = self.run.search_result.by_class[_TARGET]
        predictions = self.run.search_result.table.predictions
        self.others = np.flatnonzero(predictions != _TARGET)
        self.examples = self.others[::-1][:2]

    def _shown(self, **changes):
        table, attribute = self.run.search_result.table, self.attribute
        ids = tuple(table.image_ids[row] for row in self.examples)
        empty = np.zeros((len(ids), 4, 4, 3), np.uint8)
        said = np.zeros((len(ids), 2))
        fields = dict(
            rank=1,
            coordinate=attribute.coordinate,
            layer="layer",
            channel=0,
            direction=attribute.direction,
            mean_effect=attribute.effect,
            sources=empty,
            edited=empty,
            probabilities_before=said,
            probabilities_after=said,
            image_ids=ids,
        )
        view = findings.AttributeView(**{**fields, **changes})
        class_findings = findings.ClassFindings(
            class_index=_TARGET,
            class_name="one",
            images=len(self.others),
            attributes=(view,),
        )
        return findings.Findings(
            class_names=("zero", "one"), classes=(class_findings,)
        )

    def _demonstrate(self, plan=_PLAN, **changes):
        return demonstrating.demonstrate(
            self.run.trained,
            self.run.search_result,
            self._shown(**changes),
            plan,
        )

    def _by_hand(self, rows, place):
        """Styles whose coordinate is at a place between -3 and 3."""
        styles = self.run.search_result.styles[rows].copy()
        styles[:, self.attribute.coordinate] = -3 + 6 * place
        return styles

    def test_goes_from_the_other_end_to_the_end_that_leads_to_the_class(self):
        self.assertEqual(self.attribute.direction, 1)
        shown = self._demonstrate()[_TARGET, 1]

        for index, place in enumerate((0, 1 / 3, 2 / 3, 1)):
            styles = self._by_hand(self.examples, place)
            said = self.run.probabilities(styles)
            np.testing.assert_allclose(
                shown.probabilities[:, index], said[:, _TARGET], rtol=1e-5
            )
            np.testing.assert_array_equal(
                shown.decided[:, index], said.argmax(axis=1) == _TARGET
            )
            np.testing.assert_array_equal(
                shown.frames[:, index],
                preprocessing.to_uint8(self.run.world.generate(styles)),
            )
        self.assertTrue(np.all(np.diff(shown.probabilities, axis=1) > 0))

    def test_turned_the_other_way_it_goes_the_other_way(self):
        up = self._demonstrate()[_TARGET, 1]
        down = self._demonstrate(direction=0)[_TARGET, 1]

        np.testing.assert_allclose(
            down.probabilities, up.probabilities[:, ::-1], rtol=1e-5
        )
        np.testing.assert_allclose(
            down.own_places, 1 - up.own_places, atol=1e-6
        )

    def test_knows_where_each_example_is_by_itself(self):
        shown = self._demonstrate()[_TARGET, 1]
        own = self.run.search_result.styles[
            self.examples, self.attribute.coordinate
        ]

        np.testing.assert_allclose(shown.own_places, (own + 3) / 6, rtol=1e-5)

    def test_the_knob_turns_the_photographs_too(self):
        pictures = preprocessing.to_uint8(
            self.run.world.generate(
                self.run.search_result.styles[self.examples]
            )
        ).numpy()
        shown = self._demonstrate(sources=pictures)[_TARGET, 1]

        photographs = self.run.trained.held_out.searched.images[self.examples]
        change = shown.frames.astype(int) - pictures[:, None]
        expected = np.clip(photographs[:, None] + change, 0, 255)
        np.testing.assert_array_equal(shown.carried.frames, expected)
        self.assertGreater(np.abs(expected - shown.frames).max(), 0)
        for place in range(_PLAN.places):
            logits = self.run.world.classify(
                preprocessing.to_float(expected[:, place].astype(np.uint8))
            )
            np.testing.assert_allclose(
                shown.carried.probabilities[:, place],
                tf.nn.softmax(logits)[:, _TARGET],
                rtol=1e-5,
            )
            np.testing.assert_array_equal(
                shown.carried.decided[:, place],
                tf.argmax(logits, axis=1) == _TARGET,
            )

    def test_a_page_without_room_turns_reconstructions_alone(self):
        plan = dataclasses.replace(_PLAN, carried_knob=False)

        self.assertIsNone(self._demonstrate(plan)[_TARGET, 1].carried)

    def test_responses_are_of_images_of_other_classes_picked_or_not(self):
        shown = self._demonstrate()[_TARGET, 1]

        said = self.run.probabilities(self._by_hand(self.others[:2], 2 / 3))
        np.testing.assert_allclose(
            shown.responses[:, 2], said[:, _TARGET], rtol=1e-5
        )

    def test_a_plan_without_knobs_turns_none(self):
        plan = layout.Layout(examples=1, places=0, measured=0)

        self.assertEmpty(self._demonstrate(plan))

    def test_an_attribute_without_examples_has_no_knob(self):
        nothing = np.zeros((0, 4, 4, 3), np.uint8)
        changes = dict(
            image_ids=(),
            sources=nothing,
            edited=nothing,
            probabilities_before=np.zeros((0, 2)),
            probabilities_after=np.zeros((0, 2)),
        )

        self.assertEmpty(self._demonstrate(**changes))


if __name__ == "__main__":
    absltest.main()
