"""A real browser for tests: Chromium, driven by playwright."""

import contextlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

from playwright import sync_api

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str:
    """Returns the path of Chromium: $STYLEX_CHROMIUM, or one on the PATH.

    Raises:
        RuntimeError: there is none; the message is one line that says what to
            do.
    """
    asked = os.environ.get("STYLEX_CHROMIUM")
    for name in (asked,) if asked else _NAMES:
        path = shutil.which(name)
        if path:
            return path
    wanted = f"STYLEX_CHROMIUM={asked}" if asked else " or ".join(_NAMES)
    raise RuntimeError(
        f"no browser: expected {wanted}; sudo apt-get install chromium"
    )


@contextlib.contextmanager
def opened(
    profile: pathlib.Path | None = None, **options
) -> Iterator[sync_api.BrowserContext]:
    """Starts a browser without a window.

    Args:
        profile: a folder that the browser keeps what it knows in; None takes
            a new one.
        **options: of playwright's browser context.
    """
    home = os.environ.get("TEST_TMPDIR") or tempfile.gettempdir()
    if profile is None:
        profile = pathlib.Path(tempfile.mkdtemp(dir=home))
    with sync_api.sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=find(),
            # In Bazel's sandbox: neither user namespaces, nor shared memory,
            # nor a home of its own.
            args=["--no-sandbox", "--disable-dev-shm-usage"],
            env={**os.environ, "HOME": home},
            **options,
        )
        try:
            yield context
        finally:
            context.close()
