"""Tests of stylex_tf.classifiers.keras_config, on configs alone."""

from absl.testing import absltest, parameterized

from stylex_tf.classifiers import keras_config

_DENSE = {
    "module": "keras.layers",
    "class_name": "Dense",
    "config": {"name": "d", "units": 2, "activation": "relu"},
    "registered_name": None,
}


def _with(**fields):
    return {**_DENSE, **fields}


def _deep(config, levels):
    for _ in range(levels):
        config = {"class_name": "Sequential", "config": {"layers": [config]}}
    return config


class KerasConfigTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("0", _DENSE),
        ("1", _with(module=None)),
        (
            "2",
            _with(config={"activation": {"class_name": "ReLU", "config": {}}}),
        ),
        (
            "3",
            _with(
                config={
                    "activation": {
                        "module": "builtins",
                        "class_name": "function",
                        "config": "relu",
                        "registered_name": "function",
                    }
                }
            ),
        ),
        ("4", _with(config={"kernel_initializer": "glorot_uniform"})),
        (
            "5",
            {"class_name": "TFOpLambda", "config": {"function": "nn.softmax"}},
        ),
        (
            "6",
            {
                "class_name": "TFOpLambda",
                "config": {"function": "compat.v1.nn.bias_add"},
            },
        ),
        (
            "7",
            {
                "class_name": "__tensor__",
                "config": {"value": [1], "dtype": "f"},
            },
        ),
        ("8", []),
        ("9", "Lambda"),
        (
            "operation_of_keras_3",
            {
                "module": "keras.src.ops.numpy",
                "class_name": "TrueDivide",
                "config": {"name": "true_divide"},
                "registered_name": "TrueDivide",
            },
        ),
    )
    def test_keras_own_parts(self, config):
        self.assertEmpty(keras_config.foreign(config))
        self.assertEmpty(keras_config.foreign(_deep(config, 3)))

    @parameterized.parameters(
        ({"class_name": "Lambda", "config": {"name": "l"}}, "Lambda 'l'"),
        ({"class_name": "Custom>Mine", "config": {}}, "Custom>Mine"),
        ({"class_name": "TFSMLayer", "config": {}}, "TFSMLayer"),
        (_with(module="mine"), "Dense 'd' of mine"),
        (_with(module="keras_mine.layers"), "Dense 'd' of keras_mine.layers"),
        (_with(registered_name="mine>Dense"), r"Dense 'd' (mine>Dense)"),
        (_with(config={"activation": "mine"}), "activation 'mine'"),
        (
            _with(config={"recurrent_activation": "deserialize"}),
            "recurrent_activation 'deserialize'",
        ),
        (
            _with(config={"kernel_initializer": "get"}),
            "kernel_initializer 'get'",
        ),
        (
            {"class_name": "function", "config": "print", "module": "builtins"},
            "the function builtins.print",
        ),
        (
            {"class_name": "function", "config": "relu", "module": "os"},
            "the function os.relu",
        ),
        (
            {"class_name": "TFOpLambda", "config": {"function": "print"}},
            "TFOpLambda, which calls print",
        ),
        (
            {"class_name": "ClassMethod", "config": {"name": "c"}},
            "ClassMethod 'c'",
        ),
        ({"class_name": "__typespec__", "spec_name": "py_function"}, "py_func"),
        ({"class_name": "__lambda__", "config": {"value": ""}}, "__lambda__"),
        ({"class_name": ["Lambda"], "config": {}}, "['Lambda']"),
        ({"class_name": "TextVectorization", "config": {}}, "TextVector"),
        (
            {"module": "mine", "class_name": "TrueDivide", "config": {}},
            "TrueDivide of mine",
        ),
        (
            {"module": "keras.src.ops.core", "class_name": "Map", "config": {}},
            "Map",
        ),
    )
    def test_what_is_foreign_is_named_however_deep(self, config, named):
        for foreign in (
            keras_config.foreign(config),
            keras_config.foreign(_deep(config, 4)),
            keras_config.foreign(_with(config={"layer": config})),
            keras_config.foreign({"compile_config": {"loss": config}}),
        ):
            self.assertLen(foreign, 1)
            self.assertStartsWith(foreign[0], named)

    def test_a_config_that_is_too_deep_to_recurse(self):
        config = {"class_name": "Lambda", "config": {}}
        self.assertEqual(
            keras_config.foreign(_deep(config, 20_000)), ["Lambda"]
        )


if __name__ == "__main__":
    absltest.main()
