"""ARCHITECTURE.md leads along files that exist and that import one another."""

import ast
import pathlib
import re

from absl.testing import absltest, parameterized

# Bazel's links lead to the repository itself, as in docs_test.
_ROOT = pathlib.Path(__file__).resolve().parents[2]
_PAGE = (_ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
_WAY = re.compile(r"<!-- way: (\w+) -->\n(.*?)<!-- end of way -->", re.DOTALL)
_STEP = re.compile(r"^\d+\. [^`]*`([\w/]+\.py)`", re.MULTILINE)
_FILE = re.compile(r"`([\w/]+\.py)`")
# Where a way begins anew: bytes from another process arrive here.
_BEGINNINGS = ("serving/model_server/rest.py",)


def _ways() -> dict[str, list[str]]:
    return {name: _STEP.findall(text) for name, text in _WAY.findall(_PAGE)}


def _imported(path: str) -> set[str]:
    """Returns the files of ours that a file imports, at the top or later."""
    modules = set()
    for node in ast.walk(ast.parse((_ROOT / path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules |= {f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    return {module.replace(".", "/") + ".py" for module in modules}


class ArchitectureTest(parameterized.TestCase):
    def test_files_exist(self):
        files = _FILE.findall(_PAGE)
        self.assertGreater(len(files), 40)
        for file in files:
            with self.subTest(file):
                self.assertTrue((_ROOT / file).is_file())

    def test_folders_exist(self):
        folders = re.findall(r"`(stylex_tf/[\w/]+/|docs/[\w/]+/)`", _PAGE)
        self.assertNotEmpty(folders)
        for folder in folders:
            with self.subTest(folder):
                self.assertTrue((_ROOT / folder).is_dir())

    @parameterized.parameters(*_ways())
    def test_each_step_is_imported_by_an_earlier_one(self, way):
        steps = _ways()[way]
        known = _imported(steps[0])
        for step in steps[1:]:
            with self.subTest(step):
                if step not in _BEGINNINGS:
                    self.assertIn(step, known)
                known |= _imported(step)

    @parameterized.parameters(
        (("image",), 18), (("table",), 18), (("request", "signature"), 22)
    )
    def test_a_way_is_short(self, ways, most):
        steps = [step for way in ways for step in _ways()[way]]
        self.assertLen(set(steps), len(steps))
        self.assertBetween(len(steps), 10, most)


if __name__ == "__main__":
    absltest.main()
