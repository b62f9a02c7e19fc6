import grpc
from absl.testing import absltest, parameterized

from serving.model_server import call as calls
from serving.model_server import errors, limits


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

    def test_several_end_with_the_last_of_them(self):
        several = [calls.Call(5), calls.Call(50)]
        together = calls.until_all_end(several)
        self.assertBetween(together.remaining(), 5, 50)

        several[1].cancel()
        together.check()
        several[0].cancel()

        with self.assertRaises(errors.ServingError):
            together.check()
        self.assertIsNone(
            calls.until_all_end([calls.Call(), calls.Call(1)]).remaining()
        )

    def test_holds_memory_until_it_is_released(self):
        budget = limits.Budget(100)
        call, other = (calls.Call(budget=budget) for _ in range(2))
        call.hold(60)
        call.hold(10)

        with self.assertRaises(errors.ServingError) as caught:
            other.hold(31)
        self.assertEqual(
            caught.exception.code, grpc.StatusCode.RESOURCE_EXHAUSTED
        )
        call.cancel()
        self.assertEqual(budget.taken(), 70)
        call.release()
        call.release()
        other.hold(100)
        self.assertEqual(budget.taken(), 100)


if __name__ == "__main__":
    absltest.main()
