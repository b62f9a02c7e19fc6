"""Tests of the figures of a run, on a world whose answers are known."""

import copy
import dataclasses
import types
from unittest import mock

import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import selection
from stylex_tf.evaluation import record
from stylex_tf.ops import preprocessing
from stylex_tf.runs import evaluating, listing, second_opinion
from tests.evaluation import evaluation_samples
from tests.testing import linear_run

# The only coordinate that the classifier reads: class 1 where it is above 0.
_CAUSE = 2
_IDLE = 4
_IMAGES = 60


def _styles(seed: int) -> np.ndarray:
    styles = np.random.default_rng(seed).normal(size=(_IMAGES, 9))
    return styles.astype(np.float32)


class EvaluateTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run = linear_run.LinearRun(relevant=[_CAUSE])
        cls.trained, cls.searched = run.trained, run.search_result
        world = run.world
        stylex, held_out = cls.trained.stylex, cls.trained.held_out
        stylex.model, stylex.step, stylex.swap_label = world.model, 7, None
        stylex.style_space = types.SimpleNamespace(
            size=world.searched, total=world.total
        )
        sets = {}
        for seed, name in enumerate(("tested", "unseen", "train"), start=1):
            images = preprocessing.to_uint8(world.generate(_styles(seed)))
            logits = world.classify(preprocessing.to_float(images)).numpy()
            sets[name] = types.SimpleNamespace(
                images=images.numpy(),
                ids=tuple(f"{name} {n}" for n in range(_IMAGES)),
                labels=logits.argmax(axis=1),
            )
        held_out.tested, held_out.unseen = sets["tested"], sets["unseen"]
        # Every tenth label is another than what the classifier says.
        held_out.unseen.labels[::10] ^= 1
        cls.trained.dataset = types.SimpleNamespace(
            manifest=types.SimpleNamespace(
                labelled=True, source="a folder", factors=(), rule=""
            ),
            load=lambda split, limit=None: sets[split],
        )
        cls.trained.classifier = types.SimpleNamespace(
            class_names=("zero", "one")
        )
        cls.opinion = second_opinion.SecondOpinion(
            classify=world.classify,
            features=lambda images: [images],
            extractor="pixels",
        )
        # Beside what the search found, an attribute that does nothing.
        cls.idle = selection.Attribute(
            coordinate=_IDLE, direction=1, effect=0.1, share=0.1
        )
        (first, *_) = cls.searched.by_class[1]
        cls.listed = dataclasses.replace(
            cls.searched, by_class={1: [first, cls.idle]}, ranked=[first]
        )
        cls.shown, cls.verdict = listing.find(cls.trained, cls.listed)
        cls.evaluation = cls._evaluate()

    @classmethod
    def _evaluate(cls, ablation: record.Evaluation | None = None):
        return evaluating.evaluate(
            cls.trained,
            cls.searched,
            evaluating.rebuild(cls.trained, cls.opinion),
            cls.verdict,
            cls.opinion,
            None,
            ablation=ablation,
            seconds=2.5,
        )

    def test_what_the_classifier_reads_is_significant_and_nothing_else(self):
        (first, _) = self.listed.by_class[1]
        self.assertEqual((first.coordinate, first.direction), (_CAUSE, 1))
        self.assertSequenceEqual(self.verdict.significant[1], [True, False])
        self.assertEqual(self.verdict.images, _IMAGES)

    def test_what_does_nothing_is_not_listed(self):
        self.assertEqual(self.shown.by_class, {1: self.listed.by_class[1][:1]})

    def test_the_list_ends_where_the_rest_turns_no_further_decision(self):
        # Class 1 is where the sum of the two is above 0: each alone goes so
        # far that it turns every image.
        run = linear_run.LinearRun(relevant=[_CAUSE, _IDLE])
        trained = copy.copy(self.trained)
        trained.stylex = copy.copy(trained.stylex)
        trained.stylex.model = run.world.model
        for redundant, count in ((False, 1), (True, 2)):
            trained.settings = dataclasses.replace(
                trained.settings,
                attributes=dataclasses.replace(
                    trained.settings.attributes, redundant=redundant
                ),
            )
            shown, verdict = listing.find(trained, self.listed)
            self.assertEqual(verdict.significant, {1: [True, True]})
            self.assertEqual(
                shown.by_class, {1: self.listed.by_class[1][:count]}
            )

    def test_the_tests_are_counted(self):
        counted = self.evaluation.significance
        listed = sum(map(len, self.searched.by_class.values()))
        self.assertEqual(counted.listed.value, listed)
        self.assertEqual(counted.attributes.value, 2)
        self.assertEqual(counted.significant.value, 1)
        self.assertEqual(counted.attributes.n, _IMAGES)

    def test_the_attribute_turns_every_decision_and_random_ones_few(self):
        figures = self.evaluation.sufficiency
        self.assertEqual(figures.flips.values[0], 1.0)
        self.assertEqual(figures.carried.values[0], 1.0)
        self.assertLess(figures.random.values[0], 0.5)
        self.assertIsNone(figures.no_classification_loss)

    def test_the_classifier_is_measured_on_the_unseen_images(self):
        labels = self.trained.held_out.unseen.labels
        figures = self.evaluation.classifier
        self.assertAlmostEqual(figures.accuracy.value, 0.9)
        self.assertEqual(figures.accuracy.n, _IMAGES)
        self.assertAlmostEqual(
            figures.largest_class.value, np.bincount(labels).max() / _IMAGES
        )

    def test_the_second_classifier_is_measured_there_too(self):
        always_wrong = dataclasses.replace(
            self.opinion,
            classify=lambda images: -self.trained.stylex.classify(images),
        )
        with mock.patch.object(type(self), "opinion", always_wrong):
            figures = self._evaluate().classifier
        self.assertAlmostEqual(figures.second_accuracy.value, 0.1)
        self.assertEqual(figures.second_accuracy.n, _IMAGES)
        self.assertAlmostEqual(figures.accuracy.value, 0.9)

    def test_without_labels_nobody_knows_how_good_the_classifier_is(self):
        manifest = self.trained.dataset.manifest
        manifest.labelled = False
        self.addCleanup(setattr, manifest, "labelled", True)
        self.assertEqual(self._evaluate().classifier, record.Classifier())

    def test_the_reconstructions_of_an_exact_encoder_agree(self):
        figures = self.evaluation.reconstruction
        self.assertGreater(figures.agreement.value, 0.95)
        self.assertLess(figures.l1.value, figures.l1_pca.value)
        self.assertEqual(figures.extractor, "pixels")

    def test_without_known_factors_there_is_no_ground_truth(self):
        self.assertEqual(self.evaluation.ground_truth, record.GroundTruth())
        self.assertIsNone(self.evaluation.edits.collateral_factors)

    def test_the_run_says_what_was_run(self):
        run = self.evaluation.run
        batch_size = self.trained.settings.training.batch_size
        self.assertEqual(run.images_seen, 7 * batch_size)
        self.assertEqual(run.seconds, 2.5)
        self.assertEqual(run.class_names, ("zero", "one"))

    def test_the_flips_of_an_ablation_stand_beside(self):
        ablation = evaluation_samples.whole()
        self.assertEqual(
            self._evaluate(ablation).sufficiency.no_classification_loss,
            ablation.sufficiency.flips,
        )


if __name__ == "__main__":
    absltest.main()
