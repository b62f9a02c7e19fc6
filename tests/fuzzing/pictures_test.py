"""Whatever is called a picture, it is decoded or refused with a reason."""

import random
import struct
import zlib

import numpy as np
from absl.testing import absltest
from hypothesis import strategies as st
from PIL import Image

from stylex_tf.data import pictures
from tests.fuzzing import changed_bytes
from tests.testing import image_files

_SIZE = 8
_PICTURE = image_files.noise(0, 24, 32)


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "of a test"
    exif[0x011A] = 1.5
    return exif


def _encoded(mode: str, kind: str, **options) -> bytes:
    image = np.asarray(Image.fromarray(_PICTURE).convert(mode))
    return image_files.encode(image, kind, **options)


_GREY_16 = np.arange(0, 60_000, 1000, dtype=np.uint16).reshape(6, 10)
_VALID = (
    _encoded("RGB", "JPEG", exif=_exif()),
    _encoded("L", "JPEG", progressive=True),
    _encoded("RGB", "PNG", exif=_exif()),
    _encoded("RGBA", "PNG"),
    _encoded("1", "PNG"),
    image_files.encode(_GREY_16, "PNG"),
    image_files.encode(_GREY_16, "TIFF"),
    _encoded(
        "RGB", "GIF", save_all=True, append_images=[Image.new("P", (9, 9))]
    ),
    *(_encoded("RGB", kind) for kind in ("BMP", "PPM", "WEBP")),
    _encoded("L", "PPM"),
    _encoded("RGB", "TIFF", exif=_exif()),
    *(
        _encoded("RGB", "TIFF", compression=packed)
        for packed in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")
    ),
    _encoded("1", "TIFF", compression="group4"),
)
_PNG_SIGNATURE = 8


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Returns the types and contents of a PNG's chunks."""
    chunks = []
    place = _PNG_SIGNATURE
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        kind = png[place + 4 : place + 8]
        chunks.append((kind, png[place + 8 : place + 8 + length]))
        place += 12 + length
    return chunks


def _rows(png: bytes) -> bytes:
    (packed,) = [content for kind, content in _chunks(png) if kind == b"IDAT"]
    return zlib.decompress(packed)


def _with_checksums(png: bytes, seed: int) -> bytes:
    """Changes the chunks of a PNG, whose checksums are right again."""
    rng = random.Random(seed)
    chunks = _chunks(png)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(chunks))
        kind, content = chunks[place]
        match rng.randrange(4):
            case 0:
                del chunks[place]
            case 1:
                chunks.insert(rng.randrange(len(chunks) + 1), (kind, content))
            case 2:
                chunks[place] = kind, changed_bytes.change(content, seed)
            case 3 if kind == b"IDAT":
                rows = changed_bytes.change(_rows(png), seed)
                chunks[place] = kind, zlib.compress(rows)
        if not chunks:
            break
    return png[:_PNG_SIGNATURE] + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


_PNGS = st.builds(
    _with_checksums,
    changed_bytes.one_of([file for file in _VALID if file[1:4] == b"PNG"]),
    st.integers(0, 2**32),
)


class PicturesTest(absltest.TestCase):
    def test_the_files_are_pictures_before_they_are_changed(self):
        for file in _VALID:
            self._decode(file)

    @changed_bytes.tried(
        file=changed_bytes.of(_VALID) | _PNGS,
        crop=st.sampled_from(pictures.Crop.names()),
    )
    def test_a_picture_or_a_reason(self, file, crop):
        try:
            self._decode(file, crop=crop)
        except pictures.UnreadableError as error:
            self.assertNotEmpty(str(error))

    @changed_bytes.tried(
        file=changed_bytes.of(_VALID),
        box=st.tuples(*[st.floats(-9, 99) for _ in range(4)]),
    )
    def test_whatever_the_box(self, file, box):
        try:
            self._decode(file, box=box)
        except pictures.UnreadableError as error:
            self.assertNotEmpty(str(error))

    def _decode(self, file: bytes, **options) -> None:
        image = pictures.decode(file, _SIZE, **options)
        self.assertEqual(image.shape, (_SIZE, _SIZE, 3))
        self.assertEqual(image.dtype, np.uint8)


if __name__ == "__main__":
    absltest.main()
