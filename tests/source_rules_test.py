"""The source keeps the rules of CONTRIBUTING.md that no other tool checks."""

import ast
import functools
import io
import pathlib
import re
import sys
import tokenize
from collections.abc import Iterator

from absl.testing import absltest

# Bazel's links lead to the repository itself, which is looked through whole:
# the target is tagged `external`, so that no result of it is kept.
_ROOT = pathlib.Path(__file__).resolve().parents[1]
_PRODUCT = ("stylex_tf", "serving")
_MEASURED = (*_PRODUCT, "benchmarks", "tools")
_ROOMS = (*_MEASURED, "configs", "tests")

_MOST_LINES = 60
_MOST_LONG_FUNCTIONS = 8
_MOST_PARAMETERS = 7
_MOST_LINES_OF_A_FILE = 400
_MOST_COLUMNS = 80
_LONG = "Longer than 60 lines:"
_NAMES_OF_ANYTHING = {"found", "one"}
# Nouns that a summary has begun with, and that end like a verb.
_NOUNS = frozenset(
    """
    Arrays As Attributes Avatars Brightness Bytes Candidates Classes Columns
    Constants Convolutions Coordinates Directions Features Files Folders Images
    Indices Its Keras Kinds Layers Less Levels Logits Means Numbers ONNX's
    Operations Paths Pictures Pixels Ports Probabilities Requests Rows Seconds
    Shares Slices Steps Styles Synthesis Templates This Ways
    """.split()
)
_MANY = "More than seven parameters:"

# Both ways to a server are tried against one server, side by side.
_TESTED_ELSEWHERE = {
    "api/grpc": "tests/serving/client_transport_test.py",
    "api/rest": "tests/serving/client_transport_test.py",
}

# Files of the extras beside `train`.
_OF_OTHER_EXTRAS = (
    "stylex_tf/api/grpc/",
    "stylex_tf/api/rest/",
    "stylex_tf/apps/explorer",
    "stylex_tf/data/dicom.py",
    "stylex_tf/search/beam.py",
)
# A requirement of the package, or of an extra, at the start of a line.
_REQUIRED = re.compile(r'^  "([a-z0-9-]+)', re.MULTILINE)
# TensorFlow and what it brings, and what jinja2 does.
_SURELY = {"tensorflow", "keras", "h5py", "protobuf", "markupsafe"}
_DISTRIBUTIONS = {
    "PIL": "pillow",
    "absl": "absl-py",
    "dicebear": "dicebear-core",
    "dicebear_styles": "dicebear-styles",
    "google": "protobuf",
}

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def _files(*rooms: str) -> tuple[str, ...]:
    files = (
        path.relative_to(_ROOT).as_posix()
        for room in rooms
        for path in (_ROOT / room).rglob("*.py")
    )
    return tuple(sorted(files))


@functools.cache
def _text(file: str) -> str:
    return (_ROOT / file).read_text(encoding="utf-8")


@functools.cache
def _tree(file: str) -> ast.Module:
    return ast.parse(_text(file))


@functools.cache
def _nodes(file: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_tree(file)))


def _packages(file: str) -> set[str]:
    """Returns the packages of others that a file imports when imported."""
    names = set()
    for node in _tree(file).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    tops = {name.partition(".")[0] for name in names}
    return tops - sys.stdlib_module_names - {"stylex_tf", "configs"}


def _functions(file: str) -> Iterator[_Function]:
    for node in _nodes(file):
        if isinstance(node, _Function):
            yield node


def _reasons(file: str, function: _Function) -> str:
    """Returns the comment that stands right above a function."""
    lines = _text(file).splitlines()
    first = min([function.lineno, *(d.lineno for d in function.decorator_list)])
    comment: list[str] = []
    for line in reversed(lines[: first - 1]):
        if not line.strip().startswith("#"):
            break
        comment.insert(0, line.strip("# "))
    return " ".join(comment)


def _parameters(function: _Function) -> int:
    arguments = function.args
    names = [
        argument.arg
        for argument in (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
        )
    ]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def _begins_with_a_verb(summary: str) -> bool:
    first = summary.split()[0].rstrip(",.:;")
    return first[0].isupper() and first[-1] == "s" and first not in _NOUNS


def _names(file: str) -> Iterator[tuple[str, int]]:
    """Yields every name that a file gives to something, with its line."""
    for node in _nodes(file):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, _Function):
            yield node.name, node.lineno


def _sentences_of(text: str) -> list[str]:
    """Returns what begins a sentence that hides its subject behind "Of"."""
    plain = re.sub(r"\s+", " ", text).strip()
    return re.findall(r"(?:^|[.?!] )(Of [a-z0-9].{0,40})", plain)


def _comments(file: str) -> Iterator[str]:
    """Yields the comments of a file, lines that follow one another joined."""
    block: list[str] = []
    last = -1
    for token in tokenize.generate_tokens(io.StringIO(_text(file)).readline):
        if token.type != tokenize.COMMENT:
            continue
        if token.start[0] != last + 1:
            yield " ".join(block)
            block = []
        block.append(token.string.strip("# "))
        last = token.start[0]
    yield " ".join(block)


def _strings(file: str) -> Iterator[str]:
    for node in _nodes(file):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _imports(file: str) -> set[str]:
    """Returns the files of ours that a file imports, for types as well."""
    modules = set()
    for node in _nodes(file):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules |= {f"{node.module}.{a.name}" for a in node.names}
            modules.add(node.module)
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    return {module.replace(".", "/") + ".py" for module in modules} - {file}


class SourceRulesTest(absltest.TestCase):
    def test_no_sentence_begins_with_of(self):
        self.assertNotEmpty(_sentences_of("It is.\n    Of three, one is."))
        self.assertEmpty(_sentences_of("One of three. Offices are none."))
        for file in _files(*_ROOMS):
            # Most files are done without looking at their parts.
            if not re.search(r"\bOf\s", _text(file)):
                continue
            for text in (*_strings(file), *_comments(file)):
                if file != "tests/source_rules_test.py":
                    with self.subTest(file):
                        self.assertEmpty(_sentences_of(text))

    def test_what_training_imports_is_in_its_extra(self):
        """`pip install '.[train]'` beside TensorFlow brings all of it."""
        requirements = _text("pyproject.toml")
        promised = set(_SURELY)
        for start in ("\ndependencies = [", "\ntrain = ["):
            _, _, rest = requirements.partition(start)
            promised |= set(_REQUIRED.findall(rest.partition("\n]")[0]))
        for file in _files("stylex_tf", "configs"):
            if file.startswith(_OF_OTHER_EXTRAS):
                continue
            for package in _packages(file):
                with self.subTest(f"{file} imports {package}"):
                    name = _DISTRIBUTIONS.get(package, package)
                    self.assertIn(name.lower().replace("_", "-"), promised)

    def test_every_extra_that_a_message_names_is_there(self):
        _, _, rest = _text("pyproject.toml").partition("optional-dependencies]")
        known = set(re.findall(r"^(\w+) = \[", rest.partition("\n[")[0], re.M))
        named = set()
        for file in _files(*_PRODUCT):
            named |= set(re.findall(r"extras\.how\(\s*.(\w+)", _text(file)))
            # pip finds no package of this name: nothing is published.
            self.assertNotIn("stylex-tf[", _text(file), file)
        self.assertContainsSubset({"train", "demo", "serve", "dicom"}, named)
        self.assertContainsSubset(named, known)

    def test_long_functions_are_few_and_have_a_reason(self):
        long = [
            (file, function.name, _reasons(file, function))
            for file in _files(*_MEASURED, "configs")
            for function in _functions(file)
            if function.end_lineno - function.lineno + 1 > _MOST_LINES
        ]
        self.assertLessEqual(len(long), _MOST_LONG_FUNCTIONS, long)
        for file, name, reason in long:
            self.assertIn(_LONG, reason, f"{file}: {name}")

    def test_many_parameters_have_a_reason(self):
        for file in _files(*_MEASURED, "configs"):
            for function in _functions(file):
                if _parameters(function) > _MOST_PARAMETERS:
                    with self.subTest(f"{file}: {function.name}"):
                        self.assertIn(_MANY, _reasons(file, function))

    def test_files_are_short(self):
        for file in _files(*_MEASURED, "configs"):
            with self.subTest(file):
                self.assertLessEqual(
                    len(_text(file).splitlines()), _MOST_LINES_OF_A_FILE
                )

    def test_no_line_of_python_is_wider_than_80(self):
        for file in _files(*_ROOMS):
            for number, line in enumerate(_text(file).splitlines(), 1):
                # `ruff` holds this as well, but for addresses.
                if len(line) > _MOST_COLUMNS:
                    self.fail(f"{file}:{number} has {len(line)} columns")

    def test_names_say_what_they_are(self):
        for file in _files(*_ROOMS):
            # Most files are done without looking at their parts.
            if not re.search(r"\b(found|one)\b", _text(file)):
                continue
            for name, line in _names(file):
                if name in _NAMES_OF_ANYTHING:
                    self.fail(f"{file}:{line} calls something {name}")

    def test_summaries_begin_with_a_verb(self):
        self.assertTrue(_begins_with_a_verb("Counts the images."))
        self.assertFalse(_begins_with_a_verb("The number of images."))
        self.assertFalse(_begins_with_a_verb("Images, [N, H, W, C]."))
        for file in _files(*_MEASURED, "configs"):
            # A loss's summary is its formula.
            if file.startswith("stylex_tf/losses/"):
                continue
            for function in _functions(file):
                text = ast.get_docstring(function)
                if text and not _begins_with_a_verb(text):
                    self.fail(f"{file}: {function.name}: {text}")

    def test_summaries_of_files_begin_with_a_verb(self):
        # A config's summary is its title: the experiment.
        for file in _files(*_MEASURED):
            text = ast.get_docstring(_tree(file))
            if text and not _begins_with_a_verb(text):
                self.fail(f"{file}: {text}")

    def test_pixels_become_floats_in_one_place(self):
        self.assertEqual(
            [
                file
                for file in _files(*_PRODUCT)
                if re.search(r"/ (np\.float32\()?127\.5\)? - ", _text(file))
            ],
            # A client has no TensorFlow, which the second imports.
            [
                "stylex_tf/export/photo_features.py",
                "stylex_tf/ops/preprocessing.py",
            ],
        )

    def test_a_path_of_a_flag_may_begin_at_home(self):
        # `--output=~/x` reaches a program as it is: no shell expands it.
        left_as_it_is = re.compile(
            r"type=pathlib\.Path|pathlib\.Path\(_[A-Z_]+\.value\)(?!\.expandus)"
        )
        self.assertEmpty(
            [
                file
                for file in _files(*_PRODUCT)
                if left_as_it_is.search(_text(file))
            ]
        )

    def test_what_one_file_does_no_other_does(self):
        for pattern, rooms, files in (
            (r"import apache_beam", _PRODUCT, ["stylex_tf/search/beam.py"]),
            (r"\.scope\(\)", _PRODUCT, ["stylex_tf/runs/run.py"]),
            (
                r"strategy\.run\(",
                _PRODUCT,
                # A classifier is tried on replicas before it is trained on.
                [
                    "stylex_tf/classifiers/adapter.py",
                    "stylex_tf/training/step.py",
                ],
            ),
            (r"import tensorflow_addons", _PRODUCT, []),
        ):
            with self.subTest(pattern):
                self.assertEqual(
                    [f for f in _files(*rooms) if re.search(pattern, _text(f))],
                    files,
                )

    def test_no_file_imports_itself_by_way_of_others(self):
        files = _files(*_PRODUCT, "configs")
        left = {file: _imports(file) & set(files) for file in files}
        # What imports nothing that is left is no part of a circle.
        while free := [file for file, needs in left.items() if not needs]:
            for file in free:
                del left[file]
            for needs in left.values():
                needs.difference_update(free)
        self.assertEqual(sorted(left), [])


class MirrorTest(absltest.TestCase):
    """tests/ has the rooms of the source, and tests named for its files."""

    def test_every_room_has_tests(self):
        for room in _rooms_of_tests():
            with self.subTest(room):
                folder = _ROOT / "tests" / room
                tests = list(folder.glob("*_test.py"))
                if room in _TESTED_ELSEWHERE:
                    self.assertEmpty(tests)
                    tests = [_ROOT / _TESTED_ELSEWHERE[room]]
                self.assertNotEmpty(tests)
                self.assertTrue(tests[0].is_file())

    def test_every_test_file_is_named_in_its_build_file(self):
        for file in _files("tests"):
            path = pathlib.Path(file)
            if path.stem.endswith("_test"):
                with self.subTest(file):
                    self.assertRegex(
                        (_ROOT / path.parent / "BUILD").read_text(),
                        rf'"{path.stem}(\.py)?"',
                    )

    def test_a_test_of_one_file_lies_where_the_file_lies(self):
        rooms: dict[str, set[str]] = {}
        for file in _files(*_PRODUCT):
            rooms.setdefault(pathlib.Path(file).stem, set()).add(
                _room_of_tests(file)
            )
        for file in _files("tests"):
            path = pathlib.Path(file)
            room = str(path.parent).removeprefix("tests").lstrip("/")
            name = path.stem.removesuffix("_test")
            # Folders such as tests/integration belong to no single room.
            if room in _rooms_of_tests() and name in rooms:
                with self.subTest(file):
                    self.assertIn(room, rooms[name])


def _room_of_tests(file: str) -> str:
    """Returns the folder below tests/ in which a file's tests lie."""
    return str(pathlib.Path(file).parent).removeprefix("stylex_tf").lstrip("/")


@functools.cache
def _rooms_of_tests() -> tuple[str, ...]:
    return tuple(sorted({_room_of_tests(file) for file in _files(*_PRODUCT)}))


if __name__ == "__main__":
    absltest.main()
