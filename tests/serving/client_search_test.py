import os
import pathlib
import shutil
import subprocess
import sys
import threading
import types
from unittest import mock

import grpc
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from tensorflow_serving.apis import predict_pb2

from serving import client as command
from stylex_tf import errors
from stylex_tf.api import connection as connections
from stylex_tf.api import served
from stylex_tf.apps import effects_search
from stylex_tf.attributes import effects
from tests.export import tiny_world
from tests.serving import fake_server, tiny_stylex

_EDITS = 2 * tiny_world.NUM_SEARCHED
_PATIENCE = 120.0


class ClientSearchTest(parameterized.TestCase):
    """The search against a server that counts what it is asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servable = tiny_world.servable(tiny_world.TinyWorld())

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir().full_path)
        self.files = tiny_stylex.write_images(self.root, 3)
        self.output = self.root / "effects"
        # Counts chunks, not the questions before them: this one fails.
        self.fails_at = None
        self.answered = []
        self.server = fake_server.FakeServer(self, self.answer)
        self.client = self.connect()

    def connect(self, **model):
        backend = served.connect(
            connections.Connection(
                server=f"localhost:{self.server.port}",
                timeout_seconds=_PATIENCE,
            ),
            connections.Model(name=tiny_stylex.NAME, **model),
        )
        self.addCleanup(backend.close)
        return backend

    def answer(self, request, context):
        self.assertEqual(request.model_spec.version.value, fake_server.VERSION)
        inputs = {
            name: tf.make_ndarray(proto)
            for name, proto in request.inputs.items()
        }
        if len(self.answered) == self.fails_at:
            self.fail_once(context)
        signature = getattr(self.servable, request.model_spec.signature_name)
        outputs = signature(
            **{
                name: tf.constant(
                    array, tf.string if array.dtype == object else None
                )
                for name, array in inputs.items()
            }
        )
        response = predict_pb2.PredictResponse()
        for name, tensor in outputs.items():
            response.outputs[name].CopyFrom(
                tf.make_tensor_proto(tensor.numpy())
            )
        if "first_edit" not in inputs:
            return response
        self.answered += [
            (image, first, count)
            for image, first, count in zip(
                inputs["image_bytes"],
                inputs["first_edit"],
                inputs["num_edits"],
                strict=True,
            )
        ]
        return response

    def fail_once(self, context):
        self.fails_at = None
        context.abort(grpc.StatusCode.INTERNAL, "the power\nfailed")

    def search(self, client=None, **options):
        options = {"edits_per_call": 4, "images_per_call": 2} | options
        effects_search.search(
            client or self.client, self.files, self.output, **options
        )

    def assert_every_edit_was_asked_once(self):
        edits = [
            (image, edit)
            for image, first, count in self.answered
            for edit in range(first, first + count)
        ]
        expected = [
            (file.read_bytes(), edit)
            for file in self.files
            for edit in range(_EDITS)
        ]
        self.assertCountEqual(edits, expected)

    def assert_complete(self):
        images = tf.constant([file.read_bytes() for file in self.files])
        expected = self.servable.style_effects(
            images, tf.zeros(3, tf.int32), tf.fill(3, _EDITS)
        )
        table = effects.load(self.output)
        np.testing.assert_allclose(
            table.effects,
            expected["effects"].numpy().reshape([3, 2, _EDITS // 2, -1]),
            rtol=1e-4,
            atol=1e-5,
        )
        np.testing.assert_allclose(
            table.base_logits, expected["base_logits"], rtol=1e-4
        )
        self.assertEqual(
            table.image_ids, tuple(str(file) for file in self.files)
        )
        self.assertTrue(table.ranges.equals(tiny_world.TinyWorld().ranges))
        self.assertEqual(table.shift_size, tiny_world.STYLE_STRENGTH)
        self.assertCountEqual(self.root.iterdir(), [*self.files, self.output])

    @parameterized.parameters((1, 1), (4, 2), (3, 32), (64, 1), (10, 3))
    def test_chunks_are_the_whole(self, edits, images):
        heard = []

        self.search(
            edits_per_call=edits,
            images_per_call=images,
            progress=lambda done, total: heard.append((done, total)),
        )

        self.assert_complete()
        self.assert_every_edit_was_asked_once()
        self.assertEqual(heard[0], (0, 3 * _EDITS))
        self.assertEqual(heard[-1], (3 * _EDITS, 3 * _EDITS))

    @parameterized.parameters(0, 2, 5, 9)
    def test_goes_on_after_an_error_with_other_chunks(self, fails_at):
        self.fails_at = fails_at
        with self.assertRaisesRegex(
            errors.ServerError, "^INTERNAL: the power failed$"
        ):
            self.search(edits_per_call=3, images_per_call=1)

        self.search(edits_per_call=4, images_per_call=3)

        self.assert_complete()
        self.assert_every_edit_was_asked_once()

    def test_a_killed_client_goes_on(self):
        asked, released = threading.Event(), threading.Event()
        self.addCleanup(released.set)

        def hang(context):
            self.fails_at = None
            asked.set()
            released.wait(_PATIENCE)
            context.abort(grpc.StatusCode.INTERNAL, "nobody hears this")

        self.fail_once = hang
        self.fails_at = 4
        words = [
            "search",
            *map(str, self.files),
            f"--output={self.output}",
            f"--server=localhost:{self.server.port}",
            "--edits_per_call=2",
            "--images_per_call=1",
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "serving.client", *words],
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertTrue(asked.wait(_PATIENCE))
        # While it lives, no other may go on in its place.
        with self.assertRaisesRegex(errors.UsageError, "another client"):
            self.search()
        process.kill()
        process.wait()
        released.set()

        self.assertEqual(command.main(words), 0)

        self.assert_complete()
        self.assert_every_edit_was_asked_once()

    def test_an_older_export_says_what_it_misses(self):
        original = self.answer

        def older(request, context):
            if request.model_spec.signature_name == "describe":
                context.abort(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    'Serving signature key "describe" not found.',
                )
            return original(request, context)

        self.server = fake_server.FakeServer(self, older)
        backend = self.connect()

        with self.assertRaisesRegex(
            errors.UsageError, "its export is older than `describe`; export it"
        ):
            self.search(backend)
        self.assertEqual(backend.description.resolution, tiny_world.RESOLUTION)
        self.assertLen(
            backend.description.class_names, len(tiny_world.CLASS_NAMES)
        )
        self.assertIn("held-out", " ".join(backend.description.missing))

    def test_another_search_does_not_go_on_there(self):
        self.fails_at = 2
        with self.assertRaises(errors.ServerError):
            self.search()

        with self.assertRaisesRegex(errors.UsageError, "another version: 3"):
            self.search(self.connect(version=4))
        self.files[1].write_bytes(self.files[0].read_bytes())
        with self.assertRaisesRegex(errors.UsageError, "another content"):
            self.search()
        del self.files[1]
        with self.assertRaisesRegex(errors.UsageError, "another images"):
            self.search()

    @parameterized.parameters(
        ({"edits_per_call": 0}, "edits_per_call is 0"),
        ({"edits_per_call": 65}, "expected 1 to 64"),
        ({"images_per_call": 33}, "expected 1 to 32"),
    )
    def test_refuses_chunks_that_the_server_does_not_take(
        self, options, expected
    ):
        with self.assertRaisesRegex(errors.UsageError, expected):
            self.search(**options)
        self.assertEmpty(self.server.requests)

    def test_too_little_room_is_said_before_an_edit_is_measured(self):
        room = types.SimpleNamespace(free=100)
        with (
            mock.patch.object(shutil, "disk_usage", return_value=room),
            self.assertRaisesRegex(
                errors.UsageError, "has .* left; the effects of this search"
            ),
        ):
            self.search()
        self.assertEmpty(self.answered)
        self.assertCountEqual(self.root.iterdir(), self.files)

    def test_a_table_is_not_written_over(self):
        self.output.mkdir()

        with self.assertRaisesRegex(errors.UsageError, "there already"):
            self.search()
        self.assertEmpty(self.server.requests)


if __name__ == "__main__":
    absltest.main()
