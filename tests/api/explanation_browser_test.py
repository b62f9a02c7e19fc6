"""Tests of the page that `stylex explain` writes, in a real browser."""

import pathlib
import tempfile

import numpy as np
from absl.testing import absltest, parameterized
from playwright import sync_api

from stylex_tf.api import cells, explanation_page
from tests.testing import browser


def _cell(level: int, caption: str, **more) -> cells.Cell:
    picture = np.full([64, 64, 3], level, np.uint8)
    return cells.Cell(picture=picture, corner="0.98", caption=caption, **more)


_ROW = cells.Row(
    heading="a_name_that_is_long_and_has_nowhere_to_break_" * 4 + ".png",
    trust="Nothing speaks against this explanation of the image.",
    level="fair",
    cells=(
        _cell(0, "the image"),
        *(
            _cell(
                100,
                f"style {number}, rebuilt",
                caution="does not turn the decision" if number == 1 else "",
                carried=_cell(
                    200,
                    f"style {number}, on the image",
                    caution="does not turn the decision" if number == 0 else "",
                ),
            )
            for number in range(16)
        ),
    ),
)


class ExplanationBrowserTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        cls.path = folder / "index.html"
        cls.path.write_text(
            explanation_page.render([_ROW, _ROW], facts=[("model", "m" * 99)])
        )
        context = browser.opened(folder / "profile")
        cls.context = cls.enterClassContext(context)

    def _open(self, width: int) -> sync_api.Page:
        opened = self.context.new_page()
        self.addCleanup(opened.close)
        opened.set_viewport_size({"width": width, "height": 800})
        opened.goto(self.path.as_uri())
        return opened

    @parameterized.parameters(1280, 390)
    def test_nothing_is_wider_than_the_window(self, width):
        opened = self._open(width)
        self.assertEqual(
            opened.evaluate("document.documentElement.scrollWidth"), width
        )
        self.assertEqual(
            opened.evaluate(
                "[...document.images].filter(i => !i.naturalWidth).length"
            ),
            0,
        )

    @parameterized.parameters(1280, 390)
    def test_the_switch_shows_edits_on_the_image_with_their_own_marks(
        self, width
    ):
        opened = self._open(width)

        def seen() -> list[str]:
            shown = opened.locator(".caution:visible").locator("..")
            return sorted(set(shown.all_inner_texts()))

        mark = "does not turn the decision"
        self.assertEqual(seen(), [f"style 1, rebuilt\n{mark}"])
        opened.get_by_label("on the image itself").check()
        self.assertEqual(seen(), [f"style 0, on the image\n{mark}"])


if __name__ == "__main__":
    absltest.main()
