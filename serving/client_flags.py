"""Defines the flags that say which server is asked, and how."""

import argparse
import pathlib

from stylex_tf.api import connection as connections
from stylex_tf.api import served


def path(text: str) -> pathlib.Path:
    """Reads a path of a flag, in which ~ is the home folder."""
    return pathlib.Path(text).expanduser()


def _server(text: str) -> str:
    """Reads HOST:PORT; gRPC would take another port for one out of bounds."""
    port = text.rpartition(":")[2]
    if port.isdecimal() and not 1 <= int(port) <= 65535:
        raise argparse.ArgumentTypeError(
            f"is {text!r}; expected HOST:PORT, a port from 1 to 65535"
        )
    return text


def parser() -> argparse.ArgumentParser:
    """Returns the flags, as a parent of a command's parser."""
    flags = argparse.ArgumentParser(add_help=False)
    flag = flags.add_argument
    flag("--server", type=_server, default="localhost:8500", help="HOST:PORT")
    flag("--rest", action="store_true", help="REST; --server has its port")
    flag("--model_name", default="stylex", help="as it is served")
    flag("--model_version", type=int, help="a number; default: the latest")
    flag("--version_label", help="in place of a version")
    flag(
        "--timeout_seconds",
        type=float,
        default=60.0,
        help="the deadline of one call",
    )
    flag(
        "--attempts",
        type=int,
        default=connections.Retries.attempts,
        help="of what is UNAVAILABLE, 1 to 5",
    )
    flag("--tls", action="store_true", help="encrypt; the CAs of this machine")
    flag("--tls_ca", type=path, help="PEM of the server's CA")
    flag("--tls_cert", type=path, help="PEM of our certificate")
    flag("--tls_key", type=path, help="PEM of its private key")
    return flags


def connect(flags: argparse.Namespace) -> served.Served:
    """Returns a backend, which connects with its first question.

    Args:
        flags: what `parser` read.

    Raises:
        UsageError: a flag makes no sense.
    """
    files = flags.tls_ca, flags.tls_cert, flags.tls_key
    tls = None
    if flags.tls or any(files):
        tls = connections.Tls(ca=files[0], cert=files[1], key=files[2])
    connection = connections.Connection(
        server=flags.server,
        tls=tls,
        timeout_seconds=flags.timeout_seconds,
        retries=connections.Retries(attempts=flags.attempts),
    )
    model = connections.Model(
        name=flags.model_name,
        version=flags.model_version,
        label=flags.version_label,
    )
    return served.connect(connection, model, rest=flags.rest)
