"""Tests of the table of several runs."""

from absl.testing import absltest

from benchmarks import compare_runs
from stylex_tf.evaluation import schema


def _evaluation(**sufficiency):
    return schema.build(
        {
            "sufficiency": sufficiency,
            "ground_truth": {"factor_agreement": {"beard": 0.98, "hair": 0.5}},
            "run": {
                "config": {"data": {"causes": ["beard=full"]}},
                "images_seen": 150_000,
            },
        }
    )


class CompareRunsTest(absltest.TestCase):
    def test_one_column_a_run_and_one_row_a_figure(self):
        curve = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]

        lines = compare_runs.table(
            {"one": _evaluation(flip_rate=curve), "other": _evaluation()}
        ).splitlines()

        self.assertEqual(lines[0], "|  | `one` | `other` |")
        self.assertIn(
            "| flip rate, top 1, 2, 3, 5, 10 | 0.10, 0.20, 0.30, 0.50, 1.00 "
            "| - |",
            lines,
        )
        self.assertIn("| training images seen | 150,000 | 150,000 |", lines)

    def test_factors_of_the_causes_and_the_worst_of_all(self):
        rows = compare_runs.rows(_evaluation())

        self.assertEqual(rows["factor agreement on the causes"], "beard 0.980")
        self.assertEqual(rows["factor agreement, lowest"], "hair 0.500")

    def test_what_is_no_evaluation_is_refused(self):
        with self.assertRaises(ValueError):
            compare_runs.rows({"reconstruction": {}})


if __name__ == "__main__":
    absltest.main()
