"""Whatever is called a classifier, it is loaded or refused by name.

Nothing that a file names beyond the listed parts is ever called: Keras's
loader is watched.
"""

import io
import json
import pathlib
import random
import zipfile
from unittest import mock

import h5py
import keras
import tensorflow as tf
from absl.testing import absltest
from hypothesis import strategies as st

from stylex_tf import errors
from stylex_tf.classifiers import (
    graph_operations,
    hdf5_check,
    keras_config,
    keras_files,
    onnx_files,
    saved_models,
)
from tests.fuzzing import changed_bytes
from tests.testing import onnx_models

# What a config may not name; each would be found out when it is called.
_FOREIGN = (
    *("Lambda", "TFOpLambda", "io.write_file", "os", "builtins.print", "eval"),
    *("tests.fuzzing.changed_bytes", "__lambda__", "function", "MyLayer"),
)
_ODD = (None, True, -1, 2**70, 1e308, "", "relu", [], {}, [[]], *_FOREIGN)


def _model() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(2, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )


def _replace(value, rng: random.Random):
    """Returns JSON with a value somewhere in it replaced, or a key renamed."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        if rng.random() < 0.1:
            return {
                rng.choice(_FOREIGN) if k == key else k: v
                for k, v in value.items()
            }
        return {**value, key: _replace(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        place = rng.randrange(len(value))
        return [
            *value[:place],
            _replace(value[place], rng),
            *value[place + 1 :],
        ]
    return rng.choice(_ODD)


class ClassifiersTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())

    def _reads(self, path: pathlib.Path, read=keras_files.read) -> None:
        try:
            read(path)
        except errors.ClassifierError as error:
            self.assertIn(str(path), str(error))

    def _saved(self, name: str) -> tuple[pathlib.Path, bytes]:
        path = self.folder / name
        _model().save(path)
        return path, path.read_bytes()

    def test_keras_files(self):
        for name in ("a.keras", "a.h5"):
            path, whole = self._saved(name)

            @changed_bytes.tried(content=changed_bytes.of([whole]))
            def check(test, content, path=path):
                path.write_bytes(content)
                test._reads(path)

            with (
                self.subTest(name),
                mock.patch.object(hdf5_check, "SECONDS", 10.0),
            ):
                check(self)

    @changed_bytes.tried(seed=st.integers(0, 2**32), changes=st.integers(1, 3))
    def test_configs(self, seed, changes):
        rng = random.Random(seed)
        config = _CONFIG
        for _ in range(changes):
            config = _replace(config, rng)

        foreign = keras_config.foreign(config)

        # Names of layers and of the model are free; what is called is not.
        for name in ("Lambda", "TFOpLambda", "MyLayer", "__lambda__"):
            if f'"class_name": "{name}"' in json.dumps(config):
                self.assertNotEmpty(foreign)
        if '"module": "os"' in json.dumps(config):
            self.assertNotEmpty(foreign)

    # The HDF5 in it is whole, and need not be read by another process.
    @mock.patch.object(hdf5_check, "check")
    def test_configs_in_files(self, _):
        path, whole = self._saved("a.keras")
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            members = {n: archive.read(n) for n in archive.namelist()}

        @changed_bytes.tried(seed=st.integers(0, 2**32))
        def check(test, seed):
            config = _replace(
                json.loads(members["config.json"]), random.Random(seed)
            )
            with zipfile.ZipFile(path, "w") as archive:
                for name, content in members.items():
                    if name == "config.json":
                        content = json.dumps(config).encode()
                    archive.writestr(name, content)
            with mock.patch.object(
                keras.models, "load_model", wraps=keras.models.load_model
            ) as load:
                test._reads(path)
            test.assertFalse(load.called and keras_config.foreign(config))

        check(self)

    @mock.patch.object(hdf5_check, "check")
    def test_configs_of_hdf5(self, _):
        path, whole = self._saved("a.h5")

        @changed_bytes.tried(content=changed_bytes.of([_TEXT]))
        def check(test, content):
            path.write_bytes(whole)
            with h5py.File(path, "r+") as file:
                file.attrs["model_config"] = content.replace(b"\0", b"")
            test._reads(path)

        check(self)

    def test_onnx_files(self):
        made = onnx_models.model(
            [
                onnx_models.node("GlobalAveragePool", ["x"], ["mean"]),
                onnx_models.node("Flatten", ["mean"], ["flat"]),
                onnx_models.node("Gemm", ["flat", "w", "b"], ["y"], transB=1),
            ],
            weights={
                "w": tf.ones([2, 3]).numpy(),
                "b": tf.zeros([2]).numpy(),
            },
        )
        path = self.folder / "a.onnx"
        pixels = tf.zeros([1, 8, 8, 3])

        @changed_bytes.tried(
            content=changed_bytes.of([made.SerializeToString()])
        )
        def check(test, content):
            path.write_bytes(content)
            test._reads(
                path, lambda file: onnx_files.read(file).forward(pixels)
            )

        check(self)

    def test_graphs(self):
        module = tf.Module()
        module.score = tf.function(
            lambda x: {"logits": tf.reduce_mean(x, [1, 2])[:, :2]},
            input_signature=[tf.TensorSpec([None, 8, 8, 3], name="x")],
        )
        tf.saved_model.save(module, str(self.folder), module.score)
        file = self.folder / "saved_model.pb"
        whole = file.read_bytes()

        @changed_bytes.tried(content=changed_bytes.of([whole]))
        def check(test, content):
            file.write_bytes(content)
            # TensorFlow itself may end the process on a crafted graph: what
            # comes before it is looked at alone.
            test._reads(test.folder, graph_operations.forbidden)

        check(self)

    def test_graphs_that_are_cut_are_not_loaded(self):
        module = tf.Module()
        tf.saved_model.save(module, str(self.folder))
        file = self.folder / "saved_model.pb"
        whole = file.read_bytes()
        for length in range(0, len(whole), 1 + len(whole) // 20):
            file.write_bytes(whole[:length])
            with self.assertRaises(errors.ClassifierError):
                saved_models.read(self.folder, "serving_default")


_CONFIG = json.loads(_model().to_json())
_TEXT = json.dumps(_CONFIG).encode()

if __name__ == "__main__":
    absltest.main()
