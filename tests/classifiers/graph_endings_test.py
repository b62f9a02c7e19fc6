"""Tests of stylex_tf.classifiers.graph_endings, and of what it decides."""

import pathlib
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import adapter, graph_endings

_SIGNATURE = "serving_default"


@tf.function
def _called(scores):
    return tf.identity(tf.nn.softmax(scores))


@tf.function
def _two(scores):
    return scores, tf.sigmoid(scores)


class _Module(tf.Module):
    """Two scores, linear in the pixels, and what becomes of them."""

    def __init__(self, name: str, ending: Callable[[tf.Tensor], tf.Tensor]):
        super().__init__()
        self.kernel = tf.Variable(
            tf.random.stateless_normal([192, 2], seed=(1, 2))
        )
        self.serve = tf.function(
            lambda x: {name: ending(tf.reshape(x, [-1, 192]) @ self.kernel)},
            input_signature=[tf.TensorSpec([None, 8, 8, 3], name="x")],
        )


class GraphEndingsTest(parameterized.TestCase):
    def _saved(self, name: str, ending) -> pathlib.Path:
        path = pathlib.Path(self.create_tempdir()) / "model"
        module = _Module(name, ending)
        tf.saved_model.save(
            module, str(path), signatures={_SIGNATURE: module.serve}
        )
        return path

    @parameterized.parameters(
        (tf.identity, "MatMul"),
        (tf.nn.softmax, "Softmax"),
        (tf.nn.sigmoid, "Sigmoid"),
        (lambda x: tf.reshape(tf.nn.softmax(x), [-1, 2]), "Softmax"),
        (lambda x: tf.cast(tf.nn.softmax(x), tf.float64), "Softmax"),
        (lambda x: 100 * tf.nn.softmax(x), "Mul"),
        (_called, "Softmax"),
        (lambda x: _called(_called(x)), "Softmax"),
        (lambda x: _two(x)[0], "MatMul"),
        (lambda x: _two(x)[1], "Sigmoid"),
        (lambda x: _two(_two(x)[1])[0], "Sigmoid"),
    )
    def test_finds_what_makes_an_output(self, ending, expected):
        path = self._saved("scores", ending)
        self.assertEqual(
            graph_endings.operation(path, _SIGNATURE, "scores"), expected
        )
        self.assertEmpty(graph_endings.operation(path, _SIGNATURE, "others"))
        self.assertEmpty(graph_endings.operation(path, "other", "scores"))

    @parameterized.product(
        name=["logits", "probabilities", "output_0"],
        said=["auto", "logits", "probabilities"],
    )
    def test_tags_are_refused_whatever_they_are_called(self, name, said):
        path = self._saved(name, tf.nn.sigmoid)
        with self.assertRaisesRegex(
            errors.ClassifierError, "ends in 2 sigmoid units.*tags"
        ):
            adapter.load(path, output=said)

    @parameterized.product(
        name=["logits", "output_0"], said=["auto", "logits", "probabilities"]
    )
    def test_a_softmax_is_believed_whatever_is_said(self, name, said):
        path = self._saved(name, tf.nn.softmax)
        images = tf.random.stateless_uniform([3, 8, 8, 3], (0, 1), -1, 1)
        truth = tf.saved_model.load(str(path)).signatures[_SIGNATURE](images)
        answers = tf.nn.softmax(adapter.load(path, output=said)(images))
        np.testing.assert_allclose(answers, truth[name], rtol=1e-5)

    @parameterized.parameters(3, 1)
    def test_sigmoids_of_keras(self, units):
        model = keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                keras.layers.Flatten(),
                keras.layers.Dense(units, activation="sigmoid"),
            ]
        )
        path = pathlib.Path(self.create_tempdir()) / "model"
        model.export(path)
        if units == 1:
            self.assertEqual(adapter.load(path).output, "probabilities")
            return
        with self.assertRaisesRegex(errors.ClassifierError, "3 sigmoid units"):
            adapter.load(path, output="logits")


if __name__ == "__main__":
    absltest.main()
