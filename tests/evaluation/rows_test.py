"""Tests of the one table of figures, as lines."""

import dataclasses

from absl.testing import absltest, parameterized

from stylex_tf.evaluation import figure, printing, record, row_list, rows
from tests.evaluation import evaluation_samples

# No figures: names of networks and what was run on what.
_NOT_ROWS = {"extractor", "level", "config", "class_names", "machine"} | {
    "versions"
}


def _lines(evaluation) -> dict[tuple[str, str], rows.Line]:
    return {
        (group.title, line.name): line
        for group in row_list.fill(evaluation)
        for line in group.lines
    }


class PrintTest(parameterized.TestCase):
    @parameterized.parameters(
        (0.9731, printing.Unit.SHARE, "97.3 %"),
        (0.99996, printing.Unit.SHARE, "> 99.9 %"),
        (0.0001, printing.Unit.SHARE, "< 0.1 %"),
        (1.0, printing.Unit.SHARE, "100 %"),
        (1.0 - 1e-15, printing.Unit.SHARE, "100 %"),
        (1e-15, printing.Unit.SHARE, "0 %"),
        (0.0, printing.Unit.SHARE, "0 %"),
        (0.0614, printing.Unit.NUMBER, "0.061"),
        (0.0001, printing.Unit.NUMBER, "< 0.001"),
        (-0.0008, printing.Unit.NUMBER, "-0.001"),
        (-0.00004, printing.Unit.FINE, "-4e-05"),
        (48_000, printing.Unit.COUNT, "48,000"),
    )
    def test_a_number_as_a_reader_wants_it(self, value, unit, text):
        self.assertEqual(printing.print_value(value, unit), text)


class TableTest(absltest.TestCase):
    def test_every_figure_of_the_record_has_a_row(self):
        # Each figure in turn is not measured: the table changes.
        evaluation = evaluation_samples.whole()
        whole = _lines(evaluation)
        for section in dataclasses.fields(record.Evaluation):
            figures = getattr(evaluation, section.name)
            for field in dataclasses.fields(figures):
                if field.name in _NOT_ROWS:
                    continue
                less = dataclasses.replace(
                    evaluation,
                    **{
                        section.name: dataclasses.replace(
                            figures, **{field.name: None}
                        )
                    },
                )
                with self.subTest(f"{section.name}.{field.name}"):
                    self.assertNotEqual(_lines(less), whole)

    def test_every_figure_stands_with_its_images_and_interval(self):
        lines = _lines(evaluation_samples.whole())
        agreement = lines["Reconstructions", "agreement"]
        self.assertEqual(agreement.value, "97.4 %")
        self.assertEqual(agreement.images, 120)
        self.assertEqual(agreement.beside, "93 % to 99 %")
        for (group, name), line in lines.items():
            if group != "Run":
                self.assertNotEmpty(line.counted, name)

    def test_what_is_of_attributes_or_causes_says_so(self):
        lines = _lines(evaluation_samples.whole())
        for name, counted in (
            ("images judged", "120 images"),
            ("recall, first 4", "2 causes"),
            ("precision, all listed", "1 attribute"),
            ("sign accuracy", "1 attribute"),
            ("purity", "1 attribute"),
            ("leakage", "1 attribute"),
            ("rank correlation", "120 images"),
        ):
            line = lines["Against the truth", name]
            self.assertEqual(line.counted, counted, name)
            self.assertEqual(
                line.images, 120 if "images" in counted else None, name
            )

    def test_a_file_without_the_images_judged_does_not_lack_them(self):
        names = {name for _, name in _lines(record.Evaluation())}
        self.assertNotIn("images judged", names)
        self.assertIn("purity", names)

    def test_a_figure_of_many_factors_shows_the_worst_and_each(self):
        lines = _lines(evaluation_samples.whole())
        lowest = lines["Reconstructions", "factor agreement, lowest"]
        self.assertEqual((lowest.value, lowest.inner), ("25 %", False))
        inner = lines["Reconstructions", "open mouth"]
        self.assertEqual((inner.value, inner.inner), ("25 %", True))
        highest = lines["Single edits", "other factors moved, highest"]
        self.assertEqual(highest.value, "50 %")

    def test_a_figure_of_very_many_factors_shows_the_worst_alone(self):
        many = {f"factor_{i}": figure.Figure(i / 20, 9) for i in range(20)}
        truth = record.GroundTruth(factor_agreement=many)
        groups = row_list.fill(record.Evaluation(ground_truth=truth))
        lines = [line for group in groups for line in group.lines]
        self.assertFalse([line for line in lines if line.inner])

    def test_flips_of_the_top_1_and_2_and_all_that_are_listed(self):
        lines = _lines(evaluation_samples.whole())
        titles = [
            f"Decisions flipped, {which}"
            for which in ("top 1", "top 2", "all 3 listed")
        ]
        self.assertEqual(
            [lines[title, "flips"].value for title in titles],
            ["10 %", "50 %", "90 %"],
        )
        # One class lists one attribute: it has no top 2.
        self.assertIn((titles[0], "towards glasses"), lines)
        self.assertNotIn((titles[1], "towards glasses"), lines)
        self.assertEqual(lines[titles[2], "towards glasses"].value, "20 %")
        self.assertEqual(
            lines[titles[0], "random coordinates"].beside,
            "0 % to 30 %, 5 draws",
        )

    def test_a_list_of_one_has_one_group(self):
        sufficiency = record.Sufficiency(flips=figure.Curve((0.4,), 9))
        titles = [
            group.title
            for group in row_list.groups(
                record.Evaluation(sufficiency=sufficiency)
            )
            if "flipped" in group.title
        ]
        self.assertEqual(titles, ["Decisions flipped, top 1"])

    def test_says_where_the_swap_does_not_apply(self):
        key = ("Reconstructions", "label-only swap flips")
        never = record.Run(config={"model": {"conditioning": "none"}})
        self.assertEqual(_lines(record.Evaluation())[key].value, "not measured")
        self.assertEqual(
            _lines(record.Evaluation(run=never))[key].value, "does not apply"
        )

    def test_every_row_says_how_to_read_it(self):
        for group in row_list.groups(evaluation_samples.whole()):
            for row in group.rows:
                with self.subTest(row.name):
                    self.assertEndsWith(row.reading, ".")
                    if row.good is not rows.Good.NEITHER:
                        self.assertStartsWith(row.reading, "Good when")
                        self.assertIn("poor", row.reading)


if __name__ == "__main__":
    absltest.main()
