"""Figures of truth, with a generator that draws the world itself.

Whoever draws what was asked for, and nothing else, reaches every ceiling.
"""

import dataclasses
import types
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.attributes import edit_space, selection
from stylex_tf.data.records import manifest, rule_kind
from stylex_tf.data.worlds import worlds
from stylex_tf.evaluation import first_edits, reconstruction
from stylex_tf.runs import measuring_truth, naming
from stylex_tf.search import model as model_lib
from tests.worlds import perfect_generator

_SIZE = 32
# What the styles of `faces` are: the value "yes" of the first two factors.
_GLASSES, _MOUTH = 1, 3


class _Perfect(perfect_generator.PerfectGenerator):
    """Reads, encodes and classifies whatever was drawn, without error."""

    def __init__(self):
        world = worlds.get("faces")
        super().__init__(world, _SIZE)
        # The world itself, of which every picture is remembered.
        self.world = dataclasses.replace(world, render=self._remember)
        self._plain = world.render

    def _remember(self, values, resolution):
        picture = self._plain(values, resolution)
        drawn = picture.astype(np.float32) / 127.5 - 1.0
        self._drawn[drawn.tobytes()] = np.array(values, np.float64)
        return picture

    def codes(self, values: np.ndarray) -> np.ndarray:
        """Styles in which "yes" wins, or does not, by its own coordinate."""
        styles = self.styles(values)
        styles[:, [_GLASSES - 1, _MOUTH - 1]] = 0.5
        return styles

    def encode(self, images: tf.Tensor) -> tf.Tensor:
        def read(batch):
            parts = self.predict(batch)
            values = [part.argmax(axis=1) for part in parts]
            return self.codes(np.stack(values, axis=1))

        styles = tf.numpy_function(read, [images], tf.float32)
        return tf.ensure_shape(styles, [None, self.ranges.size])

    def classify(self, images: tf.Tensor) -> tf.Tensor:
        """Class 1 has glasses or an open mouth."""
        styles = self.encode(images)
        score = tf.maximum(styles[:, _GLASSES], styles[:, _MOUTH]) - 0.5
        return tf.stack([-score, score], axis=1)

    def accuracy(self, images, factors):
        return {factor.name: 1.0 for factor in self.factors}


def _attributes(direction: int):
    return [
        selection.Attribute(coordinate, direction, 1.0, 0.0)
        for coordinate in (_GLASSES, _MOUTH)
    ]


class MeasuredTruthTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.perfect = _Perfect()
        self.enter_context(
            mock.patch.object(worlds, "get", lambda name: self.perfect.world)
        )
        random = np.random.default_rng(0)
        factors = np.stack(
            [
                random.integers(0, len(factor.values), 12)
                for factor in self.perfect.factors
            ],
            axis=1,
        ).astype(np.float64)
        # Glasses and mouth: neither, one, the other, both, three times each.
        factors[:, 0] = np.arange(12) % 2
        factors[:, 1] = np.arange(12) // 2 % 2
        self.styles = self.perfect.codes(factors)
        pictures = self.perfect.generate(tf.constant(self.styles)).numpy()
        logits = self.perfect.classify(tf.constant(pictures)).numpy()
        self.pictures = pictures
        self.rebuilt = reconstruction.Reconstruction(
            self.styles, logits, logits, np.zeros(12)
        )
        self.unseen = types.SimpleNamespace(
            images=np.round((pictures + 1) * 127.5).astype(np.uint8),
            factors=factors,
        )
        self.model = model_lib.Model(
            self.perfect.generate, self.perfect.classify
        )
        self.space = edit_space.EditSpace(self.perfect.ranges)
        self.by_class = {0: _attributes(0), 1: _attributes(1)}

    def _truth(self, source="faces", **facts):
        described = manifest.Manifest(
            source=source,
            resolution=_SIZE,
            class_names=("neither", "one"),
            factors=self.perfect.factors,
            **(
                facts
                or {
                    "rule": rule_kind.RuleKind.ANY,
                    "causes": ("glasses", "open_mouth"),
                }
            ),
        )
        trained = types.SimpleNamespace(
            dataset=types.SimpleNamespace(manifest=described),
            settings=types.SimpleNamespace(
                seed=0, attributes=types.SimpleNamespace(batch_size=5)
            ),
            held_out=types.SimpleNamespace(unseen=self.unseen),
            stylex=types.SimpleNamespace(
                model=self.model,
                encode=self.perfect.encode,
                generate=self.perfect.generate,
                classify=self.perfect.classify,
            ),
        )
        result = types.SimpleNamespace(
            by_class=self.by_class,
            ranked=self.by_class[1],
            table=types.SimpleNamespace(space=self.space, num_classes=2),
        )
        namer = naming.Namer(trained, result, self.rebuilt, self.perfect)
        return measuring_truth.Truth(trained, result, self.rebuilt, namer)

    def _edits(self):
        return first_edits.make(
            self.model,
            self.space,
            self.rebuilt,
            self.unseen.images,
            self.by_class,
            batch_size=5,
        )

    def test_attributes_are_what_was_planted(self):
        figures = self._truth().figures(self.pictures)
        self.assertEqual(figures.recall_at["listed"].value, 1.0)
        self.assertEqual(figures.precision_at["listed"].value, 1.0)
        self.assertEqual(figures.sign_accuracy.value, 1.0)
        self.assertAlmostEqual(figures.purity.value, 1.0)
        self.assertAlmostEqual(figures.leakage.value, 0.0)
        self.assertEqual(figures.factor_agreement["skin"].value, 1.0)
        # All of the unseen images, and so it says.
        self.assertEqual(figures.images_judged.value, 12)
        self.assertEqual(figures.factor_agreement["skin"].n, 12)
        # That is of attributes, not images.
        self.assertEqual(figures.purity.of, "attributes")
        self.assertLess(figures.purity.n, 12)

    def test_the_ceiling_of_flips_by_hand(self):
        curve = self._truth().ceiling()
        # Three have neither: glasses make all class 1. In the nine others the
        # three with glasses alone lose the class with the first, all with
        # both.
        self.assertEqual(curve.values, (6 / 12, 1.0))
        self.assertEqual(curve.n, 12)

    def test_first_edits_are_the_drawn_counterfactuals(self):
        measured = self._truth().edits(self._edits())
        self.assertLess(measured.reversal_l1.value, 1e-6)
        self.assertEqual(measured.collateral_change.value, 0.0)
        self.assertEqual(measured.collateral_factors["skin"].value, 0.0)
        self.assertNotIn("glasses", measured.collateral_factors)
        # Six can be led by their glasses alone.
        self.assertEqual(measured.to_drawn_edited.n, 6)
        self.assertLess(measured.to_drawn_edited.value, 1e-6)
        # The faint rims of the glasses are no part of a carried edit.
        self.assertLess(
            measured.to_drawn_carried.value,
            measured.to_drawn_unedited.value / 4,
        )
        self.assertLess(measured.to_drawn_reconstruction.value, 1e-6)
        self.assertGreater(measured.to_drawn_unedited.value, 0.005)

    def test_an_edit_of_no_cause_has_no_drawn_counterfactual(self):
        # Hair: the first value is coordinate 6.
        hair = [selection.Attribute(6, 1, 1.0, 0.0)]
        self.by_class = {0: hair, 1: hair}
        truth, edits = self._truth(), self._edits()
        self.assertIsNone(truth.edits(edits).to_drawn_edited)
        self.assertEmpty(truth.drawn_of(edits))
        self.assertEqual(truth.ceiling().values, (0.0,))
        # And its change stays where hair is drawn.
        self.assertEqual(truth.edits(edits).collateral_change.value, 0.0)

    def test_of_random_labels_nothing_is_drawn(self):
        truth = self._truth(rule=rule_kind.RuleKind.RANDOM)
        self.assertIsNone(truth.ceiling())
        self.assertIsNone(truth.drawn_of(self._edits()))
        self.assertIsNone(truth.figures(self.pictures).recall_at)

    def test_photographs_with_factors_get_what_needs_no_drawing(self):
        truth = self._truth("my photographs", rule="")
        figures, edits = truth.figures(self.pictures), self._edits()
        self.assertAlmostEqual(figures.purity.value, 1.0)
        self.assertEqual(figures.regressor_accuracy["hair"].value, 1.0)
        self.assertIsNone(figures.recall_at)
        self.assertIsNone(figures.leakage)
        self.assertIsNone(figures.causal_effects)
        self.assertIsNone(truth.ceiling())
        self.assertIsNone(truth.drawn_of(edits))
        measured = truth.edits(edits)
        self.assertEqual(measured.collateral_factors["skin"].value, 0.0)
        self.assertIsNone(measured.to_drawn_carried)
        self.assertEqual(truth.edits(None).reversal_l1, None)


if __name__ == "__main__":
    absltest.main()
