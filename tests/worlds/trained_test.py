"""Every world of configs/worlds, trained as its config says: two hours.

    ./bazelw test //tests/worlds:trained_test --test_output=streamed

What this found last is in docs/evaluation.md.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

from absl.testing import absltest, parameterized

from stylex_tf.cli import train
from stylex_tf.evaluation import evaluation_file, record

_CONFIGS = pathlib.Path(train.__file__).parents[2] / "configs" / "worlds"


def _train(name: str) -> record.Evaluation:
    """Runs the train command; returns the figures."""
    run_dir = pathlib.Path(tempfile.mkdtemp(dir=absltest.TEST_TMPDIR.value))
    subprocess.run(
        [
            sys.executable,
            train.__file__,
            f"--config={_CONFIGS / name}.py",
            f"--run_dir={run_dir}",
        ],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return evaluation_file.read(run_dir / "evaluation.json")


class TrainedTest(parameterized.TestCase):
    @parameterized.parameters(
        "one_cause",
        "two_causes",
        "conjunction",
        "continuous",
        "shortcut",
        "three_classes",
    )
    def test_finds_what_was_planted(self, name):
        evaluation = _train(name)
        truth, flips = evaluation.ground_truth, evaluation.sufficiency.flips
        self.assertEqual(truth.recall_at["8"].value, 1.0)
        self.assertEqual(truth.sign_accuracy.value, 1.0)
        self.assertGreaterEqual(truth.precision_at["4"].value, 0.75)
        self.assertGreaterEqual(truth.purity.value, 0.6)
        self.assertGreaterEqual(flips.last().value, 0.95)

    def test_random_labels_are_known_to_be_guessed(self):
        evaluation = _train("random_labels")
        self.assertGreater(
            evaluation.classifier.guessing_p.value,
            evaluation.significance.level,
        )


if __name__ == "__main__":
    absltest.main()
