"""Defines who answers questions about a model: an export or a server."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from stylex_tf.api import description as descriptions
from stylex_tf.export import signatures

Answer = dict[str, np.ndarray]


class Backend(Protocol):
    """One version of one model.

    There are three: `exported_model.ExportedModel`, and `served.Served` over
    gRPC and over REST.
    """

    @property
    def description(self) -> descriptions.Description:
        """Returns what the model says of itself; it is asked once."""

    def ask(
        self,
        signature: signatures.Signature,
        inputs: Mapping[str, np.ndarray],
    ) -> Answer:
        """Asks once by a signature.

        Args:
            signature: a signature's name in the contract.
            inputs: all that it takes, of its types, N rows each; N is within
                the signature's bound.

        Returns:
            All that it answers, of its types, N rows each; strings as bytes.

        Raises:
            ServerError: a server refuses, or cannot be reached.
            UsageError: it answers something else.
        """

    def provenance(self) -> dict[str, Any]:
        """Says which model answers, and by what, as plain JSON."""

    def close(self) -> None:
        """Gives back what it holds."""
