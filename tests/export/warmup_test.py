"""Tests of the requests that an export is delivered with."""

import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from tensorflow_serving.apis import prediction_log_pb2

from stylex_tf.export import signatures, warmup
from tests.export import tiny_world


class WarmupTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servable = tiny_world.servable(tiny_world.TinyWorld())

    def test_asks_every_signature_about_images_of_its_generator(self):
        asked_about = (
            warmup.pictures(self.servable, tiny_world.RESOLUTION, 3)
            .numpy()
            .tolist()
        )
        self.assertLen(set(asked_about), 3)
        for images in (1, 2, 3):
            asked = warmup.requests(self.servable, images)
            self.assertCountEqual(asked, signatures.CONTRACT)
            for name, inputs in asked.items():
                # Each is one that the model takes.
                getattr(self.servable, name)(**inputs)
                for key, tensor in inputs.items():
                    self.assertLen(tensor, images, f"{name}/{key}")
            self.assertEqual(
                asked["serving_default"]["image_bytes"].numpy().tolist(),
                asked_about[:images],
            )

    def test_rows_of_the_answers_are_padded(self):
        # A server's client meets that too.
        asked = warmup.requests(self.servable)
        for name in ("find_attributes", "style_effects"):
            answer = getattr(self.servable, name)(**asked[name])
            self.assertEqual(answer["coordinates"][1, -1], -1, name)
            self.assertGreaterEqual(answer["coordinates"][0, 0], 0, name)
        self.assertEqual(asked["edit"]["coordinates"][0, 1], -1)
        self.assertGreaterEqual(asked["edit"]["coordinates"][1, 1], 0)

    def test_reads_what_it_wrote(self):
        asked = warmup.requests(self.servable)
        answers = {
            name: getattr(self.servable, name)(**inputs)
            for name, inputs in asked.items()
        }
        folder = pathlib.Path(self.create_tempdir())

        warmup.write(folder, asked, answers)
        records = {record.signature: record for record in warmup.read(folder)}

        self.assertCountEqual(records, signatures.CONTRACT)
        for name, record in records.items():
            for actual, expected in (
                (record.inputs, asked[name]),
                (record.outputs, answers[name]),
            ):
                self.assertCountEqual(actual, expected)
                for key, value in expected.items():
                    np.testing.assert_array_equal(actual[key], value.numpy())
                    self.assertEqual(actual[key].dtype, value.numpy().dtype)

    def test_the_requests_are_what_tensorflow_serving_reads(self):
        asked = warmup.requests(self.servable)
        folder = pathlib.Path(self.create_tempdir())
        warmup.write(folder, asked, {name: {} for name in asked})

        path = folder / "assets.extra" / "tf_serving_warmup_requests"
        logs = [
            prediction_log_pb2.PredictionLog.FromString(record.numpy())
            for record in tf.data.TFRecordDataset(str(path))
        ]

        self.assertEqual(
            [log.WhichOneof("log_type") for log in logs],
            ["predict_log"] * len(asked),
        )
        self.assertEqual(
            [log.predict_log.request.model_spec.signature_name for log in logs],
            list(asked),
        )


if __name__ == "__main__":
    absltest.main()
