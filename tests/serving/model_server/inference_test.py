import pathlib

import grpc
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from tensorflow_serving.apis import input_pb2, model_pb2

from serving.model_server import errors, inference, servable
from tests.serving.model_server import tiny_example_models


class ExamplesTest(absltest.TestCase):
    def with_context(self, count, context_bytes):
        sent = input_pb2.Input()
        both = sent.example_list_with_context
        both.context.features.feature["c"].bytes_list.value.append(
            b"." * context_bytes
        )
        both.examples.extend(
            tiny_example_models.example(x=i) for i in range(count)
        )
        return sent

    def test_each_is_serialized_with_the_context(self):
        serialized = inference.examples(self.with_context(2, 5), 10_000)

        for i, content in enumerate(serialized):
            features = tf.train.Example.FromString(content).features.feature
            self.assertEqual(features["x"].float_list.value, [i])
            self.assertEqual(features["c"].bytes_list.value, [b"....."])

    def test_the_context_counts_as_often_as_it_is_repeated(self):
        small, large = self.with_context(10, 50), self.with_context(10, 1000)
        self.assertLess(large.ByteSize(), 2000)

        self.assertLen(inference.examples(small, 2000), 10)
        with self.assertRaisesRegex(errors.ServingError, "at most") as caught:
            inference.examples(large, 2000)
        self.assertEqual(
            caught.exception.code, grpc.StatusCode.RESOURCE_EXHAUSTED
        )

    def test_none(self):
        for sent in (input_pb2.Input(), self.with_context(0, 5)):
            with self.assertRaisesRegex(errors.ServingError, "Input is empty"):
                inference.examples(sent, 10_000)


class InferenceTest(absltest.TestCase):
    def test_one_run_has_each_output_of_all_tasks_once(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        model = servable.Servable(tiny_example_models.save(base, 1))
        self.addCleanup(model.close)
        tasks = [
            inference.single_task(
                model_pb2.ModelSpec(name="any", signature_name=name), "classify"
            )
            for name in ("classify", "scores")
        ]

        asked = inference.Inference(model, tasks, joint=True)

        # The scores are those of both.
        self.assertLen(asked.signature.outputs, 2)
        examples = np.array(
            [tiny_example_models.example(x=1.0).SerializeToString()], object
        )
        outputs = model.run(
            asked.signature, {"inputs": examples}, list(asked.signature.outputs)
        )
        first, second = asked.results(outputs, 1)
        for result, labels in ((first, ["up", "down"]), (second, ["", ""])):
            (row,) = result.classification_result.classifications
            self.assertEqual([scored.label for scored in row.classes], labels)
            self.assertEqual([scored.score for scored in row.classes], [2, -2])


if __name__ == "__main__":
    absltest.main()
