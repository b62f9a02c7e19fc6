"""Writes the checksums of an export, as `sha256sum --check` reads them."""

import hashlib
import pathlib

NAME = "manifest.sha256"


def write(directory: pathlib.Path) -> None:
    """Writes the SHA-256 of every file in a folder into the folder."""
    lines = [f"{digest}  {name}\n" for name, digest in _digests(directory)]
    (directory / NAME).write_text("".join(lines), encoding="utf-8")


def problems(directory: pathlib.Path) -> list[str]:
    """Tells each file that is missing, that differs, or is one too many."""
    manifest = directory / NAME
    if not manifest.is_file():
        return [f"{manifest}: no such file; expected an exported version"]
    try:
        lines = manifest.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        return [f"{NAME} is damaged: {error}"]
    expected = {}
    for line in lines:
        digest, _, name = line.partition("  ")
        expected[name] = digest
    actual = dict(_digests(directory))
    return [
        f"{name}: {problem}"
        for name in sorted({**expected, **actual})
        if (problem := _problem(expected.get(name), actual.get(name)))
    ]


def _problem(expected: str | None, actual: str | None) -> str | None:
    if actual is None:
        return "is missing"
    if expected is None:
        return "is not in the manifest"
    if actual != expected:
        return f"has SHA-256 {actual}; expected {expected}"
    return None


def _digests(directory: pathlib.Path) -> list[tuple[str, str]]:
    """Yields name and checksum of each file but the manifest."""
    return [
        (path.relative_to(directory).as_posix(), _digest(path))
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path != directory / NAME
    ]


def _digest(path: pathlib.Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(2**20):
            digest.update(part)
    return digest.hexdigest()
