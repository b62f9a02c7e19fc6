"""Whatever is called a zip of images, it is read or refused by name."""

import io
import json
import pathlib
import zipfile
from unittest import mock

from absl.testing import absltest
from hypothesis import strategies as st

from stylex_tf import errors
from stylex_tf.data import pictures
from stylex_tf.data.sources import archives, folders
from tests.fuzzing import changed_bytes
from tests.testing import image_files

_LABELS = {"labels": [[f"{n}.png", n % 2] for n in range(4)]}


def _zip(packing: int, names: tuple[str, ...], **others: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for number, name in enumerate(names):
            archive.writestr(
                name, image_files.encode(image_files.noise(number))
            )
        for name, content in others.items():
            archive.writestr(name.replace("_", "."), content)
    return file.getvalue()


_FOLDERS = tuple(f"{name}/{n}.png" for name in ("cat", "dög") for n in (0, 1))
_VALID = [
    _zip(packing, _FOLDERS)
    for packing in (
        *(zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
        *(zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA),
    )
]
_NUMBERED = tuple(f"{n}.png" for n in range(4))
_JSON = json.dumps(_LABELS).encode()


class ArchivesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "images.zip"
        # A line for each file that is left out is too many here.
        self.enter_context(mock.patch.object(folders.logging, "warning"))

    def test_the_files_are_read_before_they_are_changed(self):
        for file in (
            *_VALID,
            _zip(zipfile.ZIP_STORED, _NUMBERED, dataset_json=_JSON),
        ):
            self.path.write_bytes(file)
            self.assertLen(list(folders.ImageFolder(self.path).examples(8)), 4)

    @changed_bytes.tried(file=changed_bytes.of(_VALID))
    def test_files_or_an_error_with_the_zip(self, file):
        self.path.write_bytes(file)
        try:
            archive = archives.open_archive(self.path)
        except errors.DataError as error:
            self.assertIn(str(self.path), str(error))
            return
        for name in archive.names:
            try:
                archive.read(name)
            except pictures.UnreadableError as error:
                self.assertNotEmpty(str(error))

    @changed_bytes.tried(
        file=changed_bytes.of(_VALID),
        on_error=st.sampled_from(["skip", "fail"]),
    )
    def test_images_or_an_error(self, file, on_error):
        self._images(file, on_error)

    @changed_bytes.tried(content=changed_bytes.of([_JSON]))
    def test_labels_beside_the_images(self, content):
        self._images(
            _zip(zipfile.ZIP_STORED, _NUMBERED, dataset_json=content), "skip"
        )

    def _images(self, file: bytes, on_error: str) -> None:
        self.path.write_bytes(file)
        try:
            source = folders.ImageFolder(self.path)
            for _, example in source.examples(8, on_error=on_error):
                self.assertEqual(example.image.shape, (8, 8, 3))
                self.assertLess(example.label, len(source.class_names))
        except errors.DataError as error:
            self.assertIn(str(self.path), str(error))


if __name__ == "__main__":
    absltest.main()
