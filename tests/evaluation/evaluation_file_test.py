"""Tests of `evaluation.json`."""

import dataclasses
import json
import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.evaluation import evaluation_file, figure, record
from tests.evaluation import evaluation_samples

# What an earlier version wrote, cut to one of each kind.
_EARLIER = {
    "classifier": {"accuracy": 0.9, "calibration_error": None, "images": 50},
    "reconstruction": {
        "agreement": 0.8,
        "extractor": "small_cnn",
        "cycles": {
            "1": {"agreement": 0.8, "l1": 0.1},
            "10": {"agreement": 0.7, "l1": 0.2},
        },
        "images": 40,
    },
    "sufficiency": {
        "flip_rate": [0.1] * 9 + [0.5],
        "interval": [[0.0, 0.2]] * 9 + [[0.4, 0.6]],
        "images": 30,
        "by_target": {"1": {"flip_rate": [0.3] * 10, "images": 12}},
        "baselines": {
            "random": [0.0] * 10,
            "wu": None,
            "no_classification_loss": [0.2] * 10,
            "label_swap": None,
        },
        "second_classifier": {
            "agreement": 0.9,
            "flip_rate": [0.4] * 10,
            "images": 27,
        },
    },
    "significance": {
        "classifier_p_value": 0.001,
        "significant": 3,
        "level": 0.01,
        "images": 20,
    },
    "ground_truth": {
        "recall_at": {"4": 1.0, "6": None},
        "purity": 0.7,
        "factor_agreement": {"glasses": 0.9},
        "causal_effects": None,
        "images": 40,
    },
    "run": {"config": {"seed": 1}, "seconds": 3.5, "images_seen": 10},
}


class EvaluationFileTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir(), "evaluation.json")

    def test_the_sample_has_every_figure(self):
        for section in dataclasses.fields(record.Evaluation):
            values = getattr(evaluation_samples.whole(), section.name)
            for field in dataclasses.fields(values):
                with self.subTest(f"{section.name}.{field.name}"):
                    self.assertIsNotNone(getattr(values, field.name))

    @parameterized.parameters(evaluation_samples.whole(), record.Evaluation())
    def test_what_is_written_is_read_back(self, evaluation):
        evaluation_file.write(evaluation, self.path)

        self.assertEqual(evaluation_file.read(self.path), evaluation)
        self.assertEqual(
            json.loads(self.path.read_text())["format"], evaluation_file.FORMAT
        )

    def test_a_number_never_stands_without_its_images(self):
        values = evaluation_file.to_dict(evaluation_samples.whole())

        self.assertEqual(
            values["classifier"]["accuracy"],
            {
                "value": 0.987,
                "n": 120,
                "interval": None,
                "draws": None,
                "of": "images",
            },
        )
        del values["classifier"]["accuracy"]["n"]
        with self.assertRaisesRegex(ValueError, "classifier.accuracy.n"):
            evaluation_file.from_dict(values)

    def test_a_figure_that_does_not_say_what_it_counts_counts_images(self):
        # As every file did before attributes and causes were counted.
        values = evaluation_file.to_dict(evaluation_samples.whole())
        truth = values["ground_truth"]
        self.assertEqual(truth["purity"]["of"], "attributes")
        del truth["purity"]["of"], truth["images_judged"]
        read = evaluation_file.from_dict(values).ground_truth
        self.assertEqual(read.purity.of, "images")
        self.assertIsNone(read.images_judged)

    @parameterized.parameters(
        ({"classifier": {"accuracy": 1.5}}, "accuracy.*expected 0.0 to 1.0"),
        ({"reconstruction": {"ssim": -2.0}}, "ssim.*expected -1.0 to 1.0"),
        ({"reconstruction": {"l1": -0.1}}, "l1.*expected 0.0 to inf"),
        ({"reconstruction": {"l1": "far"}}, "reconstruction.l1"),
        ({"ground_truth": {"factor_agreement": {"a": 2.0}}}, "agreement.a"),
        ({"sufficiency": {"flip_rate": [2.0]}}, "sufficiency.flips"),
    )
    def test_refuses_and_names_what_is_wrong(self, values, message):
        with self.assertRaisesRegex(errors.EvaluationError, message):
            evaluation_file.from_dict(values)

    def test_what_cannot_be_is_not_written(self):
        wrong = record.Evaluation(
            classifier=record.Classifier(accuracy=figure.Figure(1.5, 3))
        )

        with self.assertRaisesRegex(
            ValueError, "classifier.accuracy"
        ) as caught:
            evaluation_file.write(wrong, self.path)
        # Not a person's mistake: it keeps its traceback.
        self.assertNotIsInstance(caught.exception, errors.UserError)
        self.assertFalse(self.path.exists())

    @parameterized.parameters(
        ("[]", "found a list; expected an object"),
        ("{", "not JSON"),
        ('{"format": 3}', "format is 3; expected at most 2"),
    )
    def test_a_file_that_is_none_is_named(self, content, message):
        self.path.write_text(content)

        with self.assertRaisesRegex(
            errors.EvaluationError, f"evaluation.json: {message}"
        ):
            evaluation_file.read(self.path)

    def test_a_missing_file_is_named(self):
        with self.assertRaisesRegex(errors.EvaluationError, "no such file"):
            evaluation_file.read(self.path)


class EarlierLayoutTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.evaluation = evaluation_file.from_dict(_EARLIER)

    def test_every_figure_takes_the_images_of_its_section(self):
        self.assertEqual(
            self.evaluation.classifier,
            record.Classifier(
                accuracy=figure.Figure(0.9, 50),
                guessing_p=figure.Figure(0.001, 20),
            ),
        )
        self.assertEqual(
            self.evaluation.reconstruction,
            record.Reconstruction(
                agreement=figure.Figure(0.8, 40),
                agreement_cycled=figure.Figure(0.7, 40),
                l1_cycled=figure.Figure(0.2, 40),
                extractor="small_cnn",
            ),
        )

    def test_everything_that_mattered_was_listed(self):
        self.assertEqual(
            self.evaluation.significance.listed, figure.Figure(3.0, 20)
        )

    def test_flips_and_their_baselines(self):
        sufficiency = self.evaluation.sufficiency
        self.assertEqual(
            sufficiency.flips.last(), figure.Figure(0.5, 30, (0.4, 0.6))
        )
        self.assertEqual(
            sufficiency.by_target["1"].at(1), figure.Figure(0.3, 12)
        )
        self.assertEqual(sufficiency.random.n, 30)
        self.assertIsNone(sufficiency.wu)
        self.assertIsNone(sufficiency.label_swap)
        self.assertEqual(sufficiency.second.n, 27)
        self.assertEqual(sufficiency.second_agreement, figure.Figure(0.9, 30))
        # Another run's, which does not say of how many.
        self.assertIsNone(sufficiency.no_classification_loss.n)

    def test_truth_of_searched_images_does_not_claim_the_unseen_ones(self):
        truth = self.evaluation.ground_truth
        self.assertEqual(truth.recall_at, {"4": figure.Figure(1.0, None)})
        self.assertEqual(truth.purity, figure.Figure(0.7, None))
        self.assertEqual(
            truth.factor_agreement, {"glasses": figure.Figure(0.9, 40)}
        )

    def test_what_it_does_not_have_was_not_measured(self):
        self.assertEqual(self.evaluation.edits, record.Edits())
        self.assertEqual(self.evaluation.realism, record.Realism())
        self.assertEqual(self.evaluation.run.seconds, 3.5)
        self.assertIsNone(self.evaluation.run.class_names)


if __name__ == "__main__":
    absltest.main()
