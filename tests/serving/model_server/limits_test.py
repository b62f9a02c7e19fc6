import asyncio
import json
import resource
import tracemalloc
import unittest
from unittest import mock

import grpc
from absl.testing import absltest, parameterized
from tensorflow_serving.apis import inference_pb2, predict_pb2

from serving.model_server import errors, limits

_MANY = 2000


class CountTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("lists", b"[" + b"[]," * _MANY + b"[]]"),
        ("nested", b"[" + b"[[[]]]," * _MANY + b"[]]"),
        ("objects", b"[" + b"{}," * _MANY + b"{}]"),
        ("named", b"[" + b'{"a":1},' * _MANY + b"{}]"),
        ("numbers", b"[" + b"0.5," * _MANY + b"1]"),
        ("integers", b"[" + b"123456789," * _MANY + b"1]"),
        ("texts", json.dumps([f"text {i}" for i in range(_MANY)]).encode()),
    )
    def test_no_json_takes_more_than_is_counted(self, body):
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        before = tracemalloc.get_traced_memory()[0]
        value = json.loads(body)
        taken = tracemalloc.get_traced_memory()[0] - before

        self.assertLen(value, len(value))
        self.assertLessEqual(taken, limits.json_bytes(body))

    def test_60_mib_of_empty_lists_are_no_small_thing(self):
        few = b'{"instances":[' + b"[]," * 1000 + b"[]]}"

        # They take 64 bytes for each of 3, which is 1.3 GB in 60 MiB.
        self.assertGreater(limits.json_bytes(few), 20 * len(few))
        image = json.dumps({"instances": [{"b64": "A" * 10_000}]}).encode()
        self.assertLess(limits.json_bytes(image), 2 * len(image))

    def test_fields_within_fields_are_counted(self):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "a"
        request.model_spec.version.value = 2
        request.inputs["x"].string_val.extend([b""] * 10)
        # model_spec, name, version, its value; an entry, its key and value,
        # and ten strings.
        message = request.SerializeToString()

        counted = limits.message_bytes(message, request.DESCRIPTOR)

        self.assertEqual(counted, len(message) + 256 * 17)

    def test_a_field_of_numbers_is_one(self):
        request = predict_pb2.PredictRequest()
        request.inputs["x"].float_val.extend([1.0] * 10_000)
        message = request.SerializeToString()

        counted = limits.message_bytes(message, request.DESCRIPTOR)

        self.assertLess(counted, len(message) + 5 * 256)

    def test_too_many_fields(self):
        descriptor = inference_pb2.MultiInferenceRequest.DESCRIPTOR
        # Two bytes announce an empty task.
        message = b"\x0a\x00" * 1001

        with mock.patch.object(limits, "_MOST_FIELDS", 1000):
            limits.message_bytes(message[2:], descriptor)
            with self.assertRaisesRegex(errors.ServingError, "1,000 fields"):
                limits.message_bytes(message, descriptor)

    @parameterized.parameters(
        b"\xff", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"\x0b\x0c"
    )
    def test_what_is_no_message_is_counted_to_its_end(self, message):
        descriptor = predict_pb2.PredictRequest.DESCRIPTOR

        self.assertLess(limits.message_bytes(message, descriptor), 2000)


class ConnectionsTest(absltest.TestCase):
    def test_raises_the_limit_and_leaves_some(self):
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))

        most = limits.most_connections()

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.assertGreaterEqual(soft, 256)
        self.assertLessEqual(2 * most + 128, soft)
        self.assertGreaterEqual(most, 64)


class PlacesTest(unittest.IsolatedAsyncioTestCase):
    async def test_what_arrives_is_handed_on(self):
        places = limits.Places(1, grace=60, seconds=60)

        async def message():
            return b"here"

        for _ in range(3):
            self.assertEqual(await places.receive(message), b"here")

    async def test_what_does_not_arrive_is_given_up(self):
        places = limits.Places(1, grace=60, seconds=0.01)

        with self.assertRaises(errors.ServingError) as caught:
            await places.receive(asyncio.Event().wait)

        self.assertEqual(
            caught.exception.code, grpc.StatusCode.DEADLINE_EXCEEDED
        )

    async def test_the_silent_do_not_keep_the_others_out(self):
        places = limits.Places(2, grace=0.1, seconds=600)
        silent = [
            asyncio.ensure_future(places.receive(asyncio.Event().wait))
            for _ in range(7)
        ]
        # They are first, and wait for their turns.
        await asyncio.sleep(0)

        async def message():
            return b"here"

        self.assertEqual(await places.receive(message), b"here")
        done = [task for task in silent if task.done()]
        self.assertGreaterEqual(len(done), 6)
        for task in done:
            with self.assertRaisesRegex(errors.ServingError, "the longest"):
                task.result()
        for task in silent:
            task.cancel()

    async def test_what_fails_frees_its_place(self):
        places = limits.Places(1, grace=60, seconds=60)

        async def fail():
            raise StopAsyncIteration

        for _ in range(2):
            with self.assertRaises(StopAsyncIteration):
                await places.receive(fail)


if __name__ == "__main__":
    absltest.main()
