"""ONNX's operations beside numpy, which follows the format's description."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import onnx_operations

_RANDOM = np.random.default_rng(0)


def _run(kind, *inputs, **attributes):
    outputs = onnx_operations.OPERATIONS[kind](
        [
            tf.constant(value)
            if isinstance(value, np.ndarray) and value.dtype == np.float32
            else value
            for value in inputs
        ],
        attributes,
    )
    if isinstance(outputs, list):
        return [np.asarray(output) for output in outputs]
    return np.asarray(outputs)


def _noise(*shape):
    return _RANDOM.normal(size=shape).astype(np.float32)


def _windows(x, size, strides, pads, dilations, value):
    """Every window of images [N, C, H, W], as [N, C, h, w, *size]."""
    top, left, bottom, right = pads
    x = np.pad(
        x,
        [(0, 0), (0, 0), (top, bottom), (left, right)],
        constant_values=value,
    )
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilations, strict=True)]
    rows = range(0, x.shape[2] - reach[0] + 1, strides[0])
    columns = range(0, x.shape[3] - reach[1] + 1, strides[1])
    return np.stack(
        [
            np.stack(
                [
                    x[
                        :,
                        :,
                        i : i + reach[0] : dilations[0],
                        j : j + reach[1] : dilations[1],
                    ]
                    for j in columns
                ],
                axis=2,
            )
            for i in rows
        ],
        axis=2,
    )


def _convolved(x, kernel, group, **how):
    """As the description writes it, one output channel after the other."""
    seen = _windows(x, kernel.shape[2:], value=0.0, **how)
    inputs = kernel.shape[1]
    each = kernel.shape[0] // group
    outputs = []
    for o, weights in enumerate(kernel):
        first = o // each * inputs
        part = seen[:, first : first + inputs]
        outputs.append(np.einsum("nchwij,cij->nhw", part, weights))
    return np.stack(outputs, axis=1)


class ConvolutionTest(parameterized.TestCase):
    @parameterized.parameters(
        (1, (1, 1), (0, 0, 0, 0), (1, 1)),
        (1, (2, 2), (1, 1, 1, 1), (1, 1)),
        (1, (2, 1), (0, 1, 2, 0), (1, 1)),
        (1, (1, 1), (2, 2, 2, 2), (2, 2)),
        (4, (1, 1), (1, 1, 1, 1), (1, 1)),
        (4, (2, 2), (1, 1, 1, 1), (1, 1)),
        (4, (1, 2), (1, 1, 1, 1), (1, 1)),
        (2, (1, 1), (1, 0, 0, 1), (1, 1)),
    )
    def test_like_numpy(self, group, strides, pads, dilations):
        x, kernel = _noise(2, 4, 9, 8), _noise(8, 4 // group, 3, 2)
        bias = _noise(8)
        actual = _run(
            "Conv",
            x,
            kernel,
            bias,
            group=group,
            strides=list(strides),
            pads=list(pads),
            dilations=list(dilations),
        )
        expected = _convolved(
            x, kernel, group, strides=strides, pads=pads, dilations=dilations
        )
        np.testing.assert_allclose(
            actual, expected + bias[:, None, None], atol=1e-4
        )

    def test_same_upper_and_lower(self):
        x, kernel = _noise(1, 1, 5, 5), _noise(1, 1, 2, 2)
        for how, pads in (
            ("SAME_UPPER", (0, 0, 1, 1)),
            ("SAME_LOWER", (1, 1, 0, 0)),
        ):
            np.testing.assert_allclose(
                _run("Conv", x, kernel, auto_pad=how),
                _run("Conv", x, kernel, pads=list(pads)),
            )

    def test_of_sound_is_refused(self):
        with self.assertRaisesRegex(errors.ClassifierError, "Conv has a kern"):
            _run("Conv", _noise(1, 2, 5, 5), _noise(3, 2, 4))


class PoolTest(parameterized.TestCase):
    @parameterized.parameters(
        ((2, 2), (0, 0, 0, 0)), ((1, 2), (1, 1, 1, 1)), ((2, 1), (1, 0, 0, 1))
    )
    def test_like_numpy(self, strides, pads):
        x = _noise(2, 3, 7, 7)
        how = {"strides": list(strides), "pads": list(pads)}
        common = {"strides": strides, "pads": pads, "dilations": (1, 1)}
        size = (3, 3)

        largest = _windows(x, size, value=-np.inf, **common)
        np.testing.assert_allclose(
            _run("MaxPool", x, kernel_shape=[3, 3], **how),
            largest.max(axis=(4, 5)),
        )
        inside = _windows(x, size, value=np.nan, **common)
        np.testing.assert_allclose(
            _run("AveragePool", x, kernel_shape=[3, 3], **how),
            np.nanmean(inside, axis=(4, 5)),
            atol=1e-6,
        )
        everything = _windows(x, size, value=0.0, **common)
        np.testing.assert_allclose(
            _run(
                "AveragePool",
                x,
                kernel_shape=[3, 3],
                count_include_pad=1,
                **how,
            ),
            everything.mean(axis=(4, 5)),
            atol=1e-6,
        )

    def test_the_last_window_may_reach_past_the_end(self):
        x = np.arange(25, dtype=np.float32).reshape(1, 1, 5, 5)
        how = {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}
        np.testing.assert_array_equal(
            _run("MaxPool", x, **how)[0, 0],
            [[6, 8, 9], [16, 18, 19], [21, 23, 24]],
        )
        means = [[3, 5, 6.5], [13, 15, 16.5], [20.5, 22.5, 24]]
        for counted in (0, 1):
            np.testing.assert_allclose(
                _run("AveragePool", x, count_include_pad=counted, **how)[0, 0],
                means,
            )

    def test_global(self):
        x = _noise(2, 3, 4, 5)
        np.testing.assert_allclose(
            _run("GlobalAveragePool", x),
            x.mean(axis=(2, 3), keepdims=True),
            atol=1e-6,
        )
        np.testing.assert_array_equal(
            _run("GlobalMaxPool", x), x.max(axis=(2, 3), keepdims=True)
        )


class NormalisationTest(absltest.TestCase):
    def test_of_batches(self):
        x = _noise(2, 3, 4, 4)
        scale, bias, mean = _noise(3), _noise(3), _noise(3)
        variance = np.abs(_noise(3))
        c = (slice(None), None, None)
        np.testing.assert_allclose(
            _run("BatchNormalization", x, scale, bias, mean, variance),
            (x - mean[c]) / np.sqrt(variance[c] + 1e-5) * scale[c] + bias[c],
            rtol=1e-4,
            atol=1e-5,
        )

    def test_of_instances_and_layers(self):
        x, scale, bias = _noise(2, 3, 4, 4), _noise(3), _noise(3)
        c = (slice(None), None, None)
        normal = (x - x.mean((2, 3), keepdims=True)) / np.sqrt(
            x.var((2, 3), keepdims=True) + 1e-5
        )
        np.testing.assert_allclose(
            _run("InstanceNormalization", x, scale, bias),
            normal * scale[c] + bias[c],
            rtol=1e-4,
            atol=1e-5,
        )
        last = _noise(2, 5)
        weights, shift = _noise(5), _noise(5)
        np.testing.assert_allclose(
            _run("LayerNormalization", last, weights, shift, epsilon=1e-3),
            (last - last.mean(1, keepdims=True))
            / np.sqrt(last.var(1, keepdims=True) + 1e-3)
            * weights
            + shift,
            rtol=1e-4,
            atol=1e-5,
        )

    def test_gemm(self):
        a, b, c = _noise(4, 2), _noise(3, 4), _noise(3)
        np.testing.assert_allclose(
            _run("Gemm", a, b, c, transA=1, transB=1, alpha=0.5, beta=2.0),
            0.5 * a.T @ b.T + 2 * c,
            rtol=1e-5,
        )


class NumbersTest(parameterized.TestCase):
    @parameterized.parameters(
        ("HardSigmoid", {}, lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
        ("HardSwish", {}, lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
        ("LeakyRelu", {"alpha": 0.1}, lambda x: np.where(x > 0, x, 0.1 * x)),
        ("Elu", {"alpha": 2.0}, lambda x: np.where(x > 0, x, 2 * np.expm1(x))),
        ("Clip", {"min": -0.5, "max": 0.5}, lambda x: np.clip(x, -0.5, 0.5)),
        ("Reciprocal", {}, lambda x: 1 / x),
        (
            "Softmax",
            {"axis": 1},
            lambda x: np.exp(x) / np.exp(x).sum(1)[:, None],
        ),
        ("ReduceMean", {"axes": [1]}, lambda x: x.mean(1, keepdims=True)),
        ("ReduceSum", {"keepdims": 0}, lambda x: x.sum()),
        ("Transpose", {}, np.transpose),
        ("Dropout", {}, lambda x: x),
    )
    def test_like_numpy(self, kind, attributes, twin):
        x = 3 * _noise(4, 5)
        np.testing.assert_allclose(
            _run(kind, x, **attributes), twin(x), rtol=1e-4, atol=1e-5
        )

    def test_several_inputs(self):
        x, y = _noise(2, 3), _noise(3)
        np.testing.assert_allclose(_run("Sum", x, y, x), 2 * x + y, rtol=1e-6)
        np.testing.assert_array_equal(_run("Max", x, y), np.maximum(x, y))
        np.testing.assert_allclose(
            _run("PRelu", x, np.abs(y)),
            np.where(x > 0, x, np.abs(y) * x),
            rtol=1e-6,
        )
        np.testing.assert_array_equal(
            _run("Clip", x, np.float32(0), None), np.maximum(x, 0)
        )

    def test_whole_numbers_are_divided_as_in_c(self):
        actual = _run("Div", np.array([7, -7]), np.array([2, 2]))
        np.testing.assert_array_equal(actual, [3, -3])


class ShapesTest(absltest.TestCase):
    def test_reshape_keeps_what_is_zero(self):
        x = _noise(2, 3, 4)
        self.assertEqual(_run("Reshape", x, np.array([0, -1])).shape, (2, 12))

    def test_flatten_of_any_number_of_images(self):
        @tf.function(input_signature=[tf.TensorSpec([None, 3, 4])])
        def flat(x):
            return onnx_operations.OPERATIONS["Flatten"]([x], {})

        self.assertEqual(flat.get_concrete_function().output_shapes[1], 12)
        self.assertEqual(flat(_noise(5, 3, 4)).shape, (5, 12))

    def test_the_shape_of_any_number_of_images(self):
        @tf.function(input_signature=[tf.TensorSpec([None, 3, 4])])
        def rows(x):
            run = onnx_operations.OPERATIONS
            shape = run["Shape"]([x], {})
            first = run["Gather"]([shape, np.array(0)], {})
            both = run["Concat"](
                [run["Unsqueeze"]([first, np.array([0])], {}), np.array([-1])],
                {"axis": 0},
            )
            return run["Reshape"]([x, both], {})

        self.assertEqual(rows(_noise(5, 3, 4)).shape, (5, 12))

    def test_slices_and_splits(self):
        x = _noise(4, 6)
        np.testing.assert_array_equal(
            _run(
                "Slice",
                x,
                np.array([1, 5]),
                np.array([2**63 - 1, -(2**63)]),
                np.array([0, 1]),
                np.array([1, -2]),
            ),
            x[1:, 5::-2],
        )
        first, second = _run("Split", x, axis=1, outputs=2)
        np.testing.assert_array_equal(np.hstack([first, second]), x)
        parts = _run("Split", x, np.array([1, 3]), axis=0)
        self.assertEqual([len(part) for part in parts], [1, 3])

    def test_borders(self):
        x = _noise(1, 1, 3, 3)
        np.testing.assert_array_equal(
            _run("Pad", x, np.array([0, 0, 1, 0, 0, 0, 0, 2])),
            np.pad(x, [(0, 0), (0, 0), (1, 0), (0, 2)]),
        )
        np.testing.assert_array_equal(
            _run("Pad", x, np.array([0, 0, 1, 1, 0, 0, 1, 1]), mode="reflect"),
            np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)], mode="reflect"),
        )
        with self.assertRaisesRegex(errors.ClassifierError, "mode 'edge'"):
            _run("Pad", x, np.zeros(8, np.int64), mode="edge")

    def test_expand_and_where(self):
        x = _noise(1, 3)
        np.testing.assert_array_equal(
            _run("Expand", x, np.array([2, 1])), np.repeat(x, 2, axis=0)
        )
        np.testing.assert_array_equal(
            _run("Where", x[0] > 0, x, np.float32(0)), np.maximum(x, 0)
        )

    def test_constants(self):
        np.testing.assert_array_equal(
            _run("Constant", value_ints=[1, 2]), [1, 2]
        )
        np.testing.assert_array_equal(
            _run("ConstantOfShape", np.array([2]), value=np.array([3])), [3, 3]
        )
        self.assertEqual(_run("Cast", np.array([1.7]), to=7).dtype, np.int64)


if __name__ == "__main__":
    absltest.main()
