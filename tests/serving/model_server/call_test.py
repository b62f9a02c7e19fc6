import grpc
from absl.testing import absltest, parameterized

from serving.model_server import call as calls
from serving.model_server import errors


class CallTest(parameterized.TestCase):
    def test_counts_down_to_its_end(self):
        now = 100.0
        call = calls.Call(5.0, clock=lambda: now)
        call.check()

        now = 103.0
        self.assertEqual(call.remaining(), 2.0)
        now = 110.0
        self.assertEqual(call.remaining(), 0.0)

        with self.assertRaises(errors.ServingError) as caught:
            call.check()
        self.assertEqual(
            caught.exception.code, grpc.StatusCode.DEADLINE_EXCEEDED
        )

    @parameterized.parameters(None, float("inf"), 1e18)
    def test_may_have_no_end(self, timeout):
        call = calls.Call(timeout)

        call.check()
        self.assertIsNone(call.remaining())

    def test_tells_once_that_it_was_cancelled(self):
        call = calls.Call()
        told = []
        call.on_cancel(lambda: told.append("before"))

        call.cancel()
        call.cancel()
        call.on_cancel(lambda: told.append("after"))

        self.assertEqual(told, ["before", "after"])
        with self.assertRaises(errors.ServingError) as caught:
            call.check()
        self.assertEqual(caught.exception.code, grpc.StatusCode.CANCELLED)


if __name__ == "__main__":
    absltest.main()
