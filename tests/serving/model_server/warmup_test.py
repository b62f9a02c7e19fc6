import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from tensorflow_serving.apis import prediction_log_pb2

from serving.model_server import loaded_model, metrics, servable, warmup
from tests.serving.model_server import tiny_example_models, tiny_models

_MAX_BYTES = 2**20


def record(signature="", **inputs) -> bytes:
    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return log.SerializeToString()


class WarmupTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = pathlib.Path(cls.create_tempdir(cls()).full_path)
        cls.path = tiny_models.save(base, 1)
        cls.numbers = metrics.Metrics()
        cls.model = loaded_model.LoadedModel(
            "tiny",
            servable.Servable(cls.path),
            parameters=None,
            numbers=cls.numbers,
        )
        cls.addClassCleanup(cls.model.close)

    def replay(self, *records, path=None, model=None):
        path = path or self.path
        file = path / "assets.extra" / "tf_serving_warmup_requests"
        file.parent.mkdir(exist_ok=True)
        with tf.io.TFRecordWriter(str(file)) as writer:
            for log in records:
                writer.write(log)
        return warmup.replay(path, model or self.model, _MAX_BYTES)

    def test_runs_every_record(self):
        good = record(x=np.ones([1, 2], np.float32))

        self.assertEqual(self.replay(good, record("shout", text=["a"])), 2)
        self.assertIn(b"runtime_latency_count", self.numbers.text())

    def test_runs_requests_of_every_kind(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        path = tiny_example_models.save(base, 1)
        model = loaded_model.LoadedModel(
            "examples",
            servable.Servable(path),
            parameters=None,
            numbers=self.numbers,
        )
        self.addCleanup(model.close)
        logs = [prediction_log_pb2.PredictionLog() for _ in range(3)]
        classify = logs[0].classify_log.request
        classify.model_spec.signature_name = "classify"
        regress = logs[1].regress_log.request
        regress.model_spec.signature_name = "regress"
        both = logs[2].multi_inference_log.request
        for method in ("classify", "regress"):
            task = both.tasks.add(method_name=f"tensorflow/serving/{method}")
            task.model_spec.name = "examples"
            task.model_spec.signature_name = method
        for request in (classify, regress, both):
            request.input.example_list.examples.append(
                tiny_example_models.example(x=1.0)
            )

        records = [log.SerializeToString() for log in logs]

        self.assertEqual(self.replay(*records, path=path, model=model), 3)
        text = self.numbers.text().decode()
        for api in ("Classify", "Regress", "MultiInference"):
            self.assertIn(
                f'runtime_latency_count{{API="{api}",model_name="examples"',
                text,
            )
        classify.model_spec.signature_name = "regress"
        with self.assertRaisesRegex(ValueError, "record 0: .*at least one of"):
            self.replay(logs[0].SerializeToString(), path=path, model=model)

    def test_there_need_be_none(self):
        other = pathlib.Path(self.create_tempdir().full_path)

        self.assertEqual(warmup.replay(other, self.model, _MAX_BYTES), 0)

    @parameterized.named_parameters(
        ("no_message", b"\xff\xff", "record 1"),
        ("no_request", prediction_log_pb2.PredictionLog(), "found None"),
        ("signature", record("none"), 'record 1: .*"none" not found'),
        ("input", record(x=[[1, 2]]), "record 1: input x has dtype int32"),
        ("value", record("root", x=[-1.0]), "(?s)record 1: .*x is negative"),
    )
    def test_names_a_bad_record(self, bad, expected):
        if not isinstance(bad, bytes):
            bad = bad.SerializeToString()
        good = record(x=np.ones([1, 2], np.float32))

        with self.assertRaisesRegex(ValueError, expected):
            self.replay(good, bad)

    def test_refuses_a_damaged_file_and_one_of_too_many(self):
        good = record(x=np.ones([1, 2], np.float32))
        with self.assertRaisesRegex(ValueError, "at most 1000"):
            self.replay(*[good] * 1001)
        file = self.path / "assets.extra" / "tf_serving_warmup_requests"
        file.write_bytes(b"this is no TFRecord")
        with self.assertRaises(tf.errors.DataLossError):
            warmup.replay(self.path, self.model, _MAX_BYTES)


if __name__ == "__main__":
    absltest.main()
