"""Tests of the first line of a report."""

import dataclasses

from absl.testing import absltest, parameterized

from stylex_tf.evaluation import record
from stylex_tf.report import cautions, verdict
from tests.report import report_samples

_EFFORT = verdict.Effort(
    images=2000,
    seen=28000,
    best=24000,
    smallest_share=0.15,
    smallest_share_of_ten=0.08,
)
_NOTHING = report_samples.explained(
    report_samples.class_findings(),
    report_samples.class_findings(class_index=0),
)


def _judge(shown=None, evaluation=None, warnings=(), effort=None):
    return verdict.judge(
        shown or report_samples.report_data().findings,
        evaluation or report_samples.evaluation(),
        warnings,
        effort,
    )


def _plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _warning(code):
    return cautions.Caution(code, "headline", "text")


class VerdictTest(parameterized.TestCase):
    def test_says_how_far_to_trust_it_with_two_figures(self):
        judged = _judge()

        self.assertEqual(judged.level, verdict.Level.GOOD)
        self.assertEqual(
            _plain(judged.figures),
            "reconstructions keep the classifier's decision in 97.4 % of "
            "1,000 unseen images, and all that is listed, moved together, "
            "turns 89 % of 962 decisions",
        )
        self.assertEmpty(judged.advice)

    def test_one_attribute_is_not_moved_together(self):
        judged = _judge(
            evaluation=report_samples.evaluation(sufficiency__flips=[0.4])
        )

        self.assertIn(
            "and the one attribute that is listed turns 40 % of",
            _plain(judged.figures),
        )

    @parameterized.parameters(
        ("agreement", verdict.Level.DOUBTFUL),
        ("label_swap", verdict.Level.DOUBTFUL),
        ("no_better_than_random", verdict.Level.DOUBTFUL),
        ("class_collapsed/cat", verdict.Level.DOUBTFUL),
        ("flip_rate", verdict.Level.PARTLY),
        ("second_classifier", verdict.Level.PARTLY),
        ("only_guesses", verdict.Level.PARTLY),
    )
    def test_a_warning_lowers_the_trust(self, code, level):
        judged = _judge(warnings=[_warning("flip_rate"), _warning(code)])

        self.assertEqual(judged.level, level)
        self.assertEqual(judged.warnings, 2)

    def test_what_was_not_measured_is_not_trusted(self):
        judged = _judge(evaluation=record.Evaluation())

        self.assertEqual(judged.level, verdict.Level.UNKNOWN)
        self.assertIn("was not measured", judged.figures)

    def test_names_the_strongest_and_counts_the_rest(self):
        views = [
            report_samples.attribute(
                rank, factor=None, mean_effect=4.0, share_flipped=share
            )
            for rank, share in enumerate((0.1, 0.5, 0.3, 0.2, 0.4), start=1)
        ]
        judged = _judge(
            report_samples.explained(report_samples.class_findings(*views))
        )

        self.assertEqual(
            [led.view.coordinate for led in judged.named], [502, 505, 503]
        )
        self.assertEqual(judged.more, 2)

    def test_names_no_attribute_twice_and_none_that_is_marked(self):
        strong = report_samples.attribute(1, factor="glasses")
        same = dataclasses.replace(
            report_samples.attribute(2, factor="glasses", mean_effect=3.0),
            share_flipped=0.2,
        )
        weak = report_samples.attribute(3, factor="hair", mean_effect=0.1)
        turns_nothing = report_samples.attribute(
            4, factor="hat", mean_effect=4.0, share_flipped=0.0
        )
        judged = _judge(
            report_samples.explained(
                report_samples.class_findings(
                    strong, same, weak, turns_nothing
                ),
                report_samples.class_findings(strong, class_index=0),
            )
        )

        self.assertEqual([led.view.coordinate for led in judged.named], [501])
        self.assertEqual(judged.more, 0)


class NothingListedTest(absltest.TestCase):
    def _advice(self, effort=_EFFORT):
        evaluation = report_samples.evaluation(
            significance__attributes=20.0, significance__significant=0.0
        )
        judged = _judge(_NOTHING, evaluation, effort=effort)
        self.assertEqual(judged.level, verdict.Level.NOTHING)
        self.assertEmpty(judged.named)
        return _plain(" ".join(judged.advice))

    def test_says_so_and_what_to_do_with_the_numbers_of_the_run(self):
        advice = self._advice()

        self.assertIn("The search handed on 20 attributes; on 250 ima", advice)
        self.assertIn(
            "of 250 images an attribute has to turn at least 15 %", advice
        )
        self.assertIn("ten times as many, 8 %", advice)
        self.assertIn(
            "it saw 28,000 images, each of 2,000 images about 14 times", advice
        )
        self.assertIn("was best after 24,000", advice)
        # What did not help any more is not advised.
        self.assertNotIn("Train longer", advice)

    def test_says_when_training_ended_too_early(self):
        advice = self._advice(dataclasses.replace(_EFFORT, best=28000))

        self.assertIn("Train longer: it saw 28,000 images", advice)
        self.assertIn("still getting better", advice)

    def test_says_when_no_attribute_could_have_been_told_from_chance(self):
        advice = self._advice(
            dataclasses.replace(_EFFORT, best=None, smallest_share=None)
        )

        self.assertIn("even an attribute that turns all of 250 images", advice)
        self.assertNotIn("score", advice)

    def test_without_numbers_it_invents_none(self):
        judged = _judge(_NOTHING, record.Evaluation())

        self.assertEqual(judged.level, verdict.Level.NOTHING)
        self.assertEmpty(judged.advice)


if __name__ == "__main__":
    absltest.main()
