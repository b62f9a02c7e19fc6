import concurrent.futures
import threading
from unittest import mock

import grpc
import numpy as np
from absl.testing import absltest, parameterized

from serving.model_server import batching, errors
from serving.model_server import call as calls

# Longer than any test: where one waits so long, it has failed.
_LONG = 60.0


class Model:
    """Doubles its input, when told to; remembers the batches it was given."""

    def __init__(self):
        self.batches = []
        self.entered = threading.Semaphore(0)
        self.may_go = threading.Event()

    def __call__(self, inputs, call):
        self.batches.append(inputs["x"].tolist())
        self.timeout = call.remaining()
        call.on_cancel(self.may_go.set)
        self.entered.release()
        assert self.may_go.wait(_LONG)
        if any(value < 0 for value in inputs["x"].flat):
            raise errors.ServingError(
                grpc.StatusCode.INVALID_ARGUMENT, "x is negative"
            )
        return {"y": inputs["x"] * 2}


class BatcherTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.model = Model()
        self.pool = concurrent.futures.ThreadPoolExecutor(16)
        self.addCleanup(self.pool.shutdown)
        # First, as cleanups run backwards: whoever waits may go.
        self.addCleanup(self.model.may_go.set)

    def batcher(self, **parameters):
        batcher = batching.Batcher(
            batching.BatchingParameters(num_batch_threads=1, **parameters)
        )
        self.addCleanup(batcher.close)
        self.addCleanup(self.model.may_go.set)
        return batcher

    def ask(self, batcher, values, key="key", call=None):
        """Asks on another thread, and waits until the request is queued."""
        queued = threading.Event()
        call = call or calls.Call(_LONG)
        on_cancel = call.on_cancel

        def told(hook):
            on_cancel(hook)
            queued.set()

        # The hook is given after the request was queued.
        with mock.patch.object(call, "on_cancel", told):
            future = self.pool.submit(
                batcher.run, key, self.model, {"x": np.array(values)}, call
            )
            concurrent.futures.wait([future], 0)
            while not queued.wait(0.01) and not future.done():
                pass
        return future

    def occupy(self, batcher):
        """Lets a first request take the only thread."""
        first = self.ask(batcher, [0], key="occupied")
        assert self.model.entered.acquire(timeout=_LONG)
        return first

    def ask_and_cancel(self, batcher):
        """Asks, and goes before there is an answer."""
        call = calls.Call(_LONG)
        gone = self.ask(batcher, [1], call=call)

        call.cancel()

        with self.assertRaises(errors.ServingError) as caught:
            gone.result(_LONG)
        self.assertEqual(caught.exception.code, grpc.StatusCode.CANCELLED)

    def answer(self, future):
        return future.result(_LONG)["y"].tolist()

    def test_joins_what_waits_and_gives_each_its_rows(self):
        batcher = self.batcher(max_batch_size=8)
        self.occupy(batcher)
        futures = [self.ask(batcher, values) for values in ([1, 2], [3], [4])]

        self.model.may_go.set()

        self.assertEqual(
            [self.answer(future) for future in futures], [[2, 4], [6], [8]]
        )
        self.assertEqual(self.model.batches, [[0], [1, 2, 3, 4]])

    def test_a_batch_has_at_most_its_size_and_one_key(self):
        batcher = self.batcher(max_batch_size=3)
        self.occupy(batcher)
        futures = [
            self.ask(batcher, [1, 2]),
            self.ask(batcher, [3], key="other"),
            self.ask(batcher, [4, 5]),
            # Rows of another shape cannot be joined.
            self.ask(batcher, [[6, 7]]),
        ]

        self.model.may_go.set()

        for future in futures:
            future.result(_LONG)
        self.assertCountEqual(
            self.model.batches, [[0], [1, 2], [3], [4, 5], [[6, 7]]]
        )

    def test_waits_for_more_until_the_timeout_or_until_it_is_full(self):
        batcher = self.batcher(
            max_batch_size=2, batch_timeout_micros=60 * 10**6
        )
        self.model.may_go.set()

        futures = [self.ask(batcher, [1]), self.ask(batcher, [2])]

        self.assertEqual([self.answer(f) for f in futures], [[2], [4]])
        self.assertEqual(self.model.batches, [[1, 2]])

    def test_a_timeout_that_is_over_sends_a_batch_that_is_not_full(self):
        batcher = self.batcher(max_batch_size=2, batch_timeout_micros=1000)
        self.model.may_go.set()

        self.assertEqual(self.answer(self.ask(batcher, [1])), [2])

    def test_fills_up_to_an_allowed_size(self):
        batcher = self.batcher(max_batch_size=8, allowed_batch_sizes=(1, 4, 8))
        self.model.may_go.set()

        future = self.ask(batcher, [5, 6, 7])

        self.assertEqual(self.answer(future), [10, 12, 14])
        self.assertEqual(self.model.batches, [[5, 6, 7, 5]])

    def test_an_empty_request_is_not_filled_up(self):
        batcher = self.batcher(max_batch_size=8, allowed_batch_sizes=(4, 8))
        self.model.may_go.set()

        self.assertEqual(self.answer(self.ask(batcher, [])), [])

    def test_pads_rows_of_unlike_length_with_their_first_value(self):
        batcher = self.batcher(
            max_batch_size=8, pad_variable_length_inputs=True
        )
        self.occupy(batcher)
        futures = [self.ask(batcher, [[1, 2, 3]]), self.ask(batcher, [[4]])]

        self.model.may_go.set()

        self.assertEqual(self.answer(futures[0]), [[2, 4, 6]])
        self.assertEqual(self.answer(futures[1]), [[8, 8, 8]])
        self.assertEqual(self.model.batches[1], [[1, 2, 3], [4, 4, 4]])

    def test_a_full_queue_refuses(self):
        batcher = self.batcher(max_batch_size=2, max_enqueued_batches=2)
        self.occupy(batcher)
        futures = [self.ask(batcher, [i, i]) for i in range(2)]

        with self.assertRaisesRegex(errors.ServingError, "full") as caught:
            self.ask(batcher, [9]).result(_LONG)

        self.assertEqual(caught.exception.code, grpc.StatusCode.UNAVAILABLE)
        self.model.may_go.set()
        self.assertEqual([self.answer(f) for f in futures], [[0, 0], [2, 2]])

    def test_work_whose_time_is_over_is_not_done(self):
        batcher = self.batcher(max_batch_size=8)
        self.occupy(batcher)
        late = self.ask(batcher, [1], call=calls.Call(0.05))
        good = self.ask(batcher, [2])

        with self.assertRaises(errors.ServingError) as caught:
            late.result(_LONG)
        self.model.may_go.set()

        self.assertEqual(
            caught.exception.code, grpc.StatusCode.DEADLINE_EXCEEDED
        )
        self.assertEqual(self.answer(good), [4])
        self.assertEqual(self.model.batches, [[0], [2]])

    def test_is_idle_when_nothing_waits_and_nothing_runs(self):
        batcher = self.batcher()
        self.assertTrue(batcher.idle())
        call = calls.Call(_LONG)
        given_up = self.ask(batcher, [1], call=call)
        assert self.model.entered.acquire(timeout=_LONG)
        call.cancel()
        self.assertFalse(batcher.idle())

        self.model.may_go.set()
        given_up.result(_LONG)
        self.ask(batcher, [2]).result(_LONG)
        while not batcher.idle():
            pass

    def test_work_that_is_cancelled_is_not_done(self):
        batcher = self.batcher(max_batch_size=8)
        self.occupy(batcher)
        self.ask_and_cancel(batcher)
        self.model.may_go.set()
        self.assertEqual(self.answer(self.ask(batcher, [2])), [4])
        self.assertEqual(self.model.batches, [[0], [2]])

    @parameterized.parameters(1, 3)
    def test_whoever_goes_leaves_the_place_in_the_queue(self, most):
        batcher = self.batcher(max_batch_size=most, max_enqueued_batches=1)
        self.occupy(batcher)
        for _ in range(3):
            self.ask_and_cancel(batcher)

        stays = self.ask(batcher, [2])
        self.model.may_go.set()
        self.assertEqual(self.answer(stays), [4])
        self.assertEqual(self.model.batches, [[0], [2]])

    def test_whoever_goes_leaves_room_for_others_in_the_batch(self):
        batcher = self.batcher(max_batch_size=4, max_enqueued_batches=1)
        self.occupy(batcher)
        stays = self.ask(batcher, [1])
        late = self.ask(batcher, [5, 6], call=calls.Call(0.01))
        with self.assertRaises(errors.ServingError) as caught:
            late.result(_LONG)
        self.assertEqual(
            caught.exception.code, grpc.StatusCode.DEADLINE_EXCEEDED
        )

        joins = self.ask(batcher, [7, 8, 9])
        self.model.may_go.set()
        self.assertEqual(self.answer(stays), [2])
        self.assertEqual(self.answer(joins), [14, 16, 18])
        self.assertEqual(self.model.batches, [[0], [1, 7, 8, 9]])

    def test_a_batch_runs_as_long_as_anybody_waits_for_it(self):
        batcher = self.batcher(max_batch_size=8)
        self.occupy(batcher)
        futures = [
            self.ask(batcher, [i], call=calls.Call(timeout))
            for i, timeout in enumerate((_LONG, 10 * _LONG))
        ]

        self.model.may_go.set()

        for future in futures:
            future.result(_LONG)
        self.assertBetween(self.model.timeout, _LONG, 10 * _LONG)

    def test_a_batch_that_runs_is_told_when_nobody_waits_any_more(self):
        batcher = self.batcher(
            max_batch_size=2, batch_timeout_micros=60 * 10**6
        )
        waiting = [calls.Call(_LONG) for _ in range(2)]
        futures = [self.ask(batcher, [1], call=call) for call in waiting]
        assert self.model.entered.acquire(timeout=_LONG)
        self.assertLen(self.model.batches[-1], 2)

        waiting[0].cancel()
        self.assertFalse(self.model.may_go.is_set())
        waiting[1].cancel()

        self.assertTrue(self.model.may_go.is_set())
        for future in futures:
            future.result(_LONG)

    def test_a_bad_request_fails_alone(self):
        batcher = self.batcher(max_batch_size=8)
        self.occupy(batcher)
        futures = [self.ask(batcher, [value]) for value in (1, -1, 2)]

        self.model.may_go.set()

        self.assertEqual(self.answer(futures[0]), [2])
        self.assertEqual(self.answer(futures[2]), [4])
        with self.assertRaisesRegex(errors.ServingError, "x is negative"):
            futures[1].result(_LONG)

    def test_a_crash_reaches_everyone_and_the_queue_goes_on(self):
        batcher = self.batcher()

        def crash(inputs, call):
            raise ZeroDivisionError

        inputs = {"x": np.array([1])}
        with self.assertRaises(ZeroDivisionError):
            batcher.run("key", crash, inputs, calls.Call(_LONG))
        self.model.may_go.set()
        self.assertEqual(self.answer(self.ask(batcher, [1])), [2])

    @parameterized.named_parameters(
        ("too_many", {"x": np.zeros(9)}, "Task size 9 is larger"),
        ("no_batch", {"x": np.zeros(())}, "at least one dimension"),
        (
            "unlike",
            {"x": np.zeros(2), "z": np.zeros(3)},
            "equal 0th-dimension",
        ),
    )
    def test_refuses_inputs(self, inputs, expected):
        batcher = self.batcher(max_batch_size=8)

        with self.assertRaisesRegex(errors.ServingError, expected) as caught:
            batcher.run("key", self.model, inputs, calls.Call(_LONG))

        self.assertEqual(
            caught.exception.code, grpc.StatusCode.INVALID_ARGUMENT
        )

    def test_an_output_without_the_batch_is_an_error(self):
        batcher = self.batcher()

        with self.assertRaisesRegex(errors.ServingError, "0th dimension"):
            batcher.run(
                "key",
                lambda inputs, call: {"y": np.zeros(3)},
                {"x": np.zeros(2)},
                calls.Call(_LONG),
            )

    def test_closing_does_first_what_was_asked(self):
        batcher = batching.Batcher(
            batching.BatchingParameters(
                num_batch_threads=1, batch_timeout_micros=60 * 10**6
            )
        )
        future = self.ask(batcher, [1])
        self.model.may_go.set()

        batcher.close()

        self.assertEqual(self.answer(future), [2])

    def test_many_threads_each_get_their_own(self):
        batcher = batching.Batcher(
            batching.BatchingParameters(
                num_batch_threads=4, max_batch_size=5, max_enqueued_batches=99
            )
        )
        self.addCleanup(batcher.close)
        self.model.may_go.set()

        def ask(i):
            values = np.array([i] * (i % 5 + 1))
            answer = batcher.run(
                i % 2, self.model, {"x": values}, calls.Call(_LONG)
            )
            return answer["y"].tolist() == (values * 2).tolist()

        self.assertTrue(all(self.pool.map(ask, range(500))))
        self.assertTrue(all(len(batch) <= 5 for batch in self.model.batches))


class ParametersTest(parameterized.TestCase):
    def read(self, text):
        return batching.BatchingParameters.read(
            self.create_tempfile(content=text).full_path
        )

    def test_reads_a_file(self):
        self.assertEqual(
            self.read(
                "max_batch_size { value: 8 } batch_timeout_micros { value: 5 }"
                "max_enqueued_batches { value: 3 } "
                "num_batch_threads { value: 2 } "
                'thread_pool_name { value: "any" } '
                "allowed_batch_sizes: 4 allowed_batch_sizes: 8 "
                "pad_variable_length_inputs: true"
            ),
            batching.BatchingParameters(8, 5, 3, 2, (4, 8), True),
        )

    def test_what_is_not_there_has_the_default(self):
        self.assertEqual(self.read(""), batching.BatchingParameters())

    @parameterized.named_parameters(
        ("zero", "max_batch_size { value: 0 }", "max_batch_size is 0"),
        ("negative", "batch_timeout_micros { value: -1 }", "is -1"),
        ("no_wrapper", "max_batch_size: 8", "max_batch_size"),
        ("misspelt", "max_batch: 8", "max_batch"),
        (
            "last",
            "max_batch_size { value: 8 } allowed_batch_sizes: 4",
            "end with max_batch_size, 8",
        ),
        (
            "order",
            "max_batch_size { value: 4 } allowed_batch_sizes: [8, 4]",
            "expected ascending",
        ),
    )
    def test_refuses(self, text, expected):
        with self.assertRaisesRegex(errors.ConfigError, expected):
            self.read(text)


if __name__ == "__main__":
    absltest.main()
