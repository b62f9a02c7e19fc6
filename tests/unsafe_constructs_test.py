"""Reads the source for constructs that a stranger's file could abuse."""

import ast
import pathlib

from absl.testing import absltest, parameterized

_FOLDERS = ("stylex_tf", "serving")
# Calls by the name under which they are written.
_CALLS = frozenset(
    "eval exec compile __import__ os.system os.popen yaml.load marshal.load "
    "marshal.loads shelve.open dill.load dill.loads joblib.load torch.load "
    "tempfile.mktemp pd.read_pickle pandas.read_pickle".split()
)
_MODULES = frozenset("pickle cPickle dill marshal shelve joblib".split())
_KEYWORDS = {"allow_pickle": True, "shell": True, "enable_unsafe": True}
# The one place that may switch Keras's check off, where the user says so.
_SAFE_MODE = "stylex_tf/classifiers/keras_files.py"
# They open what this process, or the server it chose, drew itself.
_OWN_PICTURES = frozenset({"avatars.py", "explorer_page.py"})


def constructs_in(source: str) -> list[str]:
    """Returns the unsafe constructs of a module, as "line: what"."""
    constructs = []
    tree = ast.parse(source)
    for node in ast.walk(tree):
        constructs += [f"{node.lineno}: {what}" for what in _of_node(node)]
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    bounding = {f.name for f in functions if _compares_width(f)}
    for scope in functions:
        constructs += _unbounded_pictures(scope, bounding)
    return constructs


def _of_node(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [a.name for a in node.names if a.name in _MODULES]
    if isinstance(node, ast.ImportFrom):
        return [str(node.module)] if node.module in _MODULES else []
    if not isinstance(node, ast.Call):
        return []
    what = [ast.unparse(node.func)] if ast.unparse(node.func) in _CALLS else []
    for keyword in node.keywords:
        value = getattr(keyword.value, "value", None)
        if keyword.arg in _KEYWORDS and value is not False:
            what.append(f"{keyword.arg}={ast.unparse(keyword.value)}")
        if keyword.arg == "safe_mode" and value is not True:
            what.append(f"safe_mode={ast.unparse(keyword.value)}")
    return what


def _compares_width(scope: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Compare) and "width" in ast.unparse(node)
        for node in ast.walk(scope)
    )


def _unbounded_pictures(
    scope: ast.FunctionDef, bounding: set[str]
) -> list[str]:
    """Returns where Pillow opens a file whose size is not looked at.

    Pillow reads the size when it opens a file, and decodes it later: the same
    function, or one of the module that it calls, has to compare `width` with a
    limit.
    """
    calls = [node for node in ast.walk(scope) if isinstance(node, ast.Call)]
    names = {ast.unparse(call.func) for call in calls}
    if _compares_width(scope) or names & bounding:
        return []
    return [
        f"{call.lineno}: unbounded Image.open"
        for call in calls
        if ast.unparse(call.func) in ("Image.open", "PIL.Image.open")
    ]


class UnsafeConstructsTest(parameterized.TestCase):
    def test_the_source_has_none(self):
        files = [
            path
            for folder in _FOLDERS
            for path in sorted(pathlib.Path(folder).rglob("*.py"))
        ]
        self.assertGreater(len(files), 150)
        unsafe = [
            f"{path}:{construct}"
            for path in files
            for construct in constructs_in(path.read_text())
            if not (str(path) == _SAFE_MODE and "safe_mode=" in construct)
            and not (path.name in _OWN_PICTURES and "Image.open" in construct)
        ]
        self.assertEmpty(unsafe)

    @parameterized.parameters(
        "import pickle",
        "from pickle import loads",
        "eval(text)",
        "exec(text)",
        "yaml.load(text)",
        "subprocess.run(text, shell=True)",
        "subprocess.run(text, shell=asked)",
        "np.load(file, allow_pickle=True)",
        "keras.models.load_model(path, safe_mode=False)",
        "def f():\n    return Image.open(file).convert('RGB')",
    )
    def test_each_would_be_found(self, source):
        self.assertLen(constructs_in(source), 1)

    @parameterized.parameters(
        "np.load(file, allow_pickle=False)",
        "yaml.safe_load(text)",
        "re.compile(text)",
        "model.compile(optimizer)",
        "literal_eval(text)",
        "def f():\n    i = Image.open(b)\n    assert i.width * i.height < 9",
    )
    def test_what_is_safe_is_left_alone(self, source):
        self.assertEmpty(constructs_in(source))


if __name__ == "__main__":
    absltest.main()
