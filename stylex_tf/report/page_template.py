"""Fills the templates of our pages strictly, and gives each a policy.

A page is one file that fetches nothing. Its content security policy allows
exactly the style and the script that stand in it.
"""

import base64
import hashlib
import pathlib

import jinja2
import markupsafe


def environment(folder: pathlib.Path) -> jinja2.Environment:
    """Opens a folder's templates: every text escaped, every name needed."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def inline(*, style: str, script: str) -> dict[str, str]:
    """Returns the texts in a page, and how its policy names them.

    Args:
        style: CSS of ours, not escaped.
        script: JavaScript of ours, not escaped.

    Returns:
        The template's style, style_hash, script and script_hash.
    """
    return {
        "style": markupsafe.Markup(style),
        "style_hash": _content_hash(style),
        "script": markupsafe.Markup(script),
        "script_hash": _content_hash(script),
    }


def _content_hash(text: str) -> str:
    """Hashes an inline text as a content security policy names it."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
