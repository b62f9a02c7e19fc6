"""Tests of stylex_tf.classifiers.onnx_files, on files made here."""

import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import adapter, onnx_files, outputs
from tests.classifiers import tiny_models
from tests.testing import onnx_models

_node = onnx_models.node
_KERNEL = np.random.default_rng(0).normal(size=(2, 3)).astype(np.float32)
_BIAS = np.array([0.5, -0.25], np.float32)
_WEIGHTS = {"w": _KERNEL, "b": _BIAS}


def _scores(*last, written="scores"):
    """The layers of a linear classifier of the mean colour, and more."""
    return [
        _node("GlobalAveragePool", ["x"], ["mean"]),
        _node("Flatten", ["mean"], ["flat"]),
        _node("Gemm", ["flat", "w", "b"], [written], transB=1),
        *last,
    ]


class OnnxFilesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())

    def _load(self, made, **settings):
        path = onnx_models.write(self.folder / "model.onnx", made)
        return adapter.load(path, **settings)

    def _refuses(self, made, message):
        with self.assertRaisesRegex(errors.ClassifierError, message) as caught:
            self._load(made)
        self.assertIn("model.onnx", str(caught.exception))

    @parameterized.parameters(1, 3)
    def test_answers_as_its_layers_say(self, count):
        classifier = self._load(
            onnx_models.model(_scores(written="y"), weights=_WEIGHTS),
            output="logits",
            class_names=("cat", "dog"),
        )
        images = tiny_models.images(count)
        expected = images.numpy().mean(axis=(1, 2)) @ _KERNEL.T + _BIAS
        np.testing.assert_allclose(classifier(images), expected, atol=1e-6)
        self.assertEqual(classifier.input_size, (8, 8))
        self.assertEqual(classifier.describe()["kind"], "onnx")
        classifier.check_differentiable()
        with self.assertRaisesRegex(errors.ClassifierError, "no feature maps"):
            classifier.check_features()

    def test_what_goes_into_a_last_softmax_is_the_logits(self):
        steep = {"w": 1e4 * _KERNEL, "b": _BIAS}
        softmax = _node("Softmax", ["scores"], ["y"], axis=-1)
        classifier = self._load(
            onnx_models.model(_scores(softmax), weights=steep)
        )
        images = tiny_models.images(3)
        expected = images.numpy().mean(axis=(1, 2)) @ steep["w"].T + _BIAS
        np.testing.assert_allclose(classifier(images), expected, rtol=1e-4)

    def test_one_sigmoid_is_two_classes(self):
        made = onnx_models.model(
            _scores(_node("Sigmoid", ["scores"], ["y"])),
            weights={"w": _KERNEL[:1], "b": _BIAS[:1]},
            outputs={"y": ("n", 1)},
        )
        images = tiny_models.images(3)
        expected = images.numpy().mean(axis=(1, 2)) @ _KERNEL[0] + _BIAS[0]
        logits = self._load(made)(images)
        np.testing.assert_allclose(logits[:, 1] - logits[:, 0], expected, 1e-4)

    def test_several_sigmoids_are_no_classes(self):
        sigmoid = _node("Sigmoid", ["scores"], ["y"])
        made = onnx_models.model(_scores(sigmoid), weights=_WEIGHTS)
        path = onnx_models.write(self.folder / "model.onnx", made)
        with self.assertRaisesRegex(errors.ClassifierError, "sigmoids, tags"):
            adapter.load(path)

    def test_a_number_has_a_threshold(self):
        made = onnx_models.model(
            _scores(written="y"),
            weights={"w": _KERNEL[:1], "b": _BIAS[:1]},
            outputs={"y": ("n", 1)},
        )
        classifier = self._load(made, output=outputs.Threshold(0.2))
        images = tiny_models.images(3)
        age = images.numpy().mean(axis=(1, 2)) @ _KERNEL[0] + _BIAS[0]
        np.testing.assert_allclose(
            tf.nn.softmax(classifier(images))[:, 1],
            1 / (1 + np.exp(0.2 - age)),
            rtol=1e-5,
        )
        self.assertEqual(classifier.class_names, ("below 0.2", "at least 0.2"))

    def test_channels_may_be_last(self):
        transpose = _node("Transpose", ["x"], ["first"], perm=[0, 3, 1, 2])
        layers = _scores(written="y")
        layers[0] = _node("GlobalAveragePool", ["first"], ["mean"])
        made = onnx_models.model(
            [transpose, *layers], weights=_WEIGHTS, shape=("n", 8, 6, 3)
        )
        classifier = self._load(made, output="logits")
        images = tiny_models.images(2)
        self.assertEqual(classifier.input_size, (8, 6))
        np.testing.assert_allclose(
            classifier(tf.image.resize(images, (8, 6), antialias=True)),
            tf.reduce_mean(
                tf.image.resize(images, (8, 6), antialias=True), [1, 2]
            )
            @ _KERNEL.T
            + _BIAS,
            rtol=1e-4,
        )

    def test_weights_may_be_in_a_file_beside_it(self):
        made = onnx_models.model(_scores(written="y"), weights=_WEIGHTS)
        tensor = made.graph.initializer[0]
        (self.folder / "model.onnx.data").write_bytes(
            b"before" + tensor.raw_data
        )
        tensor.ClearField("raw_data")
        tensor.data_location = 1
        for key, value in (
            ("location", "model.onnx.data"),
            ("offset", "6"),
            ("length", "24"),
        ):
            tensor.external_data.add(key=key, value=value)
        classifier = self._load(made, output="logits")
        images = tiny_models.images(1)
        expected = images.numpy().mean(axis=(1, 2)) @ _KERNEL.T + _BIAS
        np.testing.assert_allclose(classifier(images), expected, atol=1e-6)

        for place in ("../secret", "/etc/hostname", ""):
            tensor.external_data[0].value = place
            self._refuses(made, "expected one in the same folder")
        tensor.external_data[0].value = "gone"
        self._refuses(made, "not beside it; copy both files")
        tensor.external_data[0].value = "model.onnx.data"
        tensor.external_data[2].value = "20"
        self._refuses(made, "5 numbers for the shape .2, 3.")

    def test_what_cannot_be_read_says_why(self):
        layers = _scores(written="y")
        model = onnx_models.model
        for made, message in (
            (
                model([_node("Einsum", ["x"], ["y"])]),
                "operations that are not read: Einsum. Another way: convert",
            ),
            (
                model(layers, weights=_WEIGHTS, shape=(1, 3, 8, 8)),
                r"1 image\(s\) at once .* dynamic_axes",
            ),
            (
                model(layers, weights=_WEIGHTS, shape=("n", 5, 8, 8)),
                "of 1 or 3 channels",
            ),
            (model(layers, weights={"w": _KERNEL}), "reads 'b', which nothing"),
            (
                model(layers, weights={"w": _KERNEL.T, "b": _BIAS}),
                "its layers do not fit each other",
            ),
            (
                model(
                    layers,
                    weights=_WEIGHTS,
                    outputs={"y": ("n", 2), "z": ("n", 2)},
                ),
                "say which to explain: classifier.output_name='y'",
            ),
            (model([]), "no ONNX file: no layers"),
        ):
            with self.subTest(message):
                self._refuses(made, message)

    def test_sizes_that_no_numbers_have(self):
        made = onnx_models.model(_scores(written="y"), weights=_WEIGHTS)
        (kernel,) = [w for w in made.graph.initializer if w.name == "w"]
        kernel.raw_data = b""
        for dims in ((-1, 3), (2, -3), (0, 2**62, 2**62)):
            kernel.dims[:] = dims
            with self.subTest(dims):
                self._refuses(made, "'w' have 0 numbers for the shape")

    def test_layers_that_do_not_fit_outside_of_a_graph(self):
        path = self.folder / "model.onnx"
        onnx_models.write(
            path,
            onnx_models.model(
                _scores(written="y"), weights={"w": _KERNEL.T, "b": _BIAS}
            ),
        )
        with self.assertRaisesRegex(errors.ClassifierError, "fit each other"):
            onnx_files.read(path).forward(tf.zeros([1, 8, 8, 3]))

    def test_a_damaged_name_of_an_operation(self):
        path = self.folder / "model.onnx"
        onnx_models.write(
            path, onnx_models.model([_node("Einsum", ["x"], ["y"])])
        )
        path.write_bytes(path.read_bytes().replace(b"Einsum", b"Ein\xffum"))
        with self.assertRaisesRegex(errors.ClassifierError, "not read: .*Ein"):
            adapter.load(path)

    def test_a_damaged_file(self):
        path = self.folder / "model.onnx"
        onnx_models.write(
            path, onnx_models.model(_scores(written="y"), weights=_WEIGHTS)
        )
        path.write_bytes(path.read_bytes()[:-9])
        with self.assertRaisesRegex(errors.ClassifierError, "damaged, or no"):
            adapter.load(path)

    @parameterized.parameters(
        (".pt", r"PyTorch.*torch\.onnx\.export\(model"),
        (".pkl", "pickle, which is a program"),
        (".tflite", "no gradients; give the Keras model"),
        (".pb", "give the folder that holds it"),
        (".xyz", r"no \.onnx file.* What is read: a \.keras"),
    )
    def test_another_file_gets_the_way_named(self, ending, message):
        path = self.folder / f"model{ending}"
        path.write_bytes(b"something")
        with self.assertRaisesRegex(errors.ClassifierError, message):
            adapter.load(path)


if __name__ == "__main__":
    absltest.main()
