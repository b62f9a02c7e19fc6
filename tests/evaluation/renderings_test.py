"""Tests of the table as text and as Markdown."""

from absl.testing import absltest

from stylex_tf.evaluation import figure, record, renderings, row_list
from tests.evaluation import evaluation_samples

_FLIPS = """\
Decisions flipped, top 1               value   images  95 % interval
  flips                                 10 %      120  5 % to 20 %
  each target class, lowest             10 %      120  5 % to 20 %
    towards neither                     10 %      120  5 % to 20 %
    towards glasses                     20 %       30
  the factors themselves, drawn         10 %      120  5 % to 20 %
  random coordinates                     0 %      120  0 % to 30 %, 5 draws
  Wu et al.'s ranking                   10 %      120  5 % to 20 %
"""
_TRUTH = """\
Against the truth                      value   images  95 % interval
  images judged                          120      120
  recall, first 4                       50 %           of 2 causes
  recall, all listed                    50 %           of 2 causes
  precision, first 4                   100 %           of 1 attribute
"""
_SMALL = """\
Classifier                             value   images  95 % interval
  accuracy                              90 %       10
  not measured: share of the largest class; p of mere guessing; calibration
    error; accuracy, second classifier

Reconstructions
  not measured: agreement; label-only swap flips;"""


def _small() -> record.Evaluation:
    return record.Evaluation(
        classifier=record.Classifier(accuracy=figure.Figure(0.9, 10))
    )


class TextTest(absltest.TestCase):
    maxDiff = None

    def test_a_group_is_a_table(self):
        printed = renderings.text(evaluation_samples.whole())
        self.assertIn(_FLIPS, printed)
        self.assertIn(_TRUTH, printed)
        self.assertIn("  seconds                              1,090\n", printed)

    def test_says_what_was_not_measured(self):
        self.assertStartsWith(renderings.text(_small()), _SMALL)

    def test_has_every_line(self):
        evaluation = evaluation_samples.whole()
        printed = renderings.text(evaluation)
        for group in row_list.fill(evaluation):
            for line in group.lines:
                self.assertIn(f" {line.name} ", printed)

    def test_fits_a_terminal(self):
        for evaluation in (evaluation_samples.whole(), record.Evaluation()):
            for line in renderings.text(evaluation).splitlines():
                self.assertLessEqual(len(line), 80)

    def test_headlines_never_show_agreement_alone(self):
        agreement = record.Reconstruction(agreement=figure.Figure(0.9, 10))
        headlines = dict(
            renderings.headlines(record.Evaluation(reconstruction=agreement))
        )
        self.assertEqual(
            headlines["Reconstructions: agreement"], "90 %, 10 images"
        )
        for name in ("label-only swap flips", "factor agreement"):
            self.assertEqual(
                headlines[f"Reconstructions: {name}"], "not measured"
            )
        self.assertNotIn("Against the truth: recall, first 4", headlines)

    def test_headlines_show_every_target_class(self):
        headlines = dict(renderings.headlines(evaluation_samples.whole()))
        self.assertEqual(
            headlines["Decisions flipped, top 1: towards glasses"],
            "20 %, 30 images",
        )
        self.assertNotIn(
            "Decisions flipped, top 1: each target class, lowest", headlines
        )
        self.assertIn("Reconstructions: factor agreement, lowest", headlines)
        self.assertNotIn("Reconstructions: open mouth", headlines)
        self.assertEqual(
            headlines["Against the truth: recall, first 4"], "50 %, 2 causes"
        )


class MarkdownTest(absltest.TestCase):
    def test_one_column_a_run(self):
        lines = renderings.compare(
            {"one": _small(), "other": record.Evaluation()}
        ).splitlines()

        self.assertEqual(lines[0], "| | `one` | `other` |")
        self.assertIn("| accuracy | 90 % (10) | - |", lines)
        self.assertIn("| **Classifier** | | |", lines)

    def test_a_line_that_one_run_alone_has(self):
        compared = renderings.compare(
            {"one": record.Evaluation(), "other": evaluation_samples.whole()}
        )
        self.assertIn("| - open mouth | - | 25 % (120) |", compared)
        self.assertIn("| recall, first 4 | - | 50 % (2 causes) |", compared)

    def test_defines_every_row(self):
        defined = renderings.definitions()
        for group in row_list.groups(record.Evaluation()):
            for row in group.rows:
                self.assertIn(f"| {row.name} | {row.unit.value} ", defined)


if __name__ == "__main__":
    absltest.main()
