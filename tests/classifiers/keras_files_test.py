"""Tests of stylex_tf.classifiers.keras_files: what a file may bring."""

import json
import pathlib
import zipfile
from collections.abc import Callable
from typing import Any

import h5py
import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import keras_files
from tests.classifiers import tiny_models

_MAJOR = int(keras.__version__.split(".")[0])
# From which files Keras itself reads functions between layers; Keras 3 does
# not know those of its own .h5 files.
_WITH_FUNCTIONS = ("a.keras", "a.h5") if _MAJOR < 3 else ("a.keras",)


def _operations():
    """Returns where the functions of a graph of layers are: Keras 3's own."""
    return getattr(keras, "ops", None) or _TensorFlow


class _TensorFlow:
    softmax = staticmethod(tf.nn.softmax)
    image = tf.image


class _FilesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())

    def _saved(self, name: str, model: keras.Model | None = None):
        path = self.folder / name
        (model or tiny_models.convolutional()).save(path)
        return path

    def _edited(self, name: str, change: Callable[[Any], None]):
        """Saves a model whose config is changed afterwards."""
        path = self._saved(name)
        if path.suffix == ".h5":
            with h5py.File(path, "r+") as file:
                config = json.loads(file.attrs["model_config"])
                change(config)
                file.attrs["model_config"] = json.dumps(config)
            return path
        with zipfile.ZipFile(path) as archive:
            members = {n: archive.read(n) for n in archive.namelist()}
        config = json.loads(members["config.json"])
        change(config)
        members["config.json"] = json.dumps(config).encode()
        self._zip(path, members)
        return path

    def _zip(self, path: pathlib.Path, members: dict[str, bytes]) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    def _refused(self, path: pathlib.Path, message: str) -> None:
        with self.assertRaisesRegex(errors.ClassifierError, message) as caught:
            keras_files.read(path)
        self.assertIn(str(path), str(caught.exception))
        self.assertLen(str(caught.exception).splitlines(), 1)


class ForeignCodeTest(_FilesTest):
    @parameterized.parameters("a.keras", "a.h5")
    def test_reads_a_file_of_keras_own_parts(self, name):
        model = tiny_models.convolutional()
        loaded = keras_files.read(self._saved(name, model))
        images = tiny_models.images()
        np.testing.assert_allclose(loaded(images), model(images), rtol=1e-6)

    @parameterized.parameters("a.keras", "a.h5")
    def test_answers_as_the_users_own_model_does(self, name):
        # Also where a layer is called as in training, which a frozen model
        # would not do.
        images = keras.Input((8, 8, 3))
        x = keras.layers.BatchNormalization()(images, training=True)
        x = keras.layers.GlobalAveragePooling2D()(x)
        model = keras.Model(images, keras.layers.Dense(3)(x))
        loaded = keras_files.read(self._saved(name, model))
        images = tiny_models.images()
        np.testing.assert_allclose(loaded(images), model(images), rtol=1e-5)

    @parameterized.product(
        name=["a.keras", "a.h5"], nested=[False, True], trusted=[False, True]
    )
    def test_code_runs_only_where_it_is_allowed(self, name, nested, trusted):
        mark = self.folder / "ran"
        # Eager: Keras calls it when the layer is built.
        source = f"lambda x: (open({str(mark)!r}, 'w').close(), x)[1]"
        layer = keras.layers.Lambda(eval(source))  # noqa: S307
        if nested:
            layer = keras.Sequential([keras.Input((8, 8, 3)), layer])
        path = self._saved(
            name, keras.Sequential([keras.Input((8, 8, 3)), layer])
        )
        mark.unlink()
        if trusted:
            with self.assertLogs("stylex_tf", "WARNING") as logged:
                keras_files.read(path, run_foreign_code=True)
            self.assertIn("may do whatever you may", logged.output[0])
            self.assertIn("Lambda", logged.output[0])
        else:
            self._refused(path, "Lambda 'lambda.*run_foreign_code")
        self.assertEqual(mark.exists(), trusted)

    @parameterized.parameters("a.keras", "a.h5")
    def test_a_loss_of_the_users_own_does_not_matter(self, name):
        ran = []

        def loss(truth, answer):
            ran.append(True)
            return tf.reduce_mean(truth - answer)

        model = tiny_models.convolutional()
        model.compile(optimizer="adam", loss=loss)
        path = self._saved(name, model)
        ran.clear()
        read = keras_files.read(path)
        images = tiny_models.images()
        np.testing.assert_allclose(read(images), model(images), rtol=1e-5)
        self.assertEmpty(ran)

    def test_a_file_that_writes_a_file_is_not_loaded(self):
        target = self.folder / "written"

        def change(config):
            config["config"]["layers"].append(
                {
                    "class_name": "TFOpLambda",
                    "config": {"name": "w", "function": "io.write_file"},
                    "name": "w",
                    "inbound_nodes": [
                        ["_CONSTANT_VALUE", -1, str(target), {"contents": "x"}]
                    ],
                }
            )

        self._refused(
            self._edited("a.keras", change),
            "TFOpLambda 'w', which calls io.write_file",
        )
        self.assertFalse(target.exists())

    def _lambda(self) -> keras.Model:
        return keras.Sequential(
            [keras.Input((8, 8, 3)), keras.layers.Lambda(lambda x: x)]
        )

    def test_a_zip_behind_an_hdf5_file_is_read_as_keras_reads_it(self):
        zipped = self._saved("bad.keras", self._lambda())
        path = self._saved("good.h5").rename(self.folder / "a.keras")
        with zipfile.ZipFile(zipped) as bad, zipfile.ZipFile(path, "a") as both:
            for name in bad.namelist():
                both.writestr(name, bad.read(name))

        self.assertTrue(h5py.is_hdf5(path))
        self._refused(path, "names code .*Lambda")

    def test_an_hdf5_file_behind_a_zip_is_read_as_keras_reads_it(self):
        bad = self._saved("bad.h5", self._lambda())
        good = self._saved("good.keras").read_bytes()
        path = self.folder / "a.h5"
        # HDF5 leaves so much to its user, who may put a zip there.
        room = 2 ** (len(good) - 1).bit_length()
        with (
            h5py.File(bad) as read,
            h5py.File(path, "w", userblock_size=room) as written,
        ):
            written.attrs.update(read.attrs)
            for name in read:
                read.copy(name, written)
        with open(path, "r+b") as file:
            file.write(good)

        self.assertTrue(h5py.is_hdf5(path))
        self._refused(path, "names code .*Lambda")

    def test_a_config_of_no_model(self):
        self._refused(
            self._edited("a.keras", lambda config: config.clear()),
            "holds a config of no model",
        )

    @parameterized.parameters("a.keras", "a.h5")
    def test_a_function_of_a_module_is_not_imported(self, name):
        def change(config):
            config["config"]["layers"][-1]["config"]["activation"] = {
                "module": "this",
                "class_name": "function",
                "config": "f",
                "registered_name": "function",
            }

        self._refused(self._edited(name, change), r"the function this\.f")

    @parameterized.parameters(
        lambda x: _operations().softmax(x / 255.0 - 0.5),
        lambda x: keras.applications.imagenet_utils.preprocess_input(
            x, mode="torch"
        ),
        lambda x: _operations().image.resize(x, (4, 4)),
    )
    def test_functions_between_layers_stay_readable(self, part):
        for name in _WITH_FUNCTIONS:
            self._check_stays_readable(name, part)

    @parameterized.parameters(
        keras.layers.TimeDistributed(keras.layers.Dense(2, activation="gelu")),
        keras.layers.Dense(
            2,
            kernel_initializer=keras.initializers.HeNormal(),
            kernel_regularizer="l2",
            bias_constraint=keras.constraints.MaxNorm(1.0),
        ),
        keras.layers.RandomFlip(),
        keras.layers.LeakyReLU(0.1),
    )
    def test_ways_of_making_a_classifier_that_stay_readable(self, part):
        for name in ("a.keras", "a.h5"):
            self._check_stays_readable(name, part)

    def test_channels_in_the_other_order_stay_readable(self):
        # Keras 2 cannot write `...` into a .keras file.
        self._check_stays_readable(
            _WITH_FUNCTIONS[-1],
            lambda x: keras.applications.imagenet_utils.preprocess_input(
                x, mode="caffe"
            ),
        )

    def _check_stays_readable(self, name, part):
        images = keras.Input((8, 8, 3))
        x = keras.layers.GlobalAveragePooling2D()(part(images))
        model = keras.Model(images, keras.layers.Dense(2)(x))
        loaded = keras_files.read(self._saved(name, model))
        np.testing.assert_allclose(
            loaded(tiny_models.images(), training=False),
            model(tiny_models.images(), training=False),
            rtol=1e-5,
        )

    @parameterized.parameters("a.keras", "a.h5")
    def test_a_trained_backbone_inside_stays_readable(self, name):
        inner = tiny_models.convolutional()
        inner.compile(
            keras.optimizers.Adam(), "sparse_categorical_crossentropy"
        )
        images = keras.Input((8, 8, 3))
        outer = keras.Model(images, keras.layers.Dense(2)(inner(images)))
        outer.compile(keras.optimizers.SGD(), "mse", metrics=["accuracy"])
        loaded = keras_files.read(self._saved(name, outer))
        np.testing.assert_allclose(
            loaded(tiny_models.images()),
            outer(tiny_models.images()),
            rtol=1e-5,
        )

    def test_a_network_of_keras_applications_stays_readable(self):
        model = keras.applications.MobileNetV2(
            weights=None, input_shape=(32, 32, 3), classes=2, alpha=0.35
        )
        loaded = keras_files.read(self._saved("a.keras", model))
        self.assertEqual(loaded.count_params(), model.count_params())


class DamageTest(_FilesTest):
    @parameterized.parameters(f"{_MAJOR + 1}.4.1", f"{_MAJOR + 2}.0")
    def test_another_version_is_told_how_to_come(self, version):
        advice = f"by Keras {version}, .*model\\.export"
        path = self.folder / "a.keras"
        about = json.dumps({"keras_version": version}).encode()
        self._zip(path, {"metadata.json": about})
        self._refused(path, advice)
        path = self._saved("a.h5")
        with h5py.File(path, "r+") as file:
            file.attrs["keras_version"] = version
        self._refused(path, advice)

    @parameterized.parameters(
        (b"no model at all", "neither a .keras nor an .h5 file"),
        (b"", "neither a .keras nor an .h5 file"),
        (b"PK\x05\x06" + b"\0" * 18, "is not a .keras file"),
    )
    def test_refuses_another_file(self, content, message):
        path = self.folder / "a.keras"
        path.write_bytes(content)
        self._refused(path, message)

    def test_weights_alone(self):
        path = self.folder / "a.weights.h5"
        tiny_models.convolutional().save_weights(path)
        self._refused(path, "weights without a model; save the whole model")

    @parameterized.parameters("a.keras", "a.h5")
    def test_a_file_that_is_cut_short(self, name):
        path = self._saved(name)
        content = path.read_bytes()
        for share in (0.1, 0.5, 0.95):
            path.write_bytes(content[: int(share * len(content))])
            self._refused(path, "damaged or cut short|is damaged or of another")

    def test_a_flipped_bit(self):
        path = self._saved("a.keras")
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 255
        path.write_bytes(content)
        self._refused(path, "damaged")

    @parameterized.parameters(
        ("metadata.json", b"{{", "damaged"),
        ("metadata.json", b"{}", "which Keras wrote it"),
        ("metadata.json", b"[]", "which Keras wrote it"),
        ("config.json", b"{{", "damaged"),
        ("config.json", b"[]", "damaged or of another version"),
        ("config.json", b"[" * 100_000, "damaged"),
        ("config.json", None, "not a .keras file"),
        ("model.weights.h5", None, "it has no model.weights.h5"),
    )
    def test_a_part_that_is_wrong(self, member, content, message):
        path = self._saved("a.keras")
        with zipfile.ZipFile(path) as archive:
            members = {n: archive.read(n) for n in archive.namelist()}
        del members[member]
        if content is not None:
            members[member] = content
        self._zip(path, members)
        self._refused(path, message)


if __name__ == "__main__":
    absltest.main()
