"""Tells what a file is that stands where another was meant."""

_SIGNS = (
    (
        (b"version https://git-lfs",),
        "a pointer of Git LFS, in place of the file; `git lfs pull` fetches it",
    ),
    (
        (b"<!doctype html", b"<html"),
        "a web page, as a download gives that asks to log in or to confirm",
    ),
)
START = 64
"""So many bytes tell it."""


def what(start: bytes) -> str:
    """Returns what a file is by its first bytes; "" of any other.

    Args:
        start: the first bytes, START of them or more.
    """
    lower = start[:START].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return next((said for signs, said in _SIGNS if lower.startswith(signs)), "")
