"""Serves the explorer, a page over a model, until it is interrupted."""

import importlib.util
import os
import pathlib
from collections.abc import Sequence

from stylex_tf import errors, extras
from stylex_tf.api import backend as backends
from stylex_tf.apps import exploration, visitors


def check() -> None:
    """Raises UsageError unless Gradio, which shows the page, is installed."""
    if importlib.util.find_spec("gradio") is None:
        raise errors.UsageError(f"the page needs gradio: {extras.how('demo')}")


def show(
    backend: backends.Backend,
    examples: Sequence[pathlib.Path] = (),
    *,
    most_knobs: int = 8,
    address: str = "127.0.0.1",
    port: int = 7860,
    host_names: Sequence[str] = (),
    crop: str | None = None,
) -> None:
    """Shows the page, and says where, until it is interrupted.

    Args:
        backend: who answers.
        examples: images to choose from.
        most_knobs: the most knobs that an image gets.
        address: the address of the page; 127.0.0.1 is this machine alone.
        port: the port of the page.
        host_names: other names under which browsers may ask for the page.
        crop: "center" or "pad", as `exploration.Exploration` takes it.

    Raises:
        UsageError: Gradio is not installed.
        OSError: the port is taken.
    """
    check()
    explored = exploration.Exploration(backend, crop=crop)
    # It asks at every start whether there is a newer Gradio.
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    # Imported late: Gradio takes seconds, a mistake should not.
    from stylex_tf.apps import explorer_page

    with visitors.private_uploads():
        page = explorer_page.build(explored, examples, most_knobs=most_knobs)
        print(
            f"{explored.title}: http://{address}:{port} (Ctrl-C ends it)",
            flush=True,
        )
        page.launch(
            server_name=address,
            server_port=port,
            app_kwargs={
                "middleware": [visitors.only_hosts(address, host_names)]
            },
            theme=explorer_page.THEME,
            css=explorer_page.CSS,
            max_file_size="32mb",
            quiet=True,
            share=False,
        )
