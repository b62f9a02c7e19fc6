import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import keras_models, outputs
from tests.classifiers import tiny_models


class _Subclassed(keras.Model):
    """A model without a graph of layers."""

    def __init__(self):
        super().__init__()
        self._dense = keras.layers.Dense(2)

    def call(self, images):
        return self._dense(tf.reduce_mean(images, axis=[1, 2]))


def _ending_with(last: str) -> keras.Model:
    model = tiny_models.convolutional()
    if last == "dense":
        return tiny_models.convolutional(activation="softmax")
    if last == "activation":
        model.add(keras.layers.Activation("softmax"))
    if last == "softmax":
        model.add(keras.layers.Softmax())
    if last == "model":
        inner = keras.Sequential([keras.Input((3,)), keras.layers.Softmax()])
        model.add(inner)
    if last == "function":
        softmax = keras.layers.Lambda(tf.nn.softmax)
        return keras.Model(model.inputs, softmax(model.outputs[0]))
    if last == "operation":
        # No layer: Keras 3 counts it with none, Keras 2 makes one of it.
        powers = 2.0 ** model.outputs[0]
        total = powers[:, :1] + powers[:, 1:2] + powers[:, 2:]
        return keras.Model(model.inputs, powers / total)
    return model


def _two_heads(kind: type) -> keras.Model:
    """Two softmaxes; "age" comes first, in a list and in the alphabet."""
    images = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, activation="relu")(images)
    x = keras.layers.GlobalAveragePooling2D()(x)
    heads = {
        name: keras.layers.Dense(2, activation="softmax", name=name)(x)
        for name in ("age", "side")
    }
    return keras.Model(images, heads if kind is dict else list(heads.values()))


class KerasModelsTest(parameterized.TestCase):
    @parameterized.parameters(
        ("dense", "logits"),
        ("activation", "logits"),
        ("softmax", "logits"),
        ("model", "probabilities"),
        ("function", None),
        ("operation", None),
    )
    def test_looks_below_a_softmax(self, last, expected):
        model = _ending_with(last)
        wrapped = keras_models.wrap(model, "auto")
        raw, maps = wrapped.forward(tiny_models.images())
        self.assertEqual(wrapped.output, expected)
        self.assertLen(maps, 2)
        p = tf.nn.softmax(outputs.to_logits(raw, expected or "probabilities"))
        np.testing.assert_allclose(
            p, model(tiny_models.images()), rtol=1e-4, atol=1e-7
        )

    def test_a_saturated_sigmoid_keeps_its_gradient(self):
        model = tiny_models.convolutional(units=1, activation="sigmoid")
        model.layers[-1].bias.assign([40.0])
        images = tiny_models.images()
        self.assertEqual(model(images).numpy().min(), 1.0)
        with tf.GradientTape() as tape:
            tape.watch(images)
            raw, _ = keras_models.wrap(model, "auto").forward(images)
        np.testing.assert_allclose(raw, 40.0, atol=2.0)
        self.assertGreater(np.abs(tape.gradient(raw, images)).max(), 1e-4)

    @parameterized.parameters("softmax", "sigmoid")
    def test_the_last_layer_is_believed_before_what_is_said(self, activation):
        units = 1 if activation == "sigmoid" else 3
        model = tiny_models.convolutional(units=units, activation=activation)
        images = tiny_models.images()
        wrapped = keras_models.wrap(model, "probabilities")
        self.assertEqual((wrapped.output, wrapped.certain), ("logits", True))
        raw, _ = wrapped.forward(images)
        back = tf.sigmoid(raw) if units == 1 else tf.nn.softmax(raw)
        np.testing.assert_allclose(back, model(images), rtol=1e-5)

    def test_probabilities_are_not_taken_for_logits(self):
        with self.assertRaisesRegex(
            errors.ClassifierError, "'logits', but .* puts out probabilities"
        ):
            keras_models.wrap(_ending_with("model"), "logits")

    @parameterized.parameters(2, 3)
    def test_refuses_tags(self, units):
        model = tiny_models.convolutional(units=units, activation="sigmoid")
        with self.assertRaisesRegex(
            errors.ClassifierError, f"ends in {units} sigmoid units.*one answer"
        ):
            keras_models.wrap(model, "auto")

    def test_refuses_a_softmax_of_one_unit(self):
        model = tiny_models.convolutional(units=1, activation="softmax")
        with self.assertRaisesRegex(errors.ClassifierError, "1 for every"):
            keras_models.wrap(model, "auto")

    @parameterized.parameters(list, dict)
    def test_explains_the_output_that_is_named(self, kind):
        model = _two_heads(kind)
        images = tiny_models.images()
        side = tf.nest.flatten(model(images))[1]
        wrapped = keras_models.wrap(model, "auto", "side")
        raw, maps = wrapped.forward(images)
        np.testing.assert_allclose(tf.nn.softmax(raw), side, rtol=1e-5)
        self.assertNotEmpty(maps)

    @parameterized.parameters(list, dict)
    def test_refuses_several_outputs_of_which_none_is_named(self, kind):
        with self.assertRaisesRegex(
            errors.ClassifierError, r"\['age', 'side'\].*output_name='age'"
        ):
            keras_models.wrap(_two_heads(kind), "auto")
        with self.assertRaisesRegex(
            errors.ClassifierError,
            r"no output 'size'; it has \['age', 'side'\]",
        ):
            keras_models.wrap(_two_heads(kind), "auto", "size")

    def test_of_several_outputs_the_logits_are_known_by_their_name(self):
        images = keras.Input((8, 8, 3))
        x = keras.layers.GlobalAveragePooling2D()(images)
        model = keras.Model(
            images,
            {
                "logits": keras.layers.Dense(2, name="logits")(x),
                "age": keras.layers.Dense(2, name="age")(x),
            },
        )
        raw, _ = keras_models.wrap(model, "auto").forward(tiny_models.images())
        np.testing.assert_allclose(
            raw, model(tiny_models.images())["logits"], rtol=1e-5
        )

    def test_a_subclassed_model_has_no_feature_maps(self):
        model = _Subclassed()
        model.build((None, 8, 8, 3))
        wrapped = keras_models.wrap(model, "auto")
        raw, maps = wrapped.forward(tiny_models.images())
        self.assertEqual(wrapped.input_shape, (8, 8, 3))
        self.assertEqual(raw.shape, (3, 2))
        self.assertEmpty(maps)

    def test_refuses_a_model_without_a_shape(self):
        model = keras.Sequential([keras.layers.Flatten()])
        with self.assertRaisesRegex(
            errors.ClassifierError, "no input shape yet"
        ):
            keras_models.wrap(model, "auto")

    def test_refuses_a_model_of_vectors(self):
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2)])
        with self.assertRaisesRegex(
            errors.ClassifierError, r"shape \(None, 5\)"
        ):
            keras_models.wrap(model, "auto")

    def test_refuses_two_inputs(self):
        a, b = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
        model = keras.Model([a, b], a + b)
        with self.assertRaisesRegex(errors.ClassifierError, "takes 2 inputs"):
            keras_models.wrap(model, "auto")


if __name__ == "__main__":
    absltest.main()
