"""The documentation points at what is there: links, commands, files."""

import pathlib
import re

from absl.testing import absltest, parameterized

# Bazel's links lead to the repository itself, which is looked through whole:
# the target is tagged `external`, so that no result of it is kept.
_ROOT = pathlib.Path(__file__).resolve().parents[2]
_PAGES = sorted(
    page.relative_to(_ROOT).as_posix()
    for page in _ROOT.rglob("*.md")
    if not any(part.startswith(".") for part in page.relative_to(_ROOT).parts)
)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_TARGET = re.compile(r"(?<![\w/:])//([a-z_][\w/]*)?(?::([\w.]+))?")
_RULE = re.compile(r'name = "([\w.]+)"')
_ROOMS = "stylex_tf|serving|configs|tests|docs|benchmarks|tools|notebooks"
_FILE = re.compile(rf"(?<![\w/.$-])(?:{_ROOMS})/[\w/.*-]+")
# Four spaces after an empty line begin a block of code.
_INDENTED_SENTENCE = re.compile(
    r"^\n {4,}[A-Z][a-z]+(?: [a-z]+){2}.*[.:]$", re.MULTILINE
)
# A sentence that hides its subject, but for tables, code and the changelog.
_OF = re.compile(
    r"(?:\A|\n\n|[.!?:][)*]*\s+|^ *(?:[-*]|\d+\.) )(Of [a-z0-9][^\n]{0,40})",
    re.MULTILINE,
)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def _read(page: str) -> str:
    return (_ROOT / page).read_text(encoding="utf-8")


def _anchors(page: pathlib.Path) -> set[str]:
    """Returns the anchors of headings, made as GitHub makes them."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


def _links(page: str) -> list[str]:
    links = _LINK.findall(_read(page))
    return [link for link in links if not link.startswith("http")]


class DocsTest(parameterized.TestCase):
    def test_a_sentence_that_begins_with_of_is_seen(self):
        for before in ("", "All is.\n  ", "- ", "**So.** ", "1. ", "Is:\n\n"):
            self.assertRegex(f"{before}Of {2}", _OF)
        self.assertNotRegex(f"One\nOf {2}", _OF)
        self.assertNotRegex("Offices: often", _OF)

    @parameterized.parameters(*(p for p in _PAGES if p != "CHANGELOG.md"))
    def test_no_sentence_begins_with_of(self, page):
        self.assertEmpty(_OF.findall(_read(page)))

    def test_there_are_pages(self):
        self.assertContainsSubset(["README.md", "docs/method.md"], _PAGES)

    @parameterized.parameters(*_PAGES)
    def test_links_lead_somewhere(self, page):
        for link in _links(page):
            path, _, anchor = link.partition("#")
            linked = _ROOT / page if not path else _ROOT / page / ".." / path
            linked = pathlib.Path(linked.parent, linked.name).resolve()
            with self.subTest(link):
                self.assertTrue(linked.exists(), f"{page} links to {link}")
                if anchor:
                    self.assertIn(anchor, _anchors(linked))

    @parameterized.parameters(*_PAGES)
    def test_targets_exist(self, page):
        for package, name in _TARGET.findall(_read(page)):
            if not package:
                continue
            with self.subTest(f"//{package}:{name}"):
                folder = _ROOT / package
                build = folder / "BUILD"
                self.assertTrue(build.is_file(), f"{page} names //{package}")
                # All targets of the folder.
                if name == "all":
                    continue
                if name and not (folder / name).is_file():
                    self.assertIn(name, _RULE.findall(build.read_text()))

    @parameterized.parameters(*_PAGES)
    def test_no_sentence_is_indented_as_code_is(self, page):
        for block in re.split(r"\n```.*?\n```", _read(page), flags=re.DOTALL):
            self.assertEmpty(_INDENTED_SENTENCE.findall(block))

    @parameterized.parameters(*_PAGES)
    def test_files_exist(self, page):
        for path in _FILE.findall(_read(page)):
            path = path.rstrip(".")
            with self.subTest(path):
                self.assertTrue(any(_ROOT.glob(path)), f"{page} names {path}")

    def test_every_page_is_reached_from_the_readme(self):
        reached, ahead = set(), ["README.md"]
        while ahead:
            page = ahead.pop()
            reached.add(page)
            for link in _links(page):
                linked = (_ROOT / page).parent / link.partition("#")[0]
                name = linked.resolve().relative_to(_ROOT).as_posix()
                if name.endswith(".md") and name not in reached:
                    ahead.append(name)
        self.assertEmpty(set(_PAGES) - reached)


if __name__ == "__main__":
    absltest.main()
