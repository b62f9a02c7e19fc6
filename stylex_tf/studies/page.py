"""Writes a study as one HTML file that opens from disk, fetching nothing.

It holds pictures and the ids of questions, and nothing of which attribute a
picture shows.
"""

import functools
import json
import pathlib
from collections.abc import Sequence

import jinja2

from stylex_tf import errors
from stylex_tf.report import page_template, pictures
from stylex_tf.studies import answers, questions

MAX_BYTES = 15_000_000
"""As of a report: a mail server still takes it."""

_TEMPLATES = pathlib.Path(__file__).parent / "templates"


def write(directory: pathlib.Path, study: questions.Study) -> None:
    """Writes a page a study, classification.html and description.html.

    Raises:
        StudyError: a page is too large however its pictures are stored.
    """
    for kind, asked in (
        (answers.CLASSIFICATION, study.classifications),
        (answers.DESCRIPTION, study.descriptions),
    ):
        (directory / f"{kind}.html").write_text(
            _smallest(kind, study.id, asked), encoding="utf-8"
        )


def _smallest(kind: str, study_id: str, asked: Sequence) -> str:
    for encoding in pictures.ENCODINGS:
        text = render(kind, study_id, asked, encoding)
        if len(text.encode()) <= MAX_BYTES:
            return text
    raise errors.StudyError(
        f"{kind}.html takes {len(text.encode()) / 1e6:.0f} MB; at most "
        f"{MAX_BYTES / 1e6:.0f} MB are allowed. Ask fewer questions"
    )


def render(
    kind: str,
    study_id: str,
    asked: Sequence[questions.Classification] | Sequence[questions.Description],
    encoding: pictures.Encoding,
) -> str:
    """Renders one study's page.

    Args:
        kind: one of `answers.KINDS`.
        study_id: goes into the answers.
        asked: the questions, in order.
        encoding: the encoding of the pictures.
    """
    style, script = (
        (_TEMPLATES / name).read_text("utf-8")
        for name in ("study.css", "study.js")
    )
    facts = {"format": answers.FORMAT, "study": study_id, "kind": kind}
    return _template().render(
        kind=kind,
        facts=json.dumps(facts),
        asked=asked,
        uri=functools.partial(
            pictures.data_uri, encoding=encoding, greyscale=False
        ),
        **page_template.inline(style=style, script=script),
    )


@functools.cache
def _template() -> jinja2.Template:
    return page_template.environment(_TEMPLATES).get_template("study.html")
