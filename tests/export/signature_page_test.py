"""The committed page is the one that the code makes."""

import pathlib

from absl.testing import absltest

from stylex_tf.export import signature_page, signatures
from tools import wrap_markdown

_PAGE = pathlib.Path(__file__).parents[2] / "docs" / "serving_signatures.md"


class SignaturePageTest(absltest.TestCase):
    def test_the_committed_page_is_up_to_date(self):
        self.assertEqual(
            _PAGE.read_text(encoding="utf-8"),
            wrap_markdown.wrap(signature_page.render()),
            "run ./bazelw run //stylex_tf/export:signature_page "
            "> docs/serving_signatures.md, then tools/lint.sh --fix",
        )

    def test_every_tensor_has_a_row(self):
        lines = signature_page.render().splitlines()
        for signature in signatures.CONTRACT.values():
            begin = lines.index(f"## `{signature.name}`")
            rule = lines.index("|---|---|---|---|---|", begin)
            rows = lines[rule + 1 :]
            names = [*signature.inputs, *signature.outputs]
            for row, name in zip(rows, names, strict=False):
                self.assertIn(f" | `{name}` | ", row)


if __name__ == "__main__":
    absltest.main()
