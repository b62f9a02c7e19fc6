"""Tests of the warnings: each appears exactly when it should."""

import dataclasses

from absl.testing import absltest, parameterized

from stylex_tf.evaluation import figure, record
from stylex_tf.report import cautions
from tests.report import report_samples

_CAUSES = ("glasses", "open_mouth")


def _codes(evaluation=None, findings=None, causes=_CAUSES):
    if evaluation is None:
        evaluation = report_samples.evaluation()
    if findings is None:
        findings = report_samples.report_data().findings
    told = cautions.find(evaluation, findings, causes)
    return [caution.code for caution in told]


class CautionsTest(parameterized.TestCase):
    def test_a_good_run_has_none(self):
        self.assertEmpty(_codes())

    @parameterized.named_parameters(
        dict(
            testcase_name="label_swap",
            path="sufficiency__label_swap",
            fine=0.2,
            wrong=0.21,
            code="label_swap",
        ),
        dict(
            testcase_name="label_swap_not_measured",
            path="sufficiency__label_swap",
            fine=0.0,
            wrong=None,
            code="label_swap_unknown",
        ),
        dict(
            testcase_name="only_guesses",
            path="classifier__guessing_p",
            fine=0.009,
            wrong=0.01,
            code="only_guesses",
        ),
        dict(
            testcase_name="agreement",
            path="reconstruction__agreement",
            fine=0.9,
            wrong=0.89,
            code="agreement",
        ),
        dict(
            testcase_name="factor_agreement",
            path="ground_truth__factor_agreement",
            fine={"glasses": 0.95, "hair": 0.9},
            wrong={"glasses": 0.95, "hair": 0.89},
            code="factor_agreement",
        ),
        dict(
            testcase_name="regressor_accuracy",
            path="ground_truth__regressor_accuracy",
            fine={"glasses": 0.99, "hair": 0.95},
            wrong={"glasses": 0.99, "hair": 0.94},
            code="regressor_accuracy",
        ),
        dict(
            testcase_name="flip_rate",
            path="sufficiency__flips",
            fine=[0.1, 0.5],
            wrong=[0.1, 0.49],
            code="flip_rate",
        ),
        dict(
            testcase_name="flip_rate_of_one_class",
            path="sufficiency__by_target",
            fine={"1": {"values": [0.3, 0.5], "n": 9}},
            wrong={"1": {"values": [0.3, 0.4], "n": 9}},
            code="flip_rate",
        ),
        dict(
            testcase_name="second_classifier",
            path="sufficiency__second",
            fine=[0.3, 0.63],
            wrong=[0.3, 0.62],
            code="second_classifier",
        ),
        dict(
            testcase_name="random_coordinates",
            path="sufficiency__random",
            fine=[0.9, 0.88],
            wrong=[0.0, 0.89],
            code="no_better_than_random",
        ),
    )
    def test_appears_beyond_its_limit_alone(self, path, fine, wrong, code):
        self.assertEmpty(_codes(report_samples.evaluation(**{path: fine})))
        self.assertEqual(
            _codes(report_samples.evaluation(**{path: wrong})), [code]
        )

    def test_a_class_is_named_only_where_it_is_no_chance(self):
        def codes(*shares: figure.Figure) -> list[str]:
            by_class = {str(k): share for k, share in enumerate(shares)}
            return _codes(
                report_samples.evaluation(
                    reconstruction__agreement_by_class=by_class
                )
            )

        good = figure.Figure(0.99, 100, (0.95, 1.0))
        self.assertEmpty(codes(good, figure.Figure(0.5, 2, (0.1, 0.9))))
        self.assertEqual(
            codes(good, figure.Figure(0.7, 100, (0.6, 0.78))), ["agreement"]
        )

    def test_a_second_classifier_that_may_guess_is_no_witness(self):
        def codes(low: float) -> list[str]:
            return _codes(
                report_samples.evaluation(
                    classifier__largest_class=figure.Figure(0.6, 58),
                    classifier__second_accuracy=figure.Figure(
                        0.7, 58, (low, 0.8)
                    ),
                    sufficiency__second=[0.1, 0.2],
                )
            )

        self.assertEqual(codes(0.59), ["second_guesses"])
        # One that knows something may be asked.
        self.assertEqual(codes(0.61), ["second_classifier"])

    def test_what_was_not_measured_raises_nothing_but_the_missing_swap(self):
        agreement = record.Reconstruction(agreement=figure.Figure(0.99, 5))

        self.assertEmpty(_codes(record.Evaluation()))
        self.assertEqual(
            _codes(record.Evaluation(reconstruction=agreement)),
            ["label_swap_unknown"],
        )

    def test_a_generator_that_is_never_told_the_label_needs_no_swap(self):
        changes = {"sufficiency__label_swap": None}

        self.assertEmpty(
            _codes(
                report_samples.evaluation(
                    run__config={"model": {"conditioning": "none"}}, **changes
                )
            )
        )
        self.assertEqual(
            _codes(
                report_samples.evaluation(
                    run__config={"model": {"conditioning": "dropout"}},
                    **changes,
                )
            ),
            ["label_swap_unknown"],
        )

    def test_names_the_class_that_is_seldom_reached(self):
        evaluation = report_samples.evaluation(
            sufficiency__by_target={
                "0": {"values": [0.97], "n": 480},
                "1": {"values": [0.0], "n": 482},
            }
        )

        (caution,) = cautions.find(
            evaluation, report_samples.report_data().findings
        )

        self.assertIn("towards “glasses or open mouth”", caution.text)
        self.assertNotIn("neither", caution.text)

    def test_names_the_factors_that_are_lost_and_no_others(self):
        evaluation = report_samples.evaluation(
            ground_truth__factor_agreement={
                "glasses": 0.61,
                "open_mouth": 0.88,
                "skin": 0.95,
            }
        )

        (caution,) = cautions.find(
            evaluation, report_samples.report_data().findings
        )

        self.assertRegex(caution.text, "glasses .61.%. and open mouth .88.%.")
        self.assertNotIn("skin", caution.text)

    def test_a_class_without_attributes_says_so(self):
        findings = report_samples.explained(
            report_samples.class_findings(
                report_samples.attribute(1),
                report_samples.attribute(2, factor="open_mouth"),
            ),
            report_samples.class_findings(class_index=0),
        )

        (caution,) = cautions.find(report_samples.evaluation(), findings)

        self.assertEqual(caution.code, "no_attributes")
        self.assertIn("neither", caution.headline)
        self.assertIn("118 images", caution.text)

    def test_of_classes_that_all_have_none_there_is_one_warning(self):
        findings = report_samples.explained(
            report_samples.class_findings(),
            report_samples.class_findings(class_index=0),
        )

        (caution,) = cautions.find(report_samples.evaluation(), findings)

        self.assertEqual(caution.code, "no_attributes")
        self.assertIn("any class", caution.headline)
        self.assertIn("towards a class, and away from it", caution.text)

    def test_of_attributes_that_matter_only_together_it_is_said(self):
        of_class = report_samples.class_findings(report_samples.attribute(1))
        findings = report_samples.explained(
            dataclasses.replace(of_class, together=report_samples.together(2)),
            report_samples.class_findings(
                report_samples.attribute(1), class_index=0
            ),
        )

        (caution,) = [
            caution
            for caution in cautions.find(report_samples.evaluation(), findings)
            if caution.code == "only_together"
        ]

        self.assertIn(f"“{of_class.class_name}” no attribute", caution.text)

    def test_edits_beyond_the_range_say_so(self):
        classes = report_samples.report_data().findings.classes

        self.assertEqual(
            _codes(findings=report_samples.explained(*classes, shift_size=2)),
            ["shift_size"],
        )
        self.assertEmpty(
            _codes(findings=report_samples.explained(*classes, shift_size=0.5))
        )

    def test_a_planted_cause_that_no_attribute_moves_is_named(self):
        findings = report_samples.explained(
            report_samples.class_findings(
                report_samples.attribute(1, factor="glasses")
            )
        )

        (caution,) = cautions.find(
            report_samples.evaluation(),
            findings,
            ("glasses", "mouth=smile"),
        )

        self.assertEqual(caution.code, "missed_cause")
        self.assertIn("mouth=smile", caution.text)
        self.assertNotIn("glasses", caution.text)

    def test_a_cause_with_a_value_is_found_by_its_factor(self):
        self.assertEmpty(_codes(causes=("open_mouth=open",)))

    def test_no_cause_is_called_missed_where_nobody_looked(self):
        findings = report_samples.explained(
            report_samples.class_findings(
                report_samples.attribute(1, factor=None)
            )
        )
        unknown = report_samples.evaluation(without=["ground_truth"])

        self.assertEmpty(_codes(unknown, findings))
        self.assertEqual(_codes(findings=findings), ["missed_cause"])


if __name__ == "__main__":
    absltest.main()
