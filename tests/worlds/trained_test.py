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
from stylex_tf.evaluation import schema

_CONFIGS = pathlib.Path(train.__file__).parents[2] / "configs" / "worlds"


def _train(name: str) -> dict:
    """Runs the train command; returns evaluation.json."""
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
    return schema.read(run_dir / "evaluation.json")


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
        found = _train(name)
        truth, flips = found["ground_truth"], found["sufficiency"]
        self.assertEqual(truth["recall_at"]["8"], 1.0)
        self.assertEqual(truth["sign_accuracy"], 1.0)
        self.assertGreaterEqual(truth["precision_at"]["4"], 0.75)
        self.assertGreaterEqual(truth["purity"], 0.6)
        self.assertGreaterEqual(flips["flip_rate"][-1], 0.95)

    def test_finds_nothing_in_random_labels(self):
        found = _train("random_labels")["significance"]
        self.assertGreater(found["classifier_p_value"], found["level"])
        self.assertEqual(found["significant"], 0)


if __name__ == "__main__":
    absltest.main()
