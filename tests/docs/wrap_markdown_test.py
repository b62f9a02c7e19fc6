"""Prose is wrapped at 80 columns, and nothing else is touched."""

import pathlib

from absl.testing import absltest, parameterized

from tools import wrap_markdown

# Bazel's links lead to the repository itself, as in docs_test.
_ROOT = pathlib.Path(__file__).resolve().parents[2]


class WrapMarkdownTest(parameterized.TestCase):
    def test_a_paragraph_fills_its_lines(self):
        self.assertEqual(
            wrap_markdown.wrap("one two\nthree four five\n", width=13),
            "one two three\nfour five\n",
        )

    def test_an_item_stays_below_its_mark(self):
        self.assertEqual(
            wrap_markdown.wrap("- one two three\n- four\n", width=10),
            "- one two\n  three\n- four\n",
        )

    def test_code_is_not_broken(self):
        self.assertEqual(
            wrap_markdown.wrap("say `--one --two --three` now\n", width=10),
            "say\n`--one --two --three`\nnow\n",
        )

    def test_a_line_never_begins_as_something_else(self):
        # "2." or "-" at the beginning would be a list, and "#" a heading.
        for sign in ("2.", "-", "+", "#", ">", "|"):
            wrapped = wrap_markdown.wrap(f"one two {sign} three\n", width=7)
            for line in wrapped.splitlines():
                self.assertFalse(line.startswith(sign), wrapped)

    @parameterized.parameters(
        "| a table | with long cells |\n|---|---|\n",
        "```\na long line of code\n```\n",
        "Text:\n\n    a long line of code\n",
        "<!-- a comment\nof two lines that are long -->\n",
        "# A heading that is long\n",
        "a line  \nthat ends\n",
        "a ` alone\n",
    )
    def test_the_rest_stays(self, text):
        self.assertEqual(wrap_markdown.wrap(text, width=10), text)

    def test_every_page_is_wrapped(self):
        pages = [
            *_ROOT.glob("*.md"),
            *(_ROOT / "docs").rglob("*.md"),
            *(_ROOT / "pretrained").rglob("*.md"),
        ]
        self.assertGreater(len(pages), 30)
        for page in pages:
            with self.subTest(str(page.relative_to(_ROOT))):
                text = page.read_text(encoding="utf-8")
                self.assertEqual(wrap_markdown.wrap(text), text)


if __name__ == "__main__":
    absltest.main()
