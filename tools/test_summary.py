"""Counts test cases in what Bazel reported of runs, and says how they went.

    python3 tools/test_summary.py EVENTS EXIT_CODE [EVENTS EXIT_CODE ...]

EVENTS is the file that `bazel test --build_event_json_file=EVENTS` wrote,
EXIT_CODE what it returned. The last line is `N passed, N failed`, of all runs
together; a test that broke outside its cases (no import, a time limit, a
crash) counts as one failure. Fails unless Bazel succeeded in every run, and
at least one test passed in each.
"""

import json
import pathlib
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence


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


def _summarize(events_path: pathlib.Path, exit_code: int) -> tuple[int, int]:
    """Prints what broke in a run; returns how many cases passed and failed."""
    events = []
    if events_path.is_file():
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
    good, bad = sum(passed.values()), sum(failed.values())
    if bad == 0 and (exit_code != 0 or good == 0):
        # Nobody may take a run that never began for one that passed.
        print(f"bazel returned {exit_code}, {good} passed: see above")
        bad = 1
    print(f"{len(passed)} test files")
    return good, bad


def main(arguments: Sequence[str]) -> int:
    """Prints the summary; returns the exit code."""
    if not arguments or len(arguments) % 2:
        raise SystemExit("expected EVENTS EXIT_CODE, once or more")
    total_passed = total_failed = 0
    for path, code in zip(arguments[::2], arguments[1::2], strict=True):
        good, bad = _summarize(pathlib.Path(path), int(code))
        total_passed += good
        total_failed += bad
    print(f"{total_passed} passed, {total_failed} failed")
    return 0 if total_failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
