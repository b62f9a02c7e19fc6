"""Tests of the schema of `evaluation.json`."""

import copy
import pathlib

from absl.testing import absltest, parameterized

from stylex_tf.evaluation import schema


class SchemaTest(parameterized.TestCase):
    def test_has_the_figures_of_the_design(self):
        empty = schema.build({})
        self.assertEqual(
            list(empty),
            [
                "classifier",
                "reconstruction",
                "realism",
                "sufficiency",
                "independence",
                "significance",
                "ground_truth",
                "run",
            ],
        )
        self.assertEqual(
            empty["sufficiency"]["baselines"],
            dict.fromkeys(
                ["random", "wu", "no_classification_loss", "label_swap"]
            ),
        )
        self.assertEqual(
            empty["ground_truth"]["recall_at"], dict.fromkeys("468")
        )
        self.assertIsNone(empty["realism"]["kid"])
        self.assertEqual(
            empty["reconstruction"]["cycles"],
            {k: {"agreement": None, "l1": None} for k in ("1", "10")},
        )

    def test_known_figures_stand_where_they_belong(self):
        built = schema.build(
            {
                "classifier": {"accuracy": 0.9},
                "sufficiency": {"flip_rate": [0.1] * 10, "images": 5},
                "ground_truth": {"recall_at": {"4": 1.0}},
            }
        )
        self.assertEqual(built["classifier"]["accuracy"], 0.9)
        self.assertEqual(built["sufficiency"]["images"], 5)
        self.assertEqual(
            built["ground_truth"]["recall_at"], {"4": 1.0, "6": None, "8": None}
        )

    @parameterized.parameters(
        ({"classifer": {}}, "has no .'classifer'"),
        ({"classifier": {"acuracy": 1.0}}, "has no .'acuracy'"),
        ({"classifier": {"accuracy": 1.5}}, "classifier.accuracy is 1.5"),
        ({"classifier": {"accuracy": float("nan")}}, "accuracy is nan"),
        ({"classifier": {"images": 2.0}}, "expected: count"),
        ({"sufficiency": {"flip_rate": [0.1] * 9}}, "expected: curve"),
        ({"sufficiency": {"interval": [[0.5, 0.1]] * 10}}, "intervals"),
        ({"realism": {"extractor": 3}}, "expected: text"),
        ({"ground_truth": {"factor_agreement": {"a": 2}}}, "expected: shares"),
        ({"ground_truth": {"causal_effects": {"a": -1}}}, "expected: amounts"),
        ({"reconstruction": {"cycles": {"2": {}}}}, "cycles has no .'2'"),
        ({"reconstruction": {"ssim": -2.0}}, "expected: correlation"),
        ({"significance": {"significant": 0.5}}, "expected: count"),
    )
    def test_refuses_and_names_what_is_wrong(self, sections, message):
        with self.assertRaisesRegex(ValueError, message):
            schema.build(sections)

    def test_a_missing_figure_is_not_a_null_figure(self):
        evaluation = schema.build({})
        broken = copy.deepcopy(evaluation)
        del broken["reconstruction"]["kl"]
        with self.assertRaisesRegex(ValueError, "evaluation.reconstruction"):
            schema.validate(broken)

    def test_writes_and_reads_back(self):
        path = pathlib.Path(self.create_tempdir().full_path, "evaluation.json")
        evaluation = schema.build({"run": {"seconds": 3.5, "config": {}}})
        schema.write(evaluation, path)
        self.assertEqual(schema.read(path), evaluation)
        self.assertLen(list(path.parent.iterdir()), 1)


if __name__ == "__main__":
    absltest.main()
