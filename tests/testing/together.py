"""Runs the tests of several files in one process.

    together.py --modules=tests.ops.activation_test,tests.ops.batching_test

So TensorFlow is imported once for all of them, which takes longer than most of
them take themselves. One file alone is run by `python -m`.
"""

import unittest

from absl import flags
from absl.testing import absltest

_MODULES = flags.DEFINE_list("modules", [], "The test modules, in this order.")


def load_tests(
    loader: unittest.TestLoader,
    standard_tests: unittest.TestSuite,
    pattern: str | None,
) -> unittest.TestSuite:
    """Gives the tests of all modules; unittest calls it by its name."""
    del standard_tests, pattern
    suites = []
    for module in _MODULES.value:
        suite = loader.loadTestsFromName(module)
        if not suite.countTestCases():
            raise ValueError(f"{module} has no test")
        suites.append(suite)
    return unittest.TestSuite(suites)


if __name__ == "__main__":
    absltest.main()
