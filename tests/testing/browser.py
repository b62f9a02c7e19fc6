"""A real browser for tests: Chromium, driven by Playwright."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

from playwright import sync_api

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextlib.contextmanager
def open_page(**options: Any) -> Iterator[sync_api.Page]:
    """Yields an empty page of a new browser, which ends with the context.

    Args:
        **options: of the browser's context, as `viewport`.

    Raises:
        RuntimeError: there is no Chromium.
    """
    with (
        tempfile.TemporaryDirectory() as profile,
        sync_api.sync_playwright() as playwright,
    ):
        # A browser of its own, that nothing outside of the test can see.
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=_executable(),
            args=["--no-sandbox"],
            env={**os.environ, "HOME": profile},
            **options,
        )
        try:
            yield context.new_page()
        finally:
            context.close()


def _executable() -> str:
    """STYLEX_CHROMIUM, or what PATH has."""
    named = os.environ.get("STYLEX_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        raise RuntimeError(
            f"none of {', '.join(_NAMES)} is on PATH: sudo apt-get install "
            "chromium, or set STYLEX_CHROMIUM"
        )
    return found
