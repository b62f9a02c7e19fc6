"""Parses a report as a browser would, for the tests of the page."""

import html.parser
from typing import Any

from stylex_tf.report import page, pictures
from tests.report import report_samples

# Elements without an end tag.
_VOID = {"img", "input", "meta"}


class Page(html.parser.HTMLParser):
    """Elements with their attributes, and the text under every id."""

    def __init__(self, content: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text_of: dict[str, str] = {}
        self.inline = {"style": "", "script": ""}
        self.open: list[tuple[str, str | None]] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in _VOID:
            self.open.append((tag, attributes.get("id")))

    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data):
        if self.open and self.open[-1][0] in self.inline:
            self.inline[self.open[-1][0]] += data
            return
        for _, element_id in self.open:
            if element_id is not None:
                self.text_of[element_id] = (
                    self.text_of.get(element_id, "") + data
                )

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [element for name, element in self.elements if name == tag]

    def with_id(self, element_id: str) -> bool:
        return any(
            element.get("id") == element_id for _, element in self.elements
        )

    def cautions(self) -> list[str | None]:
        return [
            element["data-caution"]
            for _, element in self.elements
            if "data-caution" in element
        ]

    def alternatives(self) -> list[str | None]:
        """The alt texts of the pictures that are not decoration."""
        return [element["alt"] for element in self.all("img") if element["alt"]]


def render(**changes: Any) -> Page:
    data = report_samples.report_data(**changes)
    return Page(page.render(data, pictures.ENCODINGS[0]))
