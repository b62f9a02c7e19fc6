"""The pages show the one table of figures as it is."""

import pathlib

from absl.testing import absltest

from stylex_tf.evaluation import renderings

_DOCS = pathlib.Path(__file__).parents[2] / "docs"


class FiguresTest(absltest.TestCase):
    def test_the_page_defines_every_row(self):
        page = (_DOCS / "evaluation.md").read_text(encoding="utf-8")

        rows = renderings.definitions().splitlines()
        shown = page.splitlines()
        # After a change of the table: put these rows there, in this order.
        self.assertEmpty([row for row in rows if row not in shown])
        self.assertEqual([row for row in shown if row in rows], rows)


if __name__ == "__main__":
    absltest.main()
