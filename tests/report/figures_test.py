"""Tests of the table of figures."""

from absl.testing import absltest

from stylex_tf.report import figures
from tests.report import report_samples


def _rows(evaluation, causes=()):
    return {
        figure.name: figure
        for group in figures.tabulate(
            evaluation, report_samples.CLASS_NAMES, causes
        )
        for figure in group.figures
    }


def _plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


class TabulateTest(absltest.TestCase):
    def test_every_measured_figure_has_its_number_of_images(self):
        rows = _rows(report_samples.evaluation())

        self.assertEqual(_plain(rows["Accuracy"].value), "98.7 %")
        self.assertEqual(rows["Accuracy"].images, 1200)
        self.assertEqual(_plain(rows["Agreement"].value), "97.4 %")
        self.assertEqual(rows["Agreement"].images, 1000)
        self.assertEqual(rows["Mean L1"].value, "0.061")
        self.assertEqual(rows["Flip rate, top 10"].images, 962)
        self.assertEqual(rows["Purity"].images, 800)
        for name, row in rows.items():
            self.assertIsNotNone(row.images, name)

    def test_agreement_stands_with_label_swap_and_factor_agreement(self):
        rows = _rows(report_samples.evaluation(), ("open_mouth=open",))

        self.assertEqual(_plain(rows["Label-only swap"].value), "1.2 %")
        lowest = rows["Factor agreement, lowest"]
        self.assertEqual(_plain(lowest.value), "96.8 %")
        self.assertEqual(
            _plain(lowest.beside),
            "glasses 98.1 %, open mouth 96.8 % (planted cause)",
        )

    def test_says_what_was_not_measured_beside_agreement(self):
        rows = _rows({"reconstruction": {"agreement": 0.99, "images": 5}})

        self.assertEqual(rows["Label-only swap"].value, figures.NOT_MEASURED)
        self.assertEqual(rows["Factor agreement"].value, figures.NOT_MEASURED)
        self.assertIn("not known", rows["Factor agreement"].meaning)

    def test_says_where_the_swap_does_not_apply(self):
        row = _rows(
            report_samples.evaluation(
                sufficiency__baselines__label_swap=None,
                run__config={"model": {"conditioning": "none"}},
            )
        )["Label-only swap"]

        self.assertEqual(row.value, figures.DOES_NOT_APPLY)
        self.assertIn("never told the label", row.meaning)

    def test_the_readers_of_the_factors_are_judged_too(self):
        row = _rows(report_samples.evaluation())[
            "Accuracy of these networks, lowest"
        ]

        self.assertEqual(_plain(row.value), "98.4 %")
        self.assertIn("open mouth", row.meaning)

    def test_leaves_out_what_nobody_measured(self):
        groups = figures.tabulate({}, report_samples.CLASS_NAMES)

        self.assertEqual(
            [group.title for group in groups],
            ["Classifier", "Reconstructions", "Attributes"],
        )
        self.assertEqual(
            {figure.value for group in groups for figure in group.figures},
            {figures.NOT_MEASURED},
        )

    def test_flip_rates_stand_beside_interval_and_baselines(self):
        rows = _rows(
            report_samples.evaluation(
                sufficiency__baselines__wu=[0.05] * 9 + [0.07]
            )
        )

        self.assertEqual(_plain(rows["Flip rate, top 1"].value), "34 %")
        self.assertEqual(
            _plain(rows["Flip rate, top 10"].beside),
            "95 % interval 85 % to 92 %; random coordinates: 1.6 %; "
            "Wu et al.: 7 %; towards neither: 97 % of 480; "
            "towards glasses or open mouth: 81 % of 482",
        )

    def _without_the_loss(self, curve):
        return _rows(
            report_samples.evaluation(
                sufficiency__baselines__no_classification_loss=curve
            )
        ).get("Without the classification loss, top 10")

    def test_says_what_disappears_without_the_classification_loss(self):
        row = self._without_the_loss([0.05] * 9 + [0.125])

        self.assertEqual(_plain(row.value), "12.5 %")
        # The top 9 differ most.
        self.assertIn(
            "What disappears: its top 9 flip 5 % of the decisions instead of "
            "88 %.",
            _plain(row.meaning),
        )
        self.assertEqual(
            _plain(row.beside),
            "top 1: 5 %, with the loss 34 %; top 10: with the loss 89 %",
        )

    def test_says_that_nothing_disappears(self):
        rates = report_samples.evaluation()["sufficiency"]["flip_rate"]
        # Within the interval of the top 10, 85 to 92 %.
        row = self._without_the_loss(rates[:9] + [0.86])
        self.assertIn(
            "Nothing disappears beyond the 95 % interval: the largest "
            "difference is 86 % instead of 89 %, by the top 10.",
            _plain(row.meaning),
        )
        row = self._without_the_loss(rates[:9] + [0.99])
        self.assertIn(
            "Nothing disappears: its top 10 flip 99 % of the decisions, more "
            "than the 89 % with it.",
            _plain(row.meaning),
        )

    def test_says_nothing_of_a_loss_that_was_not_left_out(self):
        self.assertIsNone(self._without_the_loss(None))

    def test_causes_found_at_every_cut(self):
        recall = _rows(report_samples.evaluation())["Recall, top 8"]

        self.assertEqual(_plain(recall.value), "100 %")
        self.assertEqual(_plain(recall.beside), "top 4: 50 %, top 6: 100 %")

    def test_kid_stands_beside_its_floor(self):
        kid = _rows(
            report_samples.evaluation(
                realism__kid=0.04, realism__kid_floor=0.002, realism__images=500
            )
        )["KID"]

        self.assertEqual(kid.value, "0.040")
        self.assertEqual(kid.beside, "real images: 0.002")


if __name__ == "__main__":
    absltest.main()
