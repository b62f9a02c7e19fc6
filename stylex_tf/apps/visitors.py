"""Decides who may see the explorer's page, and forgets their images."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any


@contextlib.contextmanager
def private_uploads() -> Iterator[None]:
    """Has uploads kept where only this user reads them, and removes them."""
    with tempfile.TemporaryDirectory(prefix="explorer-") as folder:
        # Gradio's own is one for all users of the machine, and stays.
        os.environ["GRADIO_TEMP_DIR"] = folder
        try:
            yield
        finally:
            del os.environ["GRADIO_TEMP_DIR"]


def only_hosts(address: str, host_names: Sequence[str] = ()) -> Any:
    """Returns a middleware that refuses names which are not the page's.

    Another page, opened in a visitor's browser, may let its own name lead to
    this machine, and would then be served as if it were the explorer's.

    Args:
        address: where the page listens.
        host_names: other names that browsers may ask for; * is any.
    """
    # Imported late: it comes with Gradio, which is an extra.
    from starlette import middleware
    from starlette.middleware import trustedhost

    return middleware.Middleware(
        trustedhost.TrustedHostMiddleware,
        allowed_hosts=[
            *({"localhost", "127.0.0.1", address} - {"0.0.0.0"}),
            *host_names,
        ],
        www_redirect=False,
    )
