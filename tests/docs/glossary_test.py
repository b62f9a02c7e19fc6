"""A word of the glossary is linked where it first stands on a page."""

import os
import pathlib
import re

from absl.testing import absltest, parameterized

# Bazel's links lead to the repository itself, as in docs_test.
_ROOT = pathlib.Path(__file__).resolve().parents[2]
_DOCS = _ROOT / "docs"
# Made from the contract by a command: stylex_tf/export/signature_page.py.
_GENERATED = ("serving_signatures.md",)
_PAGES = sorted(
    page.relative_to(_ROOT).as_posix()
    for page in (
        _ROOT / "README.md",
        _ROOT / "CONTRIBUTING.md",
        *_DOCS.rglob("*.md"),
        *(_ROOT / "pretrained").rglob("*.md"),
    )
    if page.name not in ("glossary.md", *_GENERATED)
)
_TERMS = {
    "style-coordinate": r"style coordinates?",
    "attribute": r"attributes?",
    "agreement": r"(?<!factor )(?<!factor\n)agreement",
    "label-only-swap": r"label-only swap",
    "conditioning": r"conditioning",
    "purity": r"purity",
    "collateral-change": r"collateral change",
    "flip-rate": r"flip rates?",
    "carried-edit": r"carried edits?",
    "trust": r"how far to trust|the trust",
}
# CelebA's attributes are another thing.
_OTHER_MEANINGS = {("docs/data.md", "attribute")}
# Code, headings, tables and links are not prose.
_NOT_PROSE = re.compile(
    r"```.*?```|<!--.*?-->|^(?:#|\||    )[^\n]*$|`[^`]*`"
    r"|!?\[[^\]]*\]\([^)]*\)|https?://\S+",
    re.DOTALL | re.MULTILINE,
)


def _prose(text: str) -> str:
    """Returns the text with all that is no prose blanked, places kept."""
    return _NOT_PROSE.sub(
        lambda match: re.sub(r"[^\n]", "\0", match.group()), text
    )


def _first_unlinked(text: str, anchor: str, to_docs: str) -> int | None:
    """Returns the line where a term stands before its link, if it does."""
    first = re.search(
        rf"(?<![\w-])(?:{_TERMS[anchor]})(?![\w-])",
        _prose(text),
        re.IGNORECASE,
    )
    linked = text.find(f"]({to_docs}glossary.md#{anchor})")
    if first is None or 0 <= linked < first.start():
        return None
    return text[: first.start()].count("\n") + 1


class GlossaryTest(parameterized.TestCase):
    def test_every_term_has_a_section(self):
        headings = re.findall(
            r"^## (.*)$", (_DOCS / "glossary.md").read_text(), re.MULTILINE
        )
        self.assertCountEqual(
            [heading.lower().replace(" ", "-") for heading in headings], _TERMS
        )

    @parameterized.parameters(
        ("a purity of 1", 1),
        ("see\n\nthe purity", 3),
        ("[purity](glossary.md#purity), and purity again", None),
        ("purity, then [purity](glossary.md#purity)", 1),
        ("`purity`\n| purity |\n# Purity\n    purity", None),
        ("impurity", None),
    )
    def test_a_term_before_its_link_is_seen(self, text, line):
        self.assertEqual(_first_unlinked(text, "purity", ""), line)

    @parameterized.parameters(*_PAGES)
    def test_a_term_is_linked_where_it_first_stands(self, page):
        text = (_ROOT / page).read_text(encoding="utf-8")
        to_docs = os.path.relpath(_DOCS, (_ROOT / page).parent) + "/"
        to_docs = to_docs.removeprefix("./")
        for anchor in _TERMS:
            if (page, anchor) in _OTHER_MEANINGS:
                continue
            with self.subTest(anchor):
                line = _first_unlinked(text, anchor, to_docs)
                self.assertIsNone(
                    line, f"{page}:{line} has {anchor} without its link"
                )


if __name__ == "__main__":
    absltest.main()
