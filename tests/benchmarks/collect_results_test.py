"""Tests of the file that pages quote."""

import json
import pathlib
from unittest import mock

from absl import app
from absl.testing import absltest, flagsaver

from benchmarks import collect_results, summaries
from stylex_tf import errors
from stylex_tf.evaluation import evaluation_file, figure, record


def _evaluation(agreement: float, flips: tuple[float, ...]):
    return record.Evaluation(
        reconstruction=record.Reconstruction(
            agreement=figure.Figure(agreement, 100)
        ),
        sufficiency=record.Sufficiency(flips=figure.Curve(flips, 90)),
        run=record.Run(seconds=3.0, config={"seed": 1}),
    )


class CollectResultsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.output = self.root / "results" / "one.json"
        self.enter_context(
            flagsaver.flagsaver(
                output=str(self.output), command="bazel run the training"
            )
        )
        self.enter_context(
            mock.patch.object(
                collect_results.commit,
                "of_clean_tree",
                side_effect=lambda figures: "cafe",
            )
        )

    def _run(self, name, *figures):
        folder = self.root / name
        folder.mkdir()
        evaluation_file.write(_evaluation(*figures), folder / "evaluation.json")
        return str(folder)

    def test_pools_the_shares_of_folds(self):
        def fold(accuracy, pictures, flips, led):
            interval = (0.0, 1.0)
            return evaluation_file.to_dict(
                record.Evaluation(
                    classifier=record.Classifier(
                        accuracy=figure.Figure(accuracy, pictures, interval),
                        calibration_error=figure.Figure(0.1, pictures),
                    ),
                    sufficiency=record.Sufficiency(
                        flips=figure.Curve(flips, led, (interval,) * len(flips))
                    ),
                )
            )

        pooled = collect_results.pool(
            [
                fold(0.9, 10, (0.25, 0.5), 8),
                fold(0.8, 30, (), 12),
            ]
        )
        accuracy = pooled["classifier"]["accuracy"]
        self.assertEqual((accuracy["value"], accuracy["n"]), (33 / 40, 40))
        low, high = accuracy["interval"]
        self.assertBetween(33 / 40, low, high)
        # Twelve pictures of a fold that lists nothing are turned by nothing.
        flips = pooled["sufficiency"]["flips"]
        self.assertEqual((flips["value"], flips["n"]), (4 / 20, 20))
        # What is no share of pictures cannot be pooled so.
        self.assertNotIn("calibration_error", pooled["classifier"])

    def test_holds_every_run_and_their_mean_and_range(self):
        collect_results.main(
            [
                "",
                self._run("seed_0", 0.9, (0.5, 0.75, 1.0)),
                self._run("seed_1", 1.0, (0.25, 0.75)),
            ]
        )

        content = json.loads(self.output.read_text())
        self.assertEqual(content["command"], "bazel run the training")
        self.assertEqual(content["commit"], "cafe")
        self.assertEqual(
            evaluation_file.from_dict(content["runs"]["seed_0"]),
            _evaluation(0.9, (0.5, 0.75, 1.0)),
        )
        summary = content["summary"]
        self.assertEqual(
            summary["reconstruction"]["agreement"],
            {"mean": 0.95, "low": 0.9, "high": 1.0, "n": [100, 100]},
        )
        # As far as every run's list goes.
        self.assertLen(summary["sufficiency"]["flips"], 2)
        self.assertEqual(summary["sufficiency"]["flips"][0]["low"], 0.25)
        # What one run did not measure has no mean.
        self.assertNotIn("kl", summary["reconstruction"])
        self.assertNotIn("run", summary)

    def test_the_summary_says_what_is_no_count_of_images(self):
        def evaluation(n, **of):
            return {"ground_truth": {"purity": {"value": 1.0, "n": n, **of}}}

        summary = summaries.summarize(
            [evaluation(100), evaluation(2, of="attributes")]
        )
        self.assertEqual(
            summary["ground_truth"]["purity"],
            {
                "mean": 1.0,
                "low": 1.0,
                "high": 1.0,
                "n": [100, 2],
                "of": ["images", "attributes"],
            },
        )

    def test_accuracies_of_classifiers_stand_beside(self):
        folder = self.root / "repaired_0"
        folder.mkdir()
        run = self._run("run", 1.0, ())
        facts = {"accuracy": 0.75, "images": 40}
        with flagsaver.flagsaver(classifiers=[str(folder)]):
            with self.assertRaisesRegex(app.UsageError, "classifier.json"):
                collect_results.main(["", run])
            (folder / "classifier.json").write_text(json.dumps(facts))
            collect_results.main(["", run])
        content = json.loads(self.output.read_text())
        measured = content["classifiers"]["repaired_0"]
        self.assertEqual((measured["value"], measured["n"]), (0.75, 40))
        self.assertBetween(0.75, *measured["interval"])

    def test_a_folder_without_figures_is_named_and_nothing_written(self):
        with self.assertRaisesRegex(app.UsageError, "none/evaluation.json"):
            collect_results.main(["", str(self.root / "none")])
        self.assertFalse(self.output.exists())

    def test_a_changed_work_tree_is_refused_before_anything_is_read(self):
        collect_results.commit.of_clean_tree.side_effect = errors.UserError(
            "these differ from commit cafe: ['code.py']"
        )
        with self.assertRaisesRegex(app.UsageError, "differ.*code.py"):
            collect_results.main(["", str(self.root / "none")])
        self.assertFalse(self.output.exists())

    def test_two_folders_of_one_name_are_refused(self):
        (self.root / "a").mkdir()
        folders = [self._run("run", 1.0, ()), self._run("a/run", 1.0, ())]
        with self.assertRaisesRegex(app.UsageError, "expected a name each"):
            collect_results.main(["", *folders])

    def test_says_what_is_needed(self):
        with self.assertRaisesRegex(app.UsageError, "are needed"):
            collect_results.main([""])


if __name__ == "__main__":
    absltest.main()
