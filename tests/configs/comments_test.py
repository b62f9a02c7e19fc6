"""Every config says beside what it sets why, and what that costs."""

import ast
import importlib
import pathlib
import re
from collections.abc import Iterator

from absl.testing import absltest, parameterized

import configs
from stylex_tf import config
from stylex_tf.attributes import presets, style_ranges

_FOLDER = pathlib.Path(next(iter(configs.__path__)))
_FILES = sorted(
    str(path.relative_to(_FOLDER))
    for path in _FOLDER.rglob("*.py")
    if path.stem != "__init__"
)
# They say which experiment it is, and are nobody's advantage or cost.
_QUESTION = {
    "name",
    "source",
    "layout",
    "label",
    "classes",
    "causes",
    "rule",
    "shortcut",
    "shortcut_share",
    "label_noise",
    "path",
}


def _settings(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yields each field that a config sets, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            is_section = isinstance(node.value, ast.Call) and bool(
                node.value.args or node.value.keywords
            )
            if isinstance(target, ast.Attribute) and not is_section:
                yield target.attr, node.lineno
        elif isinstance(node, ast.Call) and _makes_section(node):
            for keyword in node.keywords:
                if not _makes_section(keyword.value):
                    yield str(keyword.arg), keyword.value.lineno


def _makes_section(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.endswith("Config")
    )


def _comment_above(lines: list[str], line: int) -> str:
    """Returns the nearest comment above a line, of the same function."""
    comment: list[str] = []
    for text in reversed(lines[: line - 1]):
        if text.lstrip().startswith("# "):
            comment.insert(0, text.strip(" #"))
        elif comment or text.startswith("def "):
            break
    return " ".join(comment)


def _without_cost(text: str) -> list[str]:
    lines = text.splitlines()
    return [
        f"{name}, line {line}"
        for name, line in _settings(ast.parse(text))
        if name not in _QUESTION
        and not re.search(r"\w[^.]*\. Costs ", _comment_above(lines, line))
    ]


class CommentsTest(parameterized.TestCase):
    def test_sees_what_has_no_reason_or_no_cost(self):
        for comment, missing in (
            ("Faster. Costs detail.", []),
            ("Faster.", ["l1, line 3"]),
            ("Costs detail.", ["l1, line 3"]),
        ):
            text = f"def get_config():\n    # {comment}\n    e.loss.l1 = 2\n"
            self.assertEqual(_without_cost(text), missing)
        text = "def get_config():\n    e.data = DataConfig()\n"
        self.assertEqual(_without_cost(text), ["data, line 2"])
        text = "x = config.LossConfig(\n    l1=2,\n)"
        self.assertEqual(_without_cost(text), ["l1, line 2"])

    def test_there_are_files(self):
        self.assertIn("quickstart.py", _FILES)

    @parameterized.parameters(*_FILES)
    def test_a_comment_says_why_and_what_it_costs(self, file):
        text = (_FOLDER / file).read_text(encoding="utf-8")
        self.assertEmpty(_without_cost(text))

    @parameterized.parameters(*_FILES)
    def test_a_width_is_of_ranges_that_have_one(self, file):
        name = file.removesuffix(".py").replace("/", ".")
        module = importlib.import_module(f"configs.{name}")
        attributes = module.get_config().attributes
        kind = presets.ranges(attributes.preset, attributes.ranges)
        if attributes.range_width != config.AttributesConfig().range_width:
            self.assertIn(
                kind,
                (style_ranges.Kind.PERCENTILE, style_ranges.Kind.DEVIATION),
            )


if __name__ == "__main__":
    absltest.main()
