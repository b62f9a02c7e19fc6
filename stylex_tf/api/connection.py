"""Says how to reach a server, which both transports need to know."""

import dataclasses
import pathlib

from stylex_tf import errors


@dataclasses.dataclass(frozen=True, kw_only=True)
class Retries:
    """When UNAVAILABLE is asked again; nothing else ever is.

    Attributes:
        attempts: in all, 1 to 5, which is gRPC's bound; 1 is no retry.
        first_seconds: about the pause before the second; each is twice the
            one before.
        longest_seconds: the longest pause.
    """

    attempts: int = 5
    first_seconds: float = 0.5
    longest_seconds: float = 8.0

    def __post_init__(self):
        """Raises UsageError for what is beyond a bound."""
        if not 1 <= self.attempts <= 5:
            raise errors.UsageError(
                f"attempts is {self.attempts}; expected 1 to 5"
            )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tls:
    """An encrypted connection.

    Attributes:
        ca: PEM of who must have signed the server's certificate; None: those
            that this machine trusts.
        cert: PEM of our own certificate, where the server asks for one.
        key: PEM of its private key.
    """

    ca: pathlib.Path | None = None
    cert: pathlib.Path | None = None
    key: pathlib.Path | None = None

    def __post_init__(self):
        """Raises UsageError for a file that cannot be read, or is missing."""
        if (self.cert is None) != (self.key is None):
            raise errors.UsageError(
                "a certificate and its key go together: one is missing"
            )
        for path in (self.ca, self.cert, self.key):
            if path is None:
                continue
            try:
                text = path.read_bytes()
            except OSError as error:
                raise errors.UsageError(
                    f"{path}: {error.strerror or error}"
                ) from error
            if b"-----BEGIN " not in text:
                raise errors.UsageError(f"{path} holds no PEM")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Connection:
    """A server, and how to ask it.

    Attributes:
        server: host:port.
        tls: None: not encrypted.
        timeout_seconds: how long an answer may take. gRPC's deadline holds all
            attempts together and is told to the server; REST's is one for each
            attempt, and the server has its own (30 seconds).
        retries: how often, and after which pauses, a call is tried again that
            the server answered with UNAVAILABLE.
        max_message_bytes: the largest message of gRPC, to and fro; its own
            bound, 4 MiB, is 5 float32 images of 256 px.
    """

    server: str
    tls: Tls | None = None
    timeout_seconds: float = 60.0
    retries: Retries = Retries()
    max_message_bytes: int = 256 * 2**20

    def __post_init__(self):
        """Raises UsageError for a server without a port, or without time."""
        host, _, port = self.server.rpartition(":")
        if not host or not port.isdecimal() or "/" in host:
            raise errors.UsageError(
                f"server is {self.server!r}; expected HOST:PORT"
            )
        if not self.timeout_seconds > 0:
            raise errors.UsageError(
                f"timeout_seconds is {self.timeout_seconds}; expected more "
                "than 0"
            )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Model:
    """Which model of the server.

    Attributes:
        name: the name that the server gives it.
        version: a number; None: the latest, or what the label says.
        label: in place of a version.
    """

    name: str
    version: int | None = None
    label: str | None = None

    def __post_init__(self):
        """Raises UsageError where version and label are both given."""
        if self.version is not None and self.label is not None:
            raise errors.UsageError("expected a version or a label, not both")


def not_trusted(text: str) -> errors.UsageError | None:
    """Returns the error of TLS that `text` tells of; None without one."""
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return errors.ServerError(
            "UNAVAILABLE",
            "the server's certificate is not signed by the given CA, or is "
            "not for that host name",
        )
    return None
