"""The examples of docs/python_api.md, run in order."""

import contextlib
import io
import pathlib
import re

import numpy as np
from absl.testing import absltest

import stylex_tf
from tests.testing import image_files, page_examples, tiny_export

_PAGE = pathlib.Path("docs/python_api.md").resolve()


class PythonApiPageTest(absltest.TestCase):
    def test_every_example_runs(self):
        folder = pathlib.Path(self.create_tempdir())
        tiny_export.write(folder / "runs" / "quickstart" / "export")
        for seed, name in enumerate(("face.png", "other.jpg")):
            image_files.write(
                folder / name,
                image_files.encode(
                    image_files.noise(seed), "JPEG" if seed else "PNG"
                ),
            )
        self.enter_context(contextlib.chdir(folder))
        printed = self.enter_context(contextlib.redirect_stdout(io.StringIO()))
        names = page_examples.run(_PAGE)

        self.assertIn("1 of 2 images cannot be used: now", printed.getvalue())
        self.assertStartsWith(
            (folder / "explanation.html").read_text(), "<!doctype html>"
        )
        self.assertTrue((folder / "sheet.png").exists())
        np.testing.assert_array_equal(
            names["again"].edited, names["explanation"].edited
        )

    def test_every_public_name_is_on_the_page(self):
        text = "\n".join(page_examples.read(_PAGE))
        calls = [f"model.{name}" for name in _public(stylex_tf.Explainer)]
        calls += [f".{name}" for name in _public(stylex_tf.Explanation)]
        for call in calls:
            self.assertRegex(text, rf"{re.escape(call)}\b")


def _public(cls):
    names = {*vars(cls), *getattr(cls, "__annotations__", {})}
    return sorted(name for name in names if not name.startswith("_"))


if __name__ == "__main__":
    absltest.main()
