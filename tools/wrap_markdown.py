"""Wraps the prose of Markdown files at 80 columns.

    tools/wrap_markdown.py [--fix] FILE ...

Without --fix it names the files that would change, and fails if there are any.
Tables, code, comments, headings and HTML stay as they are. An address or a
piece of code that is wider than a line stands on a line by itself.
"""

import pathlib
import re
import sys
from collections.abc import Iterator

WIDTH = 80

_MARKER = re.compile(r"( *)([-*+]|\d+[.)]) +(?=\S)")
_FENCE = re.compile(r" *(```|~~~)")
_UNTOUCHED = re.compile(r" *(#{1,6} |\||<|\[[^\]]+\]: |[-*_]{3,}$)")
# What would begin something else at the beginning of a line.
_BEGINS_SOMETHING = re.compile(r"([-*+>=]+|\d+[.)]|#+)$|[|<>#]|```|~~~")
# A piece of code is never broken, nor is what touches it.
_WORD = re.compile(r"(?:`+[^`]*`+|[^\s`]|`)+")


def wrap(text: str, width: int = WIDTH) -> str:
    """Wraps a document; what is wrapped already stays as it is.

    Args:
        text: Markdown.
        width: columns.
    """
    lines = text.split("\n")
    wrapped: list[str] = []
    content = 0  # Where the text of the list begins that is open.
    while lines:
        line = lines[0]
        indent = len(line) - len(line.lstrip())
        marker = _MARKER.match(line)
        if line and not indent and not marker:
            content = 0
        if fence := _FENCE.match(line):
            wrapped += _until(lines, lambda x, f=fence[1]: x.strip() == f)
        elif line.lstrip().startswith("<!--"):
            wrapped += _until(lines, lambda x: "-->" in x, first_too=True)
        elif (
            not line.strip()
            or _UNTOUCHED.match(line)
            or (indent >= content + 4 and not marker)
        ):
            wrapped.append(lines.pop(0))
        else:
            if marker:
                content = marker.end()
            begin = marker[0] if marker else " " * indent
            paragraph = _paragraph(lines)
            if any(part.endswith(("  ", "\\")) for part in paragraph[:-1]):
                wrapped += paragraph  # A line that is meant to end there.
                continue
            joined = " ".join(part.strip() for part in paragraph)
            words = joined[len(begin.strip()) :]
            wrapped += _filled(begin, _words(words), width)
    return "\n".join(wrapped)


def _until(lines, ends, first_too: bool = False) -> list[str]:
    """Takes lines away, to the one that ends what the first begins."""
    taken = [lines.pop(0)]
    if first_too and ends(taken[0]):
        return taken
    while lines:
        taken.append(lines.pop(0))
        if ends(taken[-1]):
            break
    return taken


def _paragraph(lines: list[str]) -> list[str]:
    """Takes the lines of a paragraph, or of an item of a list, away."""
    taken = [lines.pop(0)]
    while (
        lines
        and lines[0].strip()
        and not _MARKER.match(lines[0])
        and not _FENCE.match(lines[0])
        and not _UNTOUCHED.match(lines[0])
    ):
        taken.append(lines.pop(0))
    return taken


def _words(text: str) -> Iterator[str]:
    """Yields what may stand on a line of its own."""
    waiting = ""
    for word in _WORD.findall(text):
        if waiting and _BEGINS_SOMETHING.match(word):
            waiting += " " + word
            continue
        if waiting:
            yield waiting
        waiting = word
    if waiting:
        yield waiting


def _filled(begin: str, words: Iterator[str], width: int) -> list[str]:
    lines, line = [], begin
    for word in words:
        if line.strip() and line != begin and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = " " * len(begin)
        line += word if not line.strip() or line == begin else " " + word
    return [*lines, line]


def main(argv: list[str]) -> int:
    """Wraps the files named, or names those that are not wrapped."""
    fix = "--fix" in argv
    status = 0
    for name in argv:
        if name == "--fix":
            continue
        path = pathlib.Path(name)
        text = path.read_text(encoding="utf-8")
        wrapped = wrap(text)
        if wrapped == text:
            continue
        if fix:
            path.write_text(wrapped, encoding="utf-8")
        else:
            print(f"{name}: prose is not wrapped at {WIDTH} columns")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
