"""Defines the errors of the server, for clients and for who starts it."""

import grpc

# gRPC sends a message as a header, and clients refuse headers beyond 8 KiB.
_LONGEST = 1024


class ServingError(Exception):
    """An answer to a request: a status code and a message for its sender."""

    def __init__(self, code: grpc.StatusCode, message: str):
        if len(message) > _LONGEST:
            message = message[:_LONGEST] + "...TRUNCATED"
        super().__init__(message)
        self.code = code
        self.message = message


class ConfigError(Exception):
    """A flag or a file that the server cannot start, or go on, with."""
