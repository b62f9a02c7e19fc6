"""Our server in this process, with a tiny StylEx that it serves."""

import pathlib
import time

from absl.testing import absltest

from serving.model_server import model_config, model_server, options
from stylex_tf import errors
from stylex_tf.api import connection as connections
from stylex_tf.api import served
from tests.serving import tiny_stylex

_LONG = 120.0


def start(test: type[absltest.TestCase], base: pathlib.Path) -> tuple[int, int]:
    """Starts it until the tests of a class are over.

    Args:
        test: the class.
        base: an empty folder.

    Returns:
        Its ports of gRPC and of REST, once it answers.
    """
    tiny_stylex.save(base)
    server = model_server.ModelServer(
        options.Options(
            models=(model_config.ModelConfig(tiny_stylex.NAME, str(base)),),
            drain_seconds=5,
        )
    )
    ports = server.start()
    test.addClassCleanup(server.stop)
    connection = connections.Connection(
        server=f"localhost:{ports[0]}", timeout_seconds=_LONG
    )
    model = connections.Model(name=tiny_stylex.NAME)
    end = time.monotonic() + _LONG
    with served.connect(connection, model) as backend:
        while True:
            try:
                _ = backend.model
                return ports
            except errors.ServerError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
