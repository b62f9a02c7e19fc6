"""Tests of what every page has."""

import base64
import hashlib
import pathlib

import jinja2
from absl.testing import absltest

from stylex_tf.report import page_template


class PageTemplateTest(absltest.TestCase):
    def _environment(self, template: str) -> jinja2.Environment:
        folder = pathlib.Path(self.create_tempdir())
        (folder / "page.html").write_text(template)
        return page_template.environment(folder)

    def test_texts_are_escaped(self):
        page = self._environment("{{ name }}").get_template("page.html")

        self.assertEqual(page.render(name="<b>"), "&lt;b&gt;")

    def test_a_name_that_is_missing_is_an_error(self):
        page = self._environment("{{ name }}").get_template("page.html")

        with self.assertRaises(jinja2.UndefinedError):
            page.render()

    def test_inline_texts_stand_as_they_are_with_their_hash(self):
        page = self._environment(
            "{{ style }}|{{ style_hash }}|{{ script }}|{{ script_hash }}"
        ).get_template("page.html")

        style, style_hash, script, script_hash = page.render(
            **page_template.inline(style="a > b {}", script="1 < 2")
        ).split("|")

        self.assertEqual((style, script), ("a > b {}", "1 < 2"))
        for text, stated in ((style, style_hash), (script, script_hash)):
            digest = hashlib.sha256(text.encode()).digest()
            expected = base64.b64encode(digest).decode()
            self.assertEqual(stated, f"sha256-{expected}")


if __name__ == "__main__":
    absltest.main()
