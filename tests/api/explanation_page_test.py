import base64
import dataclasses
import io
import re

import numpy as np
from absl.testing import absltest
from PIL import Image

from stylex_tf.api import cells, explanation_page
from stylex_tf.report import marks

_PICTURE = np.arange(300 * 300 * 3).reshape(300, 300, 3).astype(np.uint8)
_ROW = cells.Row(
    heading='<script>"x"</script>',
    trust="Nothing speaks against <it>.",
    level="fair",
    cells=(cells.Cell(picture=_PICTURE, corner=">0.99", caption="a & b"),),
)


class ExplanationPageTest(absltest.TestCase):
    def test_pictures_lose_nothing(self):
        page = explanation_page.render([_ROW], facts=[])

        (encoded,) = re.findall('src="data:image/webp;base64,(.*?)"', page)
        with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
            np.testing.assert_array_equal(np.asarray(image), _PICTURE)

    def test_escapes_every_text(self):
        page = explanation_page.render([_ROW], facts=[("model", "<i>&")])

        self.assertNotIn("<script", page)
        self.assertIn("&gt;0.99", page)
        self.assertIn('alt="a &amp; b"', page)
        self.assertIn("<dt>model</dt><dd>&lt;i&gt;&amp;</dd>", page)

    def test_says_how_far_to_trust_each_image(self):
        doubtful = dataclasses.replace(
            _ROW, trust="Do not rely on this.", level="doubtful"
        )

        page = explanation_page.render([_ROW, doubtful], facts=[])

        self.assertIn(
            '<p class="trust fair">Nothing speaks against &lt;it&gt;.</p>', page
        )
        self.assertIn(
            '<p class="trust doubtful">Do not rely on this.</p>', page
        )

    def test_an_attribute_that_does_little_is_marked(self):
        (cell,) = _ROW.cells
        weak = dataclasses.replace(cell, caution="weak")
        row = dataclasses.replace(_ROW, cells=(cell, weak))

        page = explanation_page.render([row], facts=[])

        self.assertEqual(page.count('<span class="caution">weak</span>'), 1)
        # What the word means stands there too, and only there.
        self.assertIn(marks.LEGEND, page)
        unmarked = explanation_page.render([_ROW], facts=[])
        self.assertNotIn(marks.LEGEND, unmarked)

    def test_a_mark_of_the_edit_on_the_image_alone_is_explained_too(self):
        (cell,) = _ROW.cells
        carried = dataclasses.replace(cell, caution="weak")
        edit = dataclasses.replace(cell, carried=carried)

        page = explanation_page.render(
            [dataclasses.replace(_ROW, cells=(edit,))], facts=[]
        )

        self.assertEqual(page.count('<span class="caution">weak</span>'), 1)
        self.assertIn(marks.LEGEND, page)

    def test_printed_pages_are_numbered(self):
        page = explanation_page.render([_ROW], facts=[])

        self.assertIn("counter(page)", page)

    def test_allows_itself_no_network(self):
        page = explanation_page.render([_ROW], facts=[])

        self.assertIn("default-src 'none'; img-src data:", page)
        self.assertNotIn("http:", page)
        self.assertNotIn("https:", page)

    def test_a_fragment_styles_nothing_but_itself(self):
        fragment = explanation_page.render_fragment([_ROW], note="and 3 more")

        (style,) = re.findall("<style>(.*?)</style>", fragment, re.DOTALL)
        for rule in style.strip().splitlines():
            self.assertStartsWith(rule, ".stylex")
        self.assertIn("<p>and 3 more</p>", fragment)


if __name__ == "__main__":
    absltest.main()
