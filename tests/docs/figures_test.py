"""The pages show the one table of figures as it is."""

import pathlib

from absl.testing import absltest

from stylex_tf.evaluation import renderings

_DOCS = pathlib.Path(__file__).parents[2] / "docs"


class FiguresTest(absltest.TestCase):
    def test_the_page_defines_every_row(self):
        page = (_DOCS / "evaluation.md").read_text(encoding="utf-8")

        # After a change of the table: print it, and put it there.
        self.assertIn(renderings.definitions(), page)


if __name__ == "__main__":
    absltest.main()
