"""Counts test cases in what Bazel reported of a run, and says how it went.

    python3 tools/test_summary.py EVENTS EXIT_CODE

EVENTS is the file that `bazel test --build_event_json_file=EVENTS` wrote,
EXIT_CODE what it returned. The last line is `N passed, N failed`; a test that
broke outside its cases (no import, a time limit, a crash) counts as one
failure. Fails unless Bazel succeeded and at least one test passed.
"""

import json
import pathlib
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator


def _test_logs(event: dict) -> Iterator[pathlib.Path]:
    """Finds the test.xml of a testResult event."""
    for output in event["testResult"].get("testActionOutput", []):
        if output["name"] == "test.xml":
            path = urllib.parse.urlparse(output["uri"]).path
            yield pathlib.Path(urllib.parse.unquote(path))


def _count(log: pathlib.Path) -> tuple[int, int]:
    """Counts the cases of one test.xml that passed and failed."""
    try:
        cases = list(ElementTree.parse(log).iter("testcase"))
    except ElementTree.ParseError:
        # A test that crashed never finished its log; its status counts.
        return 0, 0
    failed = sum(
        case.find("failure") is not None or case.find("error") is not None
        for case in cases
    )
    skipped = sum(
        case.find("skipped") is not None or case.get("status") == "notrun"
        for case in cases
    )
    return len(cases) - failed - skipped, failed


def main() -> int:
    """Prints the summary; returns the exit code."""
    events_path, exit_code = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    events = [json.loads(line) for line in events_path.open()]
    passed: dict[str, int] = {}
    failed: dict[str, int] = {}
    for event in events:
        if "testResult" in event:
            target = event["id"]["testResult"]["label"]
            for log in _test_logs(event):
                good, bad = _count(log)
                passed[target] = passed.get(target, 0) + good
                failed[target] = failed.get(target, 0) + bad
    for event in events:
        if "testSummary" in event:
            target = event["id"]["testSummary"]["label"]
            status = event["testSummary"]["overallStatus"]
            if status != "PASSED":
                failed[target] = max(1, failed.get(target, 0))
                print(f"{target}: {status}")
    total_passed, total_failed = sum(passed.values()), sum(failed.values())
    succeeded = exit_code == 0 and total_passed > 0 and total_failed == 0
    if exit_code != 0 and total_failed == 0:
        print(f"bazel returned {exit_code}: see above")
    print(f"{len(passed)} test files")
    print(f"{total_passed} passed, {total_failed} failed")
    return 0 if succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
