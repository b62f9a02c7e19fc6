import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import shapes


class CheckShapeTest(parameterized.TestCase):
    @parameterized.parameters(
        ((2, 3), [2, 3]), ((2, 3), [None, 3]), ((2, 3), [None, None]), ((), [])
    )
    def test_accepts_what_fits(self, shape, expected):
        shapes.check_shape("x", tf.zeros(shape), expected)
        shapes.check_shape("x", np.zeros(shape), expected)

    @parameterized.parameters(
        ((2, 3), [2, 4]), ((2, 3), [2, 3, 1]), ((2, 3), [6]), ((), [1])
    )
    def test_names_the_tensor_that_does_not_fit(self, shape, expected):
        with self.assertRaises(ValueError) as caught:
            shapes.check_shape("styles", tf.zeros(shape), expected)
        self.assertEqual(
            str(caught.exception),
            f"styles has shape {shape}; expected {tuple(expected)}",
        )

    @parameterized.parameters(([None, 3],), (None,))
    def test_accepts_what_only_a_run_will_tell(self, static_shape):
        @tf.function(input_signature=[tf.TensorSpec(static_shape)])
        def checked(x):
            shapes.check_shape("x", x, [2, 3])
            return x

        self.assertEqual(checked(tf.zeros([2, 3])).shape, [2, 3])


if __name__ == "__main__":
    absltest.main()
