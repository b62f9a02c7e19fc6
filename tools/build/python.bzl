"""The Python rules of this repository: the one place that names native rules.

Attributes are those of the native rules. Packages from PyPI are not declared:
they come with the interpreter of @python_env, which Bazel cannot see into. So
every target also depends on the description of that environment; without it, a
changed package would leave old test results "(cached) PASSED".
"""

_ENVIRONMENT = ["@python_env//:environment.txt"]
_TOGETHER = "//tests/testing:together.py"

def py_library(name, data = [], **kwargs):
    """A native py_library that knows the Python environment.

    Args:
      name: the module's name, without .py.
      data: files that the module reads.
      **kwargs: as for the native rule.
    """

    # buildifier: disable=native-py
    native.py_library(
        name = name,
        data = data + _ENVIRONMENT,
        srcs_version = "PY3",
        **kwargs
    )

def py_binary(name, data = [], **kwargs):
    """A native py_binary that knows the Python environment.

    Args:
      name: the program's name, without .py.
      data: files that the program reads.
      **kwargs: as for the native rule.
    """

    # buildifier: disable=native-py
    native.py_binary(
        name = name,
        data = data + _ENVIRONMENT,
        python_version = "PY3",
        srcs_version = "PY3",
        **kwargs
    )

def py_test(name, data = [], size = "small", **kwargs):
    """A native py_test that knows the Python environment; small by default.

    Args:
      name: the name of the test file, without .py.
      data: files that the test reads.
      size: small, medium, large or enormous: at most 120, 300, 900 or 3,600
        seconds.
      **kwargs: as for the native rule.
    """

    # buildifier: disable=native-py
    native.py_test(
        name = name,
        data = data + _ENVIRONMENT,
        size = size,
        python_version = "PY3",
        srcs_version = "PY3",
        **kwargs
    )

def py_tests(name, tests, deps, **kwargs):
    """Runs test files in one process, which imports TensorFlow once.

    For files that take less time than that import; one that needs more time,
    data or tags of its own is a py_test.

    Args:
      name: of the target.
      tests: the names of the test files, without .py.
      deps: what any of them imports.
      **kwargs: as for the native rule.
    """
    package = native.package_name().replace("/", ".")
    py_test(
        name = name,
        size = "medium",
        srcs = [test + ".py" for test in tests] + [_TOGETHER],
        args = ["--modules=" + ",".join([package + "." + test for test in tests])],
        main = _TOGETHER,
        deps = deps,
        **kwargs
    )
