"""Tests of stylex_tf.classifiers.graph_operations, on SavedModels."""

import inspect
import pathlib
import re

import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import graph_operations, saved_models
from tests.classifiers import tiny_models

_PIXELS = tf.TensorSpec([None, 8, 8, 3], name="pixels")


class _Module(tf.Module):
    def __init__(self, before):
        super().__init__()
        self.weight = tf.Variable(2.0)

        @tf.function(input_signature=[_PIXELS])
        def serve(pixels):
            with tf.control_dependencies(before(pixels) or []):
                mean = tf.reduce_mean(pixels, [1, 2, 3]) * self.weight
            return {"logits": tf.stack([mean, -mean], axis=-1)}

        self.serve = serve


class GraphOperationsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.target = str(self.folder / "target")

    def _saved(self, before) -> pathlib.Path:
        module = _Module(before)
        path = self.folder / "model"
        tf.saved_model.save(
            module, str(path), signatures={"serving_default": module.serve}
        )
        return path

    def test_what_only_computes(self):
        path = self._saved(lambda pixels: None)
        self.assertEmpty(graph_operations.forbidden(path))
        tiny_models.convolutional().export(self.folder / "keras")
        self.assertEmpty(graph_operations.forbidden(self.folder / "keras"))

    def test_a_model_of_tensorflow_1(self):
        path = self.folder / "old"
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            images = tf.compat.v1.placeholder(tf.float32, [None, 8, 8, 3])
            weight = tf.compat.v1.get_variable("w", [192, 2])
            scores = tf.reshape(images, [-1, 192]) @ weight
            session.run(tf.compat.v1.global_variables_initializer())
            tf.compat.v1.saved_model.simple_save(
                session, str(path), {"images": images}, {"logits": scores}
            )
        self.assertEmpty(graph_operations.forbidden(path))

    def test_a_model_that_writes_is_not_loaded(self):
        path = self._saved(
            lambda pixels: [tf.io.write_file(self.target, "content")]
        )
        self.assertEqual(graph_operations.forbidden(path), ["WriteFile"])
        with self.assertRaisesRegex(
            errors.ClassifierError, "more than compute: WriteFile.*run_foreign"
        ):
            saved_models.read(path, "serving_default")
        with self.assertLogs("stylex_tf", "WARNING") as logged:
            loaded = saved_models.read(
                path, "serving_default", run_foreign_code=True
            )
        self.assertIn("WriteFile", logged.output[0])
        loaded.forward(tf.zeros([1, 8, 8, 3]))
        self.assertTrue(pathlib.Path(self.target).exists())

    @parameterized.named_parameters(
        ("reads", "ReadFile", lambda t: tf.io.read_file(t)),
        (
            "saves",
            "SaveV2",
            lambda t: tf.raw_ops.SaveV2(
                prefix=t,
                tensor_names=["a"],
                shape_and_slices=[""],
                tensors=[tf.zeros([])],
            ),
        ),
        (
            "restores",
            "RestoreV2",
            lambda t: tf.raw_ops.RestoreV2(
                prefix=t,
                tensor_names=["a"],
                shape_and_slices=[""],
                dtypes=[tf.float32],
            )[0],
        ),
        (
            "prints",
            "PrintV2",
            lambda t: tf.print("x", output_stream=f"file://{t}"),
        ),
        (
            "python",
            "EagerPyFunc",
            lambda t: tf.py_function(len, [[1]], tf.int32),
        ),
        ("lists", "MatchingFiles", lambda t: tf.io.matching_files(t)),
    )
    def test_names_what_touches_files_or_python(self, operation, make):
        path = self._saved(lambda pixels: [make(self.target)])
        self.assertEqual(graph_operations.forbidden(path), [operation])

    def test_looks_into_functions_branches_and_gradients(self):
        @tf.function
        def inner():
            return tf.io.read_file(self.target)

        @tf.custom_gradient
        def reads_backwards(x):
            def gradient(upstream):
                with tf.control_dependencies([inner()]):
                    return tf.identity(upstream)

            return tf.identity(x), gradient

        for before in (
            lambda pixels: [inner()],
            lambda pixels: [
                tf.cond(tf.reduce_sum(pixels) > 1e9, inner, lambda: "")
            ],
            lambda pixels: [reads_backwards(pixels)],
        ):
            self.folder = pathlib.Path(self.create_tempdir())
            path = self._saved(before)
            self.assertEqual(graph_operations.forbidden(path), ["ReadFile"])

    def test_a_graph_within_a_graph(self):
        hidden = tf.data.Dataset.range(1).map(
            lambda x: (tf.io.write_file(self.target, "x"), x)[1]
        )
        graph = tf.raw_ops.DatasetToGraphV2(
            input_dataset=tf.data.experimental.to_variant(hidden)
        ).numpy()
        path = self._saved(
            lambda _: [tf.raw_ops.DatasetFromGraph(graph_def=graph)]
        )
        self.assertEqual(graph_operations.forbidden(path), ["DatasetFromGraph"])

    def test_every_operation_that_takes_the_name_of_a_file(self):
        named = re.compile(
            r"file(s|name|names|_pattern)?|(data_)?path|.*_(file|path)|"
            "directory|prefix|patterns?|basename|address|data_source_name|"
            "memory_region_name|graph_def"
        )
        taking_files = {
            name
            for name in dir(tf.raw_ops)
            if callable(operation := getattr(tf.raw_ops, name))
            and any(
                named.fullmatch(parameter)
                for parameter in inspect.signature(operation).parameters
            )
        }
        everything = frozenset().union(*graph_operations.FORBIDDEN.values())
        self.assertContainsSubset({"WriteFile", "ImmutableConst"}, taking_files)
        # They compute with the text, and open nothing.
        harmless = {
            "RegexFullMatch",
            "ShardedFilename",
            "ShardedFilespec",
            "StaticRegexFullMatch",
            "StaticRegexReplace",
            "RegexReplace",
        }
        self.assertEmpty(taking_files - everything - harmless)

    @parameterized.parameters(b"", b"\xff" * 50)
    def test_a_damaged_file(self, content):
        (self.folder / "saved_model.pb").write_bytes(content)
        with self.assertRaisesRegex(
            errors.ClassifierError, "saved_model.pb .*export"
        ):
            graph_operations.forbidden(self.folder)

    def test_the_docs_have_the_whole_list(self):
        page = pathlib.Path("docs/your_own.md").read_text()
        for names in graph_operations.FORBIDDEN.values():
            for name in names:
                self.assertIn(f"`{name}`", page)


if __name__ == "__main__":
    absltest.main()
