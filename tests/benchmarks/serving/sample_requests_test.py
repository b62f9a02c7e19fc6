import json
import pathlib

import tensorflow as tf
from absl.testing import absltest
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from benchmarks.serving import sample_requests


class SampleRequestsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.version = pathlib.Path(self.create_tempdir().full_path)

    def write_warmup(self, **inputs):
        file = self.version / "assets.extra" / "tf_serving_warmup_requests"
        file.parent.mkdir()
        log = prediction_log_pb2.PredictionLog()
        for name, value in inputs.items():
            log.predict_log.request.inputs[name].CopyFrom(
                tf.make_tensor_proto(value)
            )
        with tf.io.TFRecordWriter(str(file)) as writer:
            writer.write(prediction_log_pb2.PredictionLog().SerializeToString())
            writer.write(log.SerializeToString())

    def test_one_request_in_three_forms(self):
        self.write_warmup(image_bytes=[b"\xffone", b"two"])

        edit = sample_requests.of_export(self.version)["edit"]

        message = edit.message()
        self.assertEqual(message.model_spec.signature_name, "edit")
        self.assertEqual(message.inputs["image_bytes"].string_val, [b"\xffone"])
        raw = edit.grpc_body()
        self.assertEqual(raw[:5], b"\0" + (len(raw) - 5).to_bytes(4, "big"))
        self.assertEqual(
            predict_pb2.PredictRequest.FromString(raw[5:]), message
        )
        self.assertEqual(
            json.loads(edit.rest_body()),
            {
                "signature_name": "edit",
                "instances": [
                    {
                        "image_bytes": {"b64": "/29uZQ=="},
                        "coordinates": [0, 1],
                        "directions": [0, 1],
                        "strengths": [1.0, 1.0],
                    }
                ],
            },
        )

    def test_an_export_without_images(self):
        with self.assertRaisesRegex(ValueError, "no request with image_bytes"):
            sample_requests.of_export(self.version)
        self.write_warmup(x=[1.0])
        with self.assertRaisesRegex(ValueError, "no request with image_bytes"):
            sample_requests.of_export(self.version)


if __name__ == "__main__":
    absltest.main()
