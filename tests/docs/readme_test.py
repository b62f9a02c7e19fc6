"""The README's Python runs as it stands, where a reader would run it."""

import contextlib
import pathlib

from absl.testing import absltest

from tests.testing import page_examples

_README = pathlib.Path("README.md").resolve()


class ReadmeTest(absltest.TestCase):
    def test_the_first_snippet_runs(self):
        (snippet,) = page_examples.read(_README)
        self.assertIn("stylex_tf.load(", snippet)
        folder = pathlib.Path(self.create_tempdir())
        self.enter_context(contextlib.chdir(folder))

        names = page_examples.run(_README)

        self.assertLen(names["explanation"], 6)
        page = (folder / "faces.html").read_text(encoding="utf-8")
        self.assertEqual(page.count("probability of"), 6)
        # It ships with a model that can say how far to trust each.
        levels = [trust.level for trust in names["explanation"].trust]
        self.assertNotIn("unknown", levels)
        self.assertGreaterEqual(levels.count("fair"), 4)


if __name__ == "__main__":
    absltest.main()
