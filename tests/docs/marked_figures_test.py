"""Numbers on pages are those of the files that they name."""

import json
import pathlib

from absl.testing import absltest, parameterized

from tests.docs import marked_figures

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_PAGES = sorted(
    page.relative_to(_ROOT).as_posix()
    for page in _ROOT.rglob("*.md")
    if not any(part.startswith(".") for part in page.relative_to(_ROOT).parts)
)
_TABLE = """\
| | `one` | [other](other.md) |
|---|---|---|
| agreement | 0.98 | 97.5 % (1,124) |
| p | 1.3e-12 | -0.5 on two cores, 2 |
"""
_FILE = {
    "runs": [{"agreement": 0.9812, "p": 1.26e-12}],
    "other": {"agreement": 0.97451, "n": 1124, "p": -0.5},
}


class PagesTest(parameterized.TestCase):
    @parameterized.parameters(*_PAGES)
    def test_marked_numbers_are_those_of_the_file(self, page):
        text = (_ROOT / page).read_text(encoding="utf-8")
        self.assertEmpty(marked_figures.problems(text, _ROOT))

    def test_some_pages_are_marked(self):
        marked = [
            page
            for page in _PAGES
            if marked_figures.count((_ROOT / page).read_text("utf-8"))
        ]
        self.assertContainsSubset(["pretrained/README.md"], marked)


class MarkTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        (self.root / "file.json").write_text(json.dumps(_FILE))

    def _problems(self, *lines, file="file.json", table=_TABLE):
        mark = "\n".join([f"<!-- figures of {file}", *lines, "-->"])
        return marked_figures.problems(f"{table}\n{mark}\n", self.root)

    def test_numbers_that_are_rounded_right(self):
        self.assertEmpty(
            self._problems(
                "agreement / one: runs.0.agreement",
                "agreement / other: other.agreement, other.n",
                "p / one: runs.0.p",
                "p / other: other.p, _",
            )
        )

    @parameterized.parameters(
        ("agreement / one: other.agreement", "says 0.98, the file 0.97451"),
        ("agreement / other: runs.0.agreement, other.n", "says 97.5 %"),
        ("agreement / other: other.agreement", "2 numbers in .* for 1 keys"),
        ("p / one: runs.0.agreement", "says 1.3e-12, the file 0.9812"),
        ("p / other: runs.0.p, _", "says -0.5"),
        ("agreement / one: runs.1.agreement", "has no runs.1.agreement"),
        ("agreement / one: runs.0.kl", "has no runs.0.kl"),
        ("agreement / third: runs.0.agreement", "no such cell"),
        ("recall / one: runs.0.agreement", "no such cell"),
    )
    def test_names_what_is_wrong(self, line, message):
        (problem,) = self._problems(line)
        self.assertRegex(problem, message)

    def test_a_file_that_is_not_there(self):
        (problem,) = self._problems("agreement / one: x", file="none.json")
        self.assertEqual(problem, "none.json: no such file")

    def test_a_mark_without_a_table(self):
        (problem,) = self._problems(
            "agreement / one: runs.0.agreement", table="no table"
        )
        self.assertIn("no such cell", problem)

    def test_a_sample_in_a_block_of_code_is_no_mark(self):
        mark = "<!-- figures of none.json\nagreement / one: x\n-->"
        page = f"```\n{_TABLE}{mark}\n```\n"
        self.assertEqual(marked_figures.count(page), 0)
        self.assertEmpty(marked_figures.problems(page, self.root))

    def test_two_marks_after_one_table(self):
        comment = "<!-- figures of file.json\nagreement / one: {}\n-->\n"
        page = (
            _TABLE
            + comment.format("runs.0.agreement")
            + comment.format("other.n")
        )
        (problem,) = marked_figures.problems(page, self.root)
        self.assertIn("the file 1124", problem)


if __name__ == "__main__":
    absltest.main()
