"""What goes wrong for a client; each message is one line, for the reader."""


class ClientError(Exception):
    """A request that cannot be sent, or an answer that makes no sense."""


class ServerError(ClientError):
    """What the server, or the way to it, answered in place of a result.

    Attributes:
        code: gRPC's name of it, as "INVALID_ARGUMENT". Over REST it is made of
            the HTTP status, and 400 is INVALID_ARGUMENT whatever it was.
        text: what the server says, on one line.
    """

    def __init__(self, code: str, text: str):
        self.code = code
        self.text = " ".join(text.split())
        super().__init__(f"{code}: {self.text}")


def not_trusted(text: str) -> ClientError | None:
    """The error of TLS that `text` tells of; None where it tells of none."""
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return ServerError(
            "UNAVAILABLE",
            "the server's certificate is not signed by the given CA, or is "
            "not for that host name",
        )
    return None
