"""The page of what was tried to break it names tests that are there."""

import pathlib
import re

from absl.testing import absltest

# Looked through whole, as in docs_test.
_ROOT = pathlib.Path(__file__).resolve().parents[2]
_PAGE = (_ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
_GROUPS = range(1, 16)


def _rows() -> list[list[str]]:
    """Returns the cells of the table's rows."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in _PAGE.splitlines()
        if line.startswith("|")
    ]
    # Without the heading.
    return rows[2:]


class ReliabilityTest(absltest.TestCase):
    def test_every_group_has_a_row(self):
        groups = {int(row[0].split()[0]) for row in _rows() if row[0]}

        self.assertEqual(groups, set(_GROUPS))

    def test_every_row_says_what_was_tried_how_and_what_was_seen(self):
        for row in _rows():
            with self.subTest(row[1]):
                self.assertLen(row, 4)
                self.assertTrue(all(row[1:]))
                # A test, or a run by hand with its date.
                self.assertRegex(
                    row[2], r"_test\.py`|tests/|20\d\d-\d\d-\d\d|the same|as gr"
                )

    def test_the_tests_are_there(self):
        tests = {
            path.relative_to(_ROOT).as_posix()
            for path in (_ROOT / "tests").rglob("*_test.py")
        }
        named = set(re.findall(r"`([\w/]+_test\.py)`", _PAGE))
        self.assertGreater(len(named), 40)
        for name in sorted(named):
            with self.subTest(name):
                self.assertTrue(
                    any(f"/{path}".endswith(f"/{name}") for path in tests)
                )

    def test_nothing_is_left_untried(self):
        self.assertNotIn("not tried", _PAGE)


if __name__ == "__main__":
    absltest.main()
