"""Tests of benchmarks.result_file."""

import json
import pathlib
from unittest import mock

from absl.testing import absltest

from benchmarks import result_file


class ResultFileTest(absltest.TestCase):
    def test_says_by_what_the_figures_were_measured(self):
        folder = pathlib.Path(self.create_tempdir())
        with mock.patch("sys.argv", ["somewhere/checks.py", "--run=leaves"]):
            path = result_file.write(
                "checks", "leaves", "cafe", {"n": 3}, folder
            )
        self.assertEqual(path, folder / "checks_leaves.json")
        document = json.loads(path.read_text())
        environment = document.pop("environment")
        self.assertIn("tensorflow", environment["versions"])
        self.assertEqual(
            document,
            {
                "command": "benchmarks/checks.py --run=leaves",
                "commit": "cafe",
                "n": 3,
            },
        )


if __name__ == "__main__":
    absltest.main()
