"""Classifiers whose weights are to be read from elsewhere, or run code."""

import io
import pathlib
import zipfile
from collections.abc import Callable

import h5py
import keras
import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import keras_files
from tests.classifiers import tiny_models

_WEIGHTS = "model.weights.h5"
_SHAPE = (3, 3, 3, 4)


class _Code:
    """Makes a file where it is unpickled."""

    def __init__(self, path: pathlib.Path):
        self._path = path

    def __reduce__(self):
        return pathlib.Path.touch, (self._path,)


class KerasWeightsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.secret = self.folder / "secret"
        self.secret.write_bytes(bytes(range(256)) * 4)

    def _saved(self, name: str) -> pathlib.Path:
        path = self.folder / name
        tiny_models.convolutional().save(path)
        return path

    def _members(self, path: pathlib.Path) -> dict[str, bytes]:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def _zip(self, path: pathlib.Path, members: dict[str, bytes]) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    def _changed(self, name: str, change: Callable[[h5py.File], None]):
        """Saves a classifier, and changes its weights."""
        path = self._saved(name)
        if path.suffix == ".h5":
            with h5py.File(path, "r+") as file:
                change(file)
            return path
        members = self._members(path)
        weights = io.BytesIO(members[_WEIGHTS])
        with h5py.File(weights, "r+") as file:
            change(file)
        self._zip(path, {**members, _WEIGHTS: weights.getvalue()})
        return path

    def _refused(self, path: pathlib.Path, message: str, **options) -> None:
        with self.assertRaisesRegex(errors.ClassifierError, message) as caught:
            keras_files.read(path, **options)
        self.assertIn(str(path), str(caught.exception))
        self.assertLen(str(caught.exception).splitlines(), 1)

    @parameterized.product(
        name=["a.keras", "a.h5"], kind=["external", "virtual", "link"]
    )
    def test_weights_in_another_file(self, name, kind):
        other = self.folder / "other.h5"
        with h5py.File(other, "w") as file:
            file["numbers"] = np.ones(_SHAPE, np.float32)

        def change(file):
            where = _first(file)
            shape = file[where].shape
            del file[where]
            if kind == "external":
                size = 4 * int(np.prod(shape))
                file.create_dataset(
                    where,
                    shape,
                    np.float32,
                    external=[(str(self.secret), 0, size)],
                )
            elif kind == "virtual":
                layout = h5py.VirtualLayout(shape, np.float32)
                layout[...] = h5py.VirtualSource(other, "numbers", shape)
                file.create_virtual_dataset(where, layout)
            else:
                file[where] = h5py.ExternalLink(str(other), "numbers")

        path = self._changed(name, change)
        for trusted in (False, True):
            self._refused(
                path, "is in another file. Save", run_foreign_code=trusted
            )

    @parameterized.parameters("a.keras", "a.h5")
    def test_weights_that_would_fill_the_memory(self, name):
        def change(file):
            where = _first(file)
            del file[where]
            file.create_dataset(
                where, (1 << 15, 1 << 15), np.float32, chunks=(1024, 1024)
            )

        self._refused(self._changed(name, change), "4,29.,...,... bytes")

    @parameterized.parameters("a.keras", "a.h5")
    def test_a_group_that_is_in_itself(self, name):
        def change(file):
            file["itself"] = file["/"]

        keras_files.read(self._changed(name, change))

    def test_weights_that_are_pickled(self):
        path = self._saved("a.keras")
        members = self._members(path)
        del members[_WEIGHTS]
        mark = self.folder / "mark"
        pickled = io.BytesIO()
        np.savez(pickled, weights=np.array([_Code(mark)], object))
        members["model.weights.npz"] = pickled.getvalue()
        self._zip(path, members)

        self._refused(path, "has no model.weights.h5")
        self.assertFalse(mark.exists())

    def test_much_beside_the_weights(self):
        path = self._saved("a.keras")
        zeros = bytes(65 << 20)
        self._zip(path, {**self._members(path), "assets/a": zeros})
        self._refused(path, "68,157,440 bytes are beside its weights")

    @parameterized.parameters("a.keras", "a.h5")
    def test_what_keras_saves_is_read(self, name):
        model = keras.Sequential(
            [
                keras.layers.Input((64, 64, 3)),
                keras.layers.Flatten(),
                keras.layers.Dense(20, kernel_initializer="zeros"),
            ]
        )
        path = self.folder / name
        model.save(path)
        self.assertLen(keras_files.read(path).get_weights(), 2)


def _first(file: h5py.File) -> str:
    """Returns the name of the first array of a file, a kernel."""
    names = []

    def see(name, part):
        if isinstance(part, h5py.Dataset) and part.ndim == 4:
            names.append(name)

    file.visititems(see)
    return names[0]


if __name__ == "__main__":
    absltest.main()
