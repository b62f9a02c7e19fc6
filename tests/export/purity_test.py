"""Tests of what a signature may do."""

import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.export import purity


def _nested(function):
    """Calls a function from within a loop, within a function."""
    return tf.function(
        lambda x: tf.map_fn(tf.function(function), x[None], tf.float32)
    )


class PurityTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.count = tf.Variable(0.0)

    def check(self, function):
        purity.check(
            "encode",
            _nested(function).get_concrete_function(tf.TensorSpec([2])),
        )

    def test_reading_variables_is_pure(self):
        self.check(lambda x: x + self.count)

    @parameterized.named_parameters(
        ("writes", lambda self, x: self.count.assign_add(x[0]), "AssignAdd"),
        ("draws", lambda self, x: x + tf.random.normal([2]), "RandomStandard"),
        (
            "calls_python",
            lambda self, x: tf.py_function(lambda x: x, [x], tf.float32),
            "EagerPyFunc",
        ),
    )
    def test_refuses_what_is_not(self, function, operation):
        with self.assertRaisesRegex(
            ValueError, f"^encode cannot be exported: .* uses {operation}"
        ):
            self.check(lambda x: function(self, x))


if __name__ == "__main__":
    absltest.main()
