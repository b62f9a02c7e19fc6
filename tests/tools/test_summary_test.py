"""Tests of tools/test_summary.py: what CI says of its runs, in one line."""

import json
import pathlib
import subprocess
import sys

from absl.testing import absltest

_PROGRAM = pathlib.Path(__file__).parents[2] / "tools" / "test_summary.py"
_GOOD = "<testcase name='a'/>"
_BAD = "<testcase name='b'><failure/></testcase>"


class TestSummaryTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())

    def _events(self, run: str, **cases: str) -> pathlib.Path:
        """Writes what Bazel reports of tests with these cases."""
        lines = []
        for name, content in cases.items():
            label = f"//tests:{name}"
            log = self.folder / f"{run}_{name}.xml"
            log.write_text(f"<testsuites>{content}</testsuites>")
            output = {"name": "test.xml", "uri": log.as_uri()}
            good = content and "failure" not in content
            lines += [
                {
                    "id": {"testResult": {"label": label}},
                    "testResult": {"testActionOutput": [output]},
                },
                {
                    "id": {"testSummary": {"label": label}},
                    "testSummary": {
                        "overallStatus": "PASSED" if good else "FAILED"
                    },
                },
            ]
        path = self.folder / f"{run}.json"
        path.write_text("\n".join(map(json.dumps, lines)))
        return path

    def _says(self, *arguments) -> tuple[int, str]:
        completed = subprocess.run(
            [sys.executable, str(_PROGRAM), *map(str, arguments)],
            capture_output=True,
            text=True,
        )
        return completed.returncode, completed.stdout.strip().splitlines()[-1]

    def test_one_run(self):
        events = self._events("one", x=_GOOD + _GOOD, y=_GOOD)
        self.assertEqual(self._says(events, 0), (0, "3 passed, 0 failed"))

    def test_two_runs_of_the_same_targets_count_both(self):
        first = self._events("one", x=_GOOD, y=_GOOD)
        two = self._events("two", x=_GOOD + _GOOD)
        self.assertEqual(
            self._says(first, 0, two, 0), (0, "4 passed, 0 failed")
        )

    def test_a_failure_of_either_fails(self):
        good = self._events("one", x=_GOOD)
        bad = self._events("two", x=_GOOD + _BAD)
        for runs in ((good, 0, bad, 3), (bad, 3, good, 0)):
            self.assertEqual(self._says(*runs), (1, "2 passed, 1 failed"))

    def test_a_test_that_broke_outside_its_cases_is_a_failure(self):
        events = self._events("one", x=_GOOD, crashed="")
        self.assertEqual(self._says(events, 3), (1, "1 passed, 1 failed"))

    def test_a_run_that_never_began_is_a_failure(self):
        good = self._events("one", x=_GOOD)
        empty = self.folder / "empty.json"
        empty.touch()
        for other, code in ((empty, 1), (self.folder / "absent.json", 1)):
            self.assertEqual(
                self._says(good, 0, other, code), (1, "1 passed, 1 failed")
            )

    def test_a_run_without_a_test_is_a_failure(self):
        empty = self.folder / "empty.json"
        empty.touch()
        self.assertEqual(self._says(empty, 0), (1, "0 passed, 1 failed"))


if __name__ == "__main__":
    absltest.main()
