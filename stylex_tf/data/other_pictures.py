"""Names pictures of kinds that are not read, and says the way for them."""

# The endings of such files.
ENDINGS = frozenset(".avif .heic .heif .j2k .jp2 .jxl .pdf .psd .svg".split())
WAY = "JPEG or PNG"
"""What they are converted to."""

# What a file is that begins with a box "ftyp", by the brand behind it.
_BRANDS = {
    **dict.fromkeys(
        (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"),
        "a HEIC picture, as iPhones take",
    ),
    **dict.fromkeys((b"mif1", b"msf1"), "a HEIF picture"),
    **dict.fromkeys((b"avif", b"avis"), "an AVIF picture"),
}
_SIGNS = {
    b"\xff\x0a": "a JPEG XL picture",
    b"\0\0\0\x0cJXL ": "a JPEG XL picture",
    b"\0\0\0\x0cjP  ": "a JPEG 2000 picture",
    b"8BPS": "a picture of Photoshop",
    b"%PDF-": "a PDF file",
    b"<svg": "an SVG drawing",
}


def what(start: bytes) -> str:
    """Returns what a picture is by its first bytes, and the way; "" of others.

    Args:
        start: the first bytes, 12 of them or more.
    """
    name = _BRANDS.get(start[8:12], "") if start[4:8] == b"ftyp" else ""
    name = name or next(
        (said for sign, said in _SIGNS.items() if start.startswith(sign)), ""
    )
    return f"{name}, which is not read; convert it to {WAY}" if name else ""
