"""Asks a model on a server: the backend over gRPC or REST."""

import threading
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from stylex_tf import errors, extras
from stylex_tf.api import backend as backends
from stylex_tf.api import connection as connections
from stylex_tf.api import description as descriptions
from stylex_tf.export import signatures

# What a server says of a signature that its model does not have: over gRPC,
# and over REST, whose 400 is INVALID_ARGUMENT.
_NO_SIGNATURE = ("FAILED_PRECONDITION", "INVALID_ARGUMENT")
# A grey pixel, which tells an older model's sizes.
_GREY_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)
_RESOLUTION = slice(16, 20)


class Transport(Protocol):
    """A way to a server: `grpc.transport` or `rest.transport`."""

    def predict(
        self,
        model: connections.Model,
        signature: signatures.Signature,
        inputs: Mapping[str, np.ndarray],
    ) -> backends.Answer:
        """Asks once by a signature."""

    def version(self, model: connections.Model) -> int:
        """Returns the number of the version that answers now."""

    def close(self) -> None:
        """Gives the connection back."""


class Served:
    """One version of a served model: the one that answered first.

    Where several calls belong together, a new version in between would mix two
    models. Any number of threads may ask.

    Attributes:
        transport: how to ask.
        wanted: whom to ask, as it was given.
        server: HOST:PORT, for people.
    """

    def __init__(
        self, transport: Transport, model: connections.Model, *, server: str
    ):
        """Connects with its first question, not here.

        Args:
            transport: how to ask.
            model: whom to ask; without a version, the one that answers first.
            server: HOST:PORT.
        """
        self.transport = transport
        self.server = server
        self.wanted = model
        self._lock = threading.Lock()
        self._pinned: connections.Model | None = None
        self._description: descriptions.Description | None = None

    def __enter__(self) -> "Served":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def model(self) -> connections.Model:
        """Returns the model, with the version that answers; asked once."""
        with self._lock:
            if self._pinned is None:
                self._pinned = (
                    self.wanted
                    if self.wanted.version is not None
                    else connections.Model(
                        name=self.wanted.name,
                        version=self.transport.version(self.wanted),
                    )
                )
            return self._pinned

    @property
    def description(self) -> descriptions.Description:
        """Returns what the model says of itself; it is asked once."""
        if self._description is None:
            self._description = self._describe()
        return self._description

    def at_version(self, version: int) -> "Served":
        """Returns the same for one version; the connection is shared."""
        return Served(
            self.transport,
            connections.Model(name=self.wanted.name, version=version),
            server=self.server,
        )

    def ask(
        self,
        signature: signatures.Signature,
        inputs: Mapping[str, np.ndarray],
    ) -> backends.Answer:
        """Asks once by a signature: see `Backend.ask`."""
        return self.transport.predict(self.model, signature, inputs)

    def provenance(self) -> dict[str, Any]:
        """Says which model answers, and by what, as plain JSON."""
        model = self.model
        return {
            "server": self.server,
            "model": model.name,
            "name": self.description.name,
            "version": str(model.version),
        }

    def close(self) -> None:
        """Gives the connection back."""
        self.transport.close()

    def _describe(self) -> descriptions.Description:
        form = np.array([signatures.DESCRIPTION_FORMAT], np.int32)
        try:
            answer = self.ask(signatures.DESCRIBE, {"format": form})
        except errors.ServerError as error:
            if error.code not in _NO_SIGNATURE or (
                signatures.DESCRIBE.name not in error.text
            ):
                raise
            return self._describe_older()
        return descriptions.parse_text(answer["description"][0])

    def _describe_older(self) -> descriptions.Description:
        """Reads what the answers to one grey pixel tell."""
        image = {"image_bytes": np.array([_GREY_PNG], object)}
        said = self.ask(signatures.SERVING_DEFAULT, image)
        rebuilt = self.ask(signatures.RECONSTRUCT, image)["image_bytes"][0]
        names = [f"class {k}" for k in range(said["probabilities"].shape[1])]
        # The one name that it tells.
        names[int(said["class"][0])] = said["class_name"][0].decode()
        return descriptions.of_older(
            class_names=tuple(names),
            # The width, in the header of a PNG.
            resolution=int.from_bytes(rebuilt[_RESOLUTION], "big"),
        )


def connect(
    connection: connections.Connection,
    model: connections.Model,
    *,
    rest: bool = False,
) -> Served:
    """Returns a backend on a server, which connects when first asked.

    Args:
        connection: the server.
        model: the name of one of the models that it serves.
        rest: by REST, not gRPC; the server's port is another.

    Raises:
        UsageError: what the way needs is not installed.
    """
    # Imported late: who uses one way need not have the other.
    try:
        transport: Transport
        if rest:
            from stylex_tf.api.rest import transport as rest_transport

            transport = rest_transport.RestTransport(connection)
        else:
            from stylex_tf.api.grpc import transport as grpc_transport

            transport = grpc_transport.GrpcTransport(connection)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("stylex_tf"):
            raise
        raise errors.UsageError(
            f"asking a server needs {error.name}: {extras.how('serve')}"
        ) from error
    return Served(transport, model, server=connection.server)
