"""Writes the page about the signatures, `docs/serving_signatures.md`.

./bazelw run //stylex_tf/export:signature_page > docs/serving_signatures.md
"""

import textwrap
from collections.abc import Mapping

from stylex_tf.export import signatures

_HEAD = """# Signatures of an exported model

Made by `./bazelw run //stylex_tf/export:signature_page`; the text stands in
`stylex_tf/export/signatures.py`.

An export is a SavedModel that any TensorFlow 2 loads and TensorFlow Serving
serves. What its letters are is in its `assets/contract.json`.
"""
_BOUNDS = (
    f"One call is bounded: an image to {signatures.MAX_PIXELS:,} pixels, "
    f"`top_k` to {signatures.MAX_TOP_K} (an export may have less: "
    f"`max_top_k`), the edits of an image to {signatures.MAX_EDITS} by `edit` "
    f"(`max_edits`) and to {signatures.MAX_MEASURED} by `style_effects` "
    "(`max_measured`), and the rows of a request to what each signature says. "
    "INVALID_ARGUMENT refuses what is beyond.",
    "Every tensor begins with N. Where a row of an answer has less than the "
    "others, the rest of it is -1, and empty bytes. Coordinate -1 says that "
    "nothing is there, and `edit` takes it as no edit: what `find_attributes` "
    "and `class_attributes` answer is what `edit` takes.",
)


def render() -> str:
    """Returns the page, as Markdown."""
    lines = [_HEAD, "| letter | |", "|---|---|"]
    lines += [f"| {axis} | {text} |" for axis, text in signatures.AXES.items()]
    lines += ["", *map(_wrapped, _BOUNDS)]
    for signature in signatures.CONTRACT.values():
        lines += [
            f"## `{signature.name}`",
            "",
            _wrapped(
                f"{signature.meaning} 1 to {signature.max_batch} rows a call."
            ),
            "| | name | type | shape | |",
            "|---|---|---|---|---|",
            *_rows("in", signature.inputs),
            *_rows("out", signature.outputs),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _wrapped(paragraph: str) -> str:
    """Returns a paragraph in lines of 80 columns, and an empty one."""
    return textwrap.fill(paragraph, 80, break_on_hyphens=False) + "\n"


def _rows(side: str, tensors: Mapping[str, signatures.TensorInfo]) -> list[str]:
    return [
        f"| {side} | `{name}` | {info.dtype} "
        f"| [{', '.join(map(str, info.shape))}] | {info.meaning} |"
        for name, info in tensors.items()
    ]


if __name__ == "__main__":
    print(render(), end="")
