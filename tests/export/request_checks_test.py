"""Tests of what waits for a request to make sense.

What is refused, and with which words, stands in servables_test.
"""

import tensorflow as tf
from absl.testing import absltest

from stylex_tf.export import request_checks, signatures


class RequestChecksTest(absltest.TestCase):
    def test_no_work_begins_before_the_request_was_checked(self):
        begun = []

        def work(tensor):
            tf.py_function(lambda x: begun.append(len(x)), [tensor], [])
            return tensor

        @tf.function
        def serve(**inputs):
            checked = request_checks.edits(
                signatures.EDIT, searched=5, **inputs
            )
            return [work(tensor) for tensor in checked]

        edits = {
            "image_bytes": tf.constant(["a", "b"]),
            "coordinates": tf.constant([[0, -1], [4, 2]]),
            "directions": tf.constant([[0, 9], [1, 1]]),
            "strengths": tf.ones([2, 2]),
        }
        for name, wrong in (
            ("image_bytes", tf.constant(["a"])),
            ("coordinates", tf.constant([[0, 5], [4, 2]])),
            ("directions", tf.constant([[0, 0], [1, 2]])),
            ("strengths", tf.ones([2, 3])),
        ):
            with self.assertRaises(tf.errors.InvalidArgumentError):
                serve(**{**edits, name: wrong})
            self.assertEmpty(begun, name)

        answer = serve(**edits)
        self.assertLen(begun, 4)
        # A direction that does not matter does not reach what indexes by it.
        self.assertEqual(answer[2].numpy().tolist(), [[0, 0], [1, 1]])


if __name__ == "__main__":
    absltest.main()
