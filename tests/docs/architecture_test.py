"""ARCHITECTURE.md leads along files that exist and that import one another.

CONTRIBUTING.md says of each folder which others it imports.
"""

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


def _rows() -> dict[tuple[str, ...], set[str]]:
    """Returns folders -> what CONTRIBUTING.md says that they import."""
    page = (_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = {}
    for line in page.splitlines():
        if line.startswith("| `") and line.count("|") == 4:
            _, first, _, imports, _ = line.split("|")
            folders = tuple(re.findall(r"`(\w+)/`", first))
            if folders and "the above" not in imports:
                rows[folders] = set(re.findall(r"`(\w+)`", imports))
    return rows


def _folders_imported(folder: str) -> set[str]:
    """Returns the other folders of stylex_tf that a folder imports."""
    parts = [
        module.split("/")
        for path in (_ROOT / "stylex_tf" / folder).rglob("*.py")
        for module in _imported(str(path.relative_to(_ROOT)))
    ]
    named = {part[1] for part in parts if part[0] == "stylex_tf"}
    return {name for name in named if (_ROOT / "stylex_tf" / name).is_dir()} - {
        folder
    }


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

    def test_ten_files_could_not_hold_the_way_of_an_image(self):
        lines = sum(
            len((_ROOT / step).read_text().splitlines())
            for step in _ways()["image"]
        )
        # docs/experiments/ten_files.md says so; a file has at most 400.
        self.assertGreater(lines, 10 * 400)

    def test_there_are_rows(self):
        self.assertContainsSubset({("ops",), ("layers", "models")}, _rows())

    @parameterized.parameters(*_rows().items())
    def test_a_row_names_the_folders_that_are_imported(self, folders, said):
        imported = set().union(*map(_folders_imported, folders))
        self.assertEqual(imported, said - {"config"})


if __name__ == "__main__":
    absltest.main()
