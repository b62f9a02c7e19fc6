"""What `pip install .` brings is enough for the commands that only look."""

import ast
import pathlib
import re
import sys
from collections.abc import Iterator

import tomllib
from absl.testing import absltest

# Bazel's links lead to the repository itself: the target is `external`.
_ROOT = pathlib.Path(__file__).resolve().parents[1]
_ENTRANCES = (
    "stylex_tf",
    "stylex_tf.cli.stylex",
    "stylex_tf.cli.explain",
    "stylex_tf.cli.demo",
)
# What a Python program trains with, and servers are asked by: not looking.
_OTHER_WORK = ("stylex_tf.train_in_memory",)
# What is asked for by name, with a line that says how it is installed.
_EXTRAS = {
    "gradio": "demo",
    "google": "serve",
    "grpc": "serve",
    "urllib3": "serve",
}
# What is never replaced, and what another package brings.
_YOURS = {"tensorflow"}
_BROUGHT = {"markupsafe"}
_DISTRIBUTIONS = {"PIL": "pillow", "absl": "absl-py"}


def _file(module: str) -> pathlib.Path | None:
    """The file of a module of ours; None where it is a name in one."""
    path = _ROOT.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


def _modules(nodes: Iterator[ast.AST] | list[ast.stmt]) -> set[str]:
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
            names.add(node.module)
    return names


def _reached() -> set[str]:
    """Our modules that looking imports, at once or later."""
    reached: set[str] = set()
    left = list(_ENTRANCES)
    while left:
        module = left.pop()
        file = _file(module)
        if module in (*reached, *_OTHER_WORK) or file is None:
            continue
        reached.add(module)
        left += _modules(ast.walk(ast.parse(file.read_text("utf-8"))))
    return reached


class LookImportsTest(absltest.TestCase):
    def test_every_package_that_looking_imports_is_declared(self):
        project = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))
        declared = {
            re.match(r"[\w-]+", line)[0]
            for line in project["project"]["dependencies"]
        }
        reached = _reached()
        self.assertContainsSubset(
            {"stylex_tf.apps.explain", "stylex_tf.apps.explorer_page"}, reached
        )

        needed = set()
        for module in reached:
            tree = ast.parse(_file(module).read_text("utf-8"))
            tops = {name.partition(".")[0] for name in _modules(tree.body)}
            needed |= tops - sys.stdlib_module_names
        # That of another extra would have to be named above.
        self.assertContainsSubset(_EXTRAS, needed)
        needed -= {"stylex_tf", *_YOURS, *_BROUGHT, *_EXTRAS}

        self.assertEqual(
            {_DISTRIBUTIONS.get(name, name) for name in needed}, declared
        )
        self.assertContainsSubset(
            set(_EXTRAS.values()), project["project"]["optional-dependencies"]
        )


if __name__ == "__main__":
    absltest.main()
