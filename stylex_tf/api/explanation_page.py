"""Shows an explanation as a small page that fetches nothing."""

import functools
import pathlib
import secrets
from collections.abc import Sequence

import jinja2

from stylex_tf.api import cells
from stylex_tf.report import marks, page_template, pictures

_TEMPLATES = pathlib.Path(__file__).parent / "templates"
# Nothing is lost.
_EXACT = pictures.Encoding(None, 1024)


def render(
    rows: Sequence[cells.Row], *, facts: Sequence[tuple[str, str]]
) -> str:
    """Renders a whole page.

    Args:
        rows: what to show.
        facts: where it is from, as pairs of a label and its text.

    Returns:
        HTML.
    """
    page = _environment().get_template("page.html")
    return page.render(
        rows=rows,
        facts=facts,
        note="",
        switch="carry",
        legend=_legend(rows),
    )


def render_fragment(rows: Sequence[cells.Row], *, note: str) -> str:
    """Renders what a notebook puts into its own page.

    Args:
        rows: what to show.
        note: what is not shown; may be empty.

    Returns:
        HTML of one element, whose style touches no other.
    """
    fragment = _environment().get_template("rows.html")
    # A notebook holds several: a label must find its own switch.
    switch = f"carry-{secrets.token_hex(4)}"
    return fragment.render(
        rows=rows, note=note, switch=switch, legend=_legend(rows)
    )


def _legend(rows: Sequence[cells.Row]) -> str:
    """Says what the marks mean, where there are any."""
    marked = any(
        cell.caution
        for row in rows
        for cell in (*row.cells, *row.on_the_image().cells)
    )
    return marks.LEGEND if marked else ""


@functools.cache
def _environment() -> jinja2.Environment:
    environment = page_template.environment(_TEMPLATES)
    environment.filters["uri"] = functools.partial(
        pictures.data_uri, encoding=_EXACT, greyscale=False
    )
    return environment
