import pathlib

import grpc
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from serving.model_server import call as calls
from serving.model_server import errors, servable
from tests.serving.model_server import tiny_models


class ServableTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = pathlib.Path(cls.create_tempdir(cls()).full_path)
        cls.path = tiny_models.save(cls.base, 1)
        cls.servable = servable.Servable(cls.path)
        cls.addClassCleanup(cls.servable.close)

    def refused(self, code, text, function, *args):
        with self.assertRaisesRegex(errors.ServingError, text) as caught:
            function(*args)
        self.assertEqual(caught.exception.code, code)

    def test_knows_what_its_signatures_take_and_give(self):
        signature = self.servable.signature("add")

        self.assertEqual(
            {n: (s.dtype, s.shape) for n, s in signature.inputs.items()},
            {"a": (tf.float32, (None,)), "b": (tf.int32, (None,))},
        )
        self.assertEqual(set(signature.outputs), {"sum"})
        self.assertEqual(self.servable.signature().name, "serving_default")

    def test_runs_what_is_asked_for(self):
        x = np.array([[1, 2]], np.float32)
        signature = self.servable.signature()

        outputs = self.servable.run(signature, {"x": x}, ["y"])

        self.assertEqual(set(outputs), {"y"})
        np.testing.assert_array_equal(outputs["y"], 2 * x)

    def test_what_the_model_refuses_is_the_clients_mistake(self):
        self.refused(
            grpc.StatusCode.INVALID_ARGUMENT,
            "x is negative",
            self.servable.run,
            self.servable.signature("root"),
            {"x": np.array([-1], np.float32)},
            ["root"],
        )

    def test_stops_when_its_time_is_over(self):
        # Returns only when TensorFlow has stopped; at the end it would not
        # for minutes.
        self.refused(
            grpc.StatusCode.DEADLINE_EXCEEDED,
            "",
            self.servable.run,
            self.servable.signature("spin"),
            {"steps": np.array([2**31 - 1], np.int32)},
            ["total"],
            calls.Call(0.2),
        )

    @parameterized.parameters("run [1]?", "*~")
    def test_a_folder_with_a_name_that_is_a_pattern(self, name):
        path = tiny_models.copy(self.path, self.base / name, 1)

        odd = servable.Servable(path)
        self.addCleanup(odd.close)

        outputs = odd.run(
            odd.signature(), {"x": np.ones([1, 2], np.float32)}, ["y"]
        )
        np.testing.assert_array_equal(outputs["y"], [[2, 2]])

    def test_signatures_that_are_not_served(self):
        self.refused(
            grpc.StatusCode.FAILED_PRECONDITION,
            'Serving signature key "none" not found.',
            self.servable.signature,
            "none",
        )
        # What initialises a model is a signature too.
        self.refused(
            grpc.StatusCode.INVALID_ARGUMENT,
            "names an operation",
            self.servable.signature,
            "__saved_model_init_op",
        )

    def test_may_refuse_signatures_saved_for_other_methods(self):
        checked = servable.Servable(self.path, check_method_names=True)
        self.addCleanup(checked.close)

        self.assertEqual(checked.signature().name, "serving_default")
        self.refused(
            grpc.StatusCode.INTERNAL,
            "Expected prediction signature method_name to be one of",
            checked.signature,
            "__saved_model_init_op",
        )

    def test_what_cannot_be_loaded(self):
        copy = tiny_models.copy(self.path, self.base / "copies", 1)
        with self.assertRaisesRegex(RuntimeError, "tags"):
            servable.Servable(copy, tags=["gpu"])
        variables = copy / "variables" / "variables.data-00000-of-00001"
        variables.write_bytes(b"")
        with self.assertRaises(tf.errors.OpError):
            servable.Servable(copy)
        tiny_models.break_(copy)
        with self.assertRaises(OSError):
            servable.Servable(copy)


if __name__ == "__main__":
    absltest.main()
