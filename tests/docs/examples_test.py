"""The Python examples of the documentation run, each page in order.

docs/python_api.md has a test of its own, tests/api/python_api_page_test.py.
"""

import contextlib
import pathlib

from absl.testing import absltest, parameterized

from tests.testing import image_files, page_examples, tiny_export

_DOCS = pathlib.Path("docs").resolve()
_PAGES = (
    "augmentation.md",
    "evaluation.md",
    "export.md",
    "method.md",
    "search.md",
    "studies.md",
    "worlds.md",
)


class ExamplesTest(parameterized.TestCase):
    @parameterized.parameters(*_PAGES)
    def test_runs(self, page):
        examples = page_examples.read(_DOCS / page)
        self.assertNotEmpty(examples)
        folder = pathlib.Path(self.create_tempdir())
        self.enter_context(contextlib.chdir(folder))
        # What a reader has who comes from the quick start.
        if "runs/quickstart" in "".join(examples):
            tiny_export.write(folder / "runs" / "quickstart" / "export")
            image_files.write(
                folder / "face.png", image_files.encode(image_files.noise(0))
            )
        page_examples.run(_DOCS / page)


if __name__ == "__main__":
    absltest.main()
