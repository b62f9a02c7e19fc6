"""Asks over REST."""

import base64
import binascii
import json
import ssl
import urllib.parse
from collections.abc import Mapping
from typing import Any

import numpy as np
import urllib3

from stylex_tf import errors
from stylex_tf.api import arrays
from stylex_tf.api import connection as connections
from stylex_tf.export import signatures

_UNAVAILABLE = 503
_CODES = {
    400: "INVALID_ARGUMENT",
    404: "NOT_FOUND",
    413: "RESOURCE_EXHAUSTED",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    _UNAVAILABLE: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class RestTransport:
    """Connections to a server, kept open; to be closed."""

    def __init__(self, connection: connections.Connection):
        """Connects with the first request, not here."""
        tls = connection.tls
        scheme = "http" if tls is None else "https"
        self._url = f"{scheme}://{connection.server}/v1/models/"
        self._seconds = connection.timeout_seconds
        self._pool = urllib3.PoolManager(
            retries=_Retry.of(connection.retries),
            timeout=urllib3.Timeout(total=connection.timeout_seconds),
            **({} if tls is None else {"ssl_context": _context(tls)}),
        )

    def predict(
        self,
        model: connections.Model,
        signature: signatures.Signature,
        inputs: Mapping[str, np.ndarray],
    ) -> dict[str, np.ndarray]:
        """Asks by a signature: see `GrpcTransport.predict`."""
        body = {
            "signature_name": signature.name,
            "inputs": {name: _plain(array) for name, array in inputs.items()},
        }
        answer = self._ask("POST", f"{_path(model)}:predict", body)
        outputs = answer.get("outputs")
        # A single output stands there without its name.
        if len(signature.outputs) == 1:
            outputs = {name: outputs for name in signature.outputs}
        missing = set(signature.outputs) - set(outputs or ())
        if outputs is None or missing:
            raise errors.UsageError(
                f"the answer lacks {', '.join(sorted(missing))}: this is no "
                "StylEx, or one of another version"
            )
        return {
            name: _array(outputs[name], info, name)
            for name, info in signature.outputs.items()
        }

    def version(self, model: connections.Model) -> int:
        """Returns the version that answers now, as `GrpcTransport.version`."""
        answer = self._ask("GET", f"{_path(model)}/metadata")
        try:
            return int(answer["model_spec"]["version"])
        except (KeyError, TypeError, ValueError) as error:
            raise errors.UsageError(
                "the answer does not tell the model's version"
            ) from error

    def close(self) -> None:
        """Gives the connections back."""
        self._pool.clear()

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            response = self._pool.request(
                method,
                self._url + path,
                body=None if body is None else json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._failure(error) from error
        try:
            answer = json.loads(response.data)
        except ValueError:
            answer = None
        if response.status != 200:
            text = answer.get("error") if isinstance(answer, dict) else None
            raise errors.ServerError(
                _CODES.get(response.status, f"HTTP {response.status}"),
                text or f"HTTP status {response.status} without a reason",
            )
        if not isinstance(answer, dict):
            raise errors.UsageError("the answer is not JSON: is this REST?")
        return answer

    def _failure(self, error: Exception) -> errors.UsageError:
        reason = getattr(error, "reason", None) or error
        known = connections.not_trusted(str(reason))
        if known:
            return known
        if isinstance(reason, urllib3.exceptions.ReadTimeoutError):
            return errors.ServerError(
                "DEADLINE_EXCEEDED", f"no answer in {self._seconds:g} seconds"
            )
        return errors.ServerError("UNAVAILABLE", str(reason))


class _Retry(urllib3.Retry):
    """Asks again what was not taken: no connection, or status 503."""

    @classmethod
    def of(cls, retries: connections.Retries) -> "_Retry":
        again = retries.attempts - 1
        return cls(
            total=again,
            # It may have been taken, or will not be better next time.
            read=0,
            other=0,
            redirect=0,
            status_forcelist=(_UNAVAILABLE,),
            # Also of POST, as no signature writes.
            allowed_methods=None,
            backoff_factor=retries.first_seconds,
            backoff_max=retries.longest_seconds,
            # The last answer is handed out, with its text.
            raise_on_status=False,
            raise_on_redirect=False,
            # The server might ask for hours.
            respect_retry_after_header=False,
        )


def _context(tls: connections.Tls) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        if tls.cert is not None:
            context.load_cert_chain(tls.cert, tls.key)
    except ssl.SSLError as error:
        raise errors.UsageError(
            f"the certificates or the key cannot be used: {error}"
        ) from error
    return context


def _path(model: connections.Model) -> str:
    path = urllib.parse.quote(model.name, safe="")
    if model.version is not None:
        return f"{path}/versions/{model.version}"
    if model.label is not None:
        return f"{path}/labels/{urllib.parse.quote(model.label, safe='')}"
    return path


def _plain(array: np.ndarray) -> Any:
    if array.dtype != object:
        return array.tolist()
    boxed = np.empty(array.size, object)
    boxed[:] = [{"b64": base64.b64encode(item).decode()} for item in array.flat]
    return boxed.reshape(array.shape).tolist()


def _array(value: Any, info: signatures.TensorInfo, name: str) -> np.ndarray:
    if info.dtype == "string":
        value = _unboxed(value, name)
    return arrays.to_array(value, info.dtype, name)


def _unboxed(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_unboxed(item, name) for item in value]
    if isinstance(value, dict):
        try:
            return base64.b64decode(value["b64"], validate=True)
        except (KeyError, TypeError, binascii.Error) as error:
            raise errors.UsageError(f"{name} is not base64") from error
    return value
