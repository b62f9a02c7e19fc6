"""Tests of stylex_tf.training.weights: names, and the file that ships them."""

import json
import pathlib
import zipfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.layers import equalized
from stylex_tf.models import encoder
from stylex_tf.training import weights
from tests.testing import tiny_experiment


class NamesTest(absltest.TestCase):
    def test_every_weight_has_a_name_that_says_where_it_is(self):
        networks = tiny_experiment.networks()
        named = weights.named(networks)
        self.assertContainsSubset(
            [
                "mapping/dense0/kernel",
                "mapping/w_average",
                "generator/affine/bias",
                "generator/synthesis/constant",
                "generator/synthesis/b8_conv0/kernel",
                "generator/synthesis/b8_conv0/noise/strength",
                "generator/synthesis/b8_to_rgb/bias",
                "encoder/trunk/b16/conv0/kernel",
                "encoder/trunk/from_rgb/kernel",
                "encoder/head/bias",
                "discriminator/trunk/b16/shortcut/kernel",
                "discriminator/head/kernel",
            ],
            named,
        )
        every = networks.variables
        self.assertEqual(
            {id(variable) for variable in named.values()},
            {id(variable) for variable in every},
        )

    def test_names_do_not_depend_on_what_was_built_before(self):
        first, second = (
            list(weights.named(tiny_experiment.networks())) for _ in range(2)
        )
        self.assertEqual(first, second)

    def test_a_weight_without_a_name_is_a_fault(self):
        networks = tiny_experiment.networks()
        hiding = encoder.Encoder(**tiny_experiment.SIZES, w_dim=8)
        hiding._hidden = equalized.EqualizedDense(2)
        hiding._hidden.build([None, 8])
        size = tiny_experiment.RESOLUTION
        hiding(tf.zeros([1, size, size, 3]))
        networks.encoder = hiding
        with self.assertRaisesRegex(ValueError, "some have no name"):
            weights.named(networks)


class FileTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "model.weights"
        self.networks = tiny_experiment.networks()

    def test_what_is_read_is_what_was_saved_in_half(self):
        saved = weights.of(self.networks, {"step": 3, "cuts": {"a": "b"}})
        weights.save(self.path, saved)
        loaded = weights.load(self.path)
        self.assertEqual(loaded.about["step"], 3)
        self.assertEqual(loaded.about["cuts"], {"a": "b"})
        self.assertEqual(loaded.arrays.keys(), saved.arrays.keys())
        for name, array in saved.arrays.items():
            self.assertEqual(loaded.arrays[name].dtype, np.float16)
            np.testing.assert_array_equal(
                loaded.arrays[name], array.astype(np.float16), name
            )

    def test_equal_weights_are_equal_files(self):
        saved = weights.of(self.networks, {"step": 3})
        first = weights.save(self.path, saved).read_bytes()
        other = self.path.with_name("other")
        self.assertEqual(weights.save(other, saved).read_bytes(), first)

    def test_a_weight_that_does_not_fit_is_refused(self):
        with self.assertRaisesRegex(
            errors.ExportError, "a/b is 100000 somewhere; float16 holds"
        ):
            weights.save(
                self.path, weights.Weights({"a/b": np.array([1e5, 1.0])}, {})
            )
        self.assertFalse(self.path.exists())

    @parameterized.parameters("cut", "flipped", "foreign", "no zip", "format")
    def test_a_damaged_file_is_one_error(self, how):
        weights.save(self.path, weights.Weights({"a": np.ones(50)}, {}))
        content = bytearray(self.path.read_bytes())
        if how == "cut":
            self.path.write_bytes(content[:-30])
        elif how == "flipped":
            where = content.index(b"a.npy") + 20
            content[where] ^= 0xFF
            self.path.write_bytes(content)
        elif how == "no zip":
            self.path.write_bytes(b"hello")
        else:
            about = {} if how == "foreign" else {"format": 9}
            with zipfile.ZipFile(self.path, "w") as file:
                file.writestr(
                    "x" if how == "foreign" else "about.json",
                    json.dumps(about),
                )
        with self.assertRaisesRegex(errors.CheckpointError, "model.weights"):
            weights.load(self.path)


if __name__ == "__main__":
    absltest.main()
