import json
import pathlib

from absl.testing import absltest

from benchmarks import time_to_truth
from stylex_tf import errors, run_folder
from stylex_tf.evaluation import evaluation_file, figure, record
from tests.testing import tiny_experiment


class TimeToTruthTest(absltest.TestCase):
    def test_the_last_point_is_the_end(self):
        self.assertEqual(time_to_truth.milestones(10, 4), [4, 8, 10])
        self.assertEqual(time_to_truth.milestones(8, 4), [4, 8])
        self.assertEqual(time_to_truth.milestones(3, 4), [3])

    def test_measures_each_point_once(self):
        root = pathlib.Path(self.create_tempdir().full_path)
        tiny_experiment.write_data(root / "data")
        tiny_experiment.write_classifier(root / "classifier.keras")
        settings = tiny_experiment.settings(
            str(root / "data"), str(root / "classifier.keras")
        )
        step = settings.training.batch_size
        settings.training.total_images = 4 * step
        folder, output = run_folder.RunFolder(root / "run"), root / "curve.json"
        with folder.locked():
            points = time_to_truth.run(
                settings, folder, 2 * step, output, {"commit": "abc"}
            )
            content = output.read_text()
            with self.assertRaisesRegex(errors.UserError, "'abc'.*'other'"):
                time_to_truth.run(
                    settings, folder, 2 * step, output, {"commit": "other"}
                )
            again = time_to_truth.run(
                settings, folder, 2 * step, output, {"commit": "abc"}
            )
        self.assertEqual(
            [point.images for point in points], [2 * step, 4 * step]
        )
        self.assertEqual(again, points)
        self.assertEqual(output.read_text(), content)
        self.assertLen(json.loads(content)["points"], 2)
        self.assertGreater(points[1].minutes, points[0].minutes)

    def test_draws_files_under_the_names_of_their_configs(self):
        root = pathlib.Path(self.create_tempdir().full_path)
        evaluation = record.Evaluation(
            reconstruction=record.Reconstruction(
                agreement=figure.Figure(0.75, 8)
            ),
            run=record.Run(images_seen=64, seconds=90.0),
        )
        curve = {
            "config": "narrow",
            "points": [evaluation_file.to_dict(evaluation)],
        }
        file = root / "curve.json"
        file.write_text(json.dumps(curve))
        time_to_truth.show([file], root / "curves.svg")
        self.assertIn(">narrow<", (root / "curves.svg").read_text())
        with self.assertRaisesRegex(errors.UserError, "'narrow'.*of its own"):
            time_to_truth.show([file, file], None)
        file.write_text("{}")
        with self.assertRaisesRegex(errors.UserError, "curve.json: .*points"):
            time_to_truth.show([file], None)


if __name__ == "__main__":
    absltest.main()
