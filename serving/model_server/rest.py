"""Serves TensorFlow Serving's REST API, and the metrics.

aiohttp reads the requests on the event loop, and a pool of threads does the
work. A slow client so costs no thread; and nobody is refused for its sake, as
only bodies that are whole count as requests at work.
"""

import asyncio
import concurrent.futures
import inspect
import json
import logging
import re
from collections.abc import Callable
from typing import Any

import grpc
from aiohttp import http_exceptions, web
from google.protobuf import json_format
from google.protobuf.message import Message
from tensorflow_serving.apis import model_pb2

from serving.model_server import call as calls
from serving.model_server import (
    connections,
    errors,
    grpc_services,
    inference,
    json_examples,
    json_tensors,
    limits,
    metrics,
    model_api,
    options,
)

_log = logging.getLogger("serving")

_MODEL = r"/v1/models/(?P<name>[^/:]+)"
_VERSION = r"(/versions/(?P<version>\d{1,18})|/labels/(?P<label>[^/:]+))?"
_METHODS = r":(?P<method>predict|classify|regress)"
_ASK = re.compile(_MODEL + _VERSION + _METHODS)
_STATUS = re.compile(_MODEL + _VERSION + r"(?P<metadata>/metadata)?")

# The argument by which messages show fields that were not set. It has another
# name in protobuf 5, which the new line of TensorFlow takes.
_NOT_SET = (
    "including_default_value_fields",
    "always_print_fields_with_no_presence",
)
_SHOW_ALL = {
    name: True
    for name in inspect.signature(json_format.MessageToDict).parameters
    if name in _NOT_SET
}

_CODES = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}


class RestServer:
    """Answers HTTP requests; all of its coroutines run on one event loop."""

    def __init__(
        self,
        api: model_api.ModelApi,
        numbers: metrics.Metrics,
        chosen: options.Options,
        budget: limits.Budget,
        *,
        max_connections: int,
    ):
        """Prepares the server: `start` opens the port.

        Args:
            api: does the work.
            numbers: what the metrics path shows.
            chosen: what the server was told.
            budget: memory that all requests share.
            max_connections: the most that may be open.
        """
        self._api = api
        self._numbers = numbers
        self._timeout = chosen.rest_seconds
        self._receive_seconds = chosen.receive_seconds
        self._max_body_bytes = chosen.max_request_bytes
        self._metrics_path = chosen.metrics_path
        self._budget = budget
        # Bodies on their way may not use up what those at work need.
        self._arriving = limits.Budget(
            max(chosen.max_bytes_in_work // 4, chosen.max_request_bytes)
        )
        self._max_taken = 2 * chosen.rest_threads
        # Read and written on the loop's thread alone.
        self._taken = 0
        self._pool = concurrent.futures.ThreadPoolExecutor(
            chosen.rest_threads, "rest"
        )
        self._max_connections = max_connections

    async def start(self, address: str, port: int) -> int:
        """Opens the port, and returns it; 0 takes a free one.

        Raises:
            OSError: it cannot be opened.
        """
        self._connections = connections.Connections(
            self._max_connections, head_seconds=self._receive_seconds
        )
        # A client that has gone takes its work out of the queue.
        self._http = web.Server(
            self._handle, access_log=None, handler_cancellation=True
        )
        loop = asyncio.get_running_loop()
        self._socket = await loop.create_server(
            lambda: self._connections.guard(self._http()), address, port
        )
        return self._socket.sockets[0].getsockname()[1]

    async def stop(self, grace: float) -> int:
        """Stops accepting, and waits for what runs.

        Args:
            grace: seconds after which requests are aborted.

        Returns:
            How many were being worked on when they were aborted.
        """
        self._socket.close()
        self._http.pre_shutdown()
        stopped = asyncio.ensure_future(self._http.shutdown(grace))
        # A moment earlier than it aborts them.
        await asyncio.wait({stopped}, timeout=max(0.0, grace - 0.05))
        aborted = 0 if stopped.done() else self._taken
        await stopped
        self._pool.shutdown(wait=False)
        return aborted

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        transport = request.transport
        self._connections.head_arrived(transport)
        try:
            answer = await self._answer(request)
            # Here, as a client may also be slow to read.
            self._connections.body_arrived(transport)
            await asyncio.wait_for(_send(answer, request), self._timeout)
        except asyncio.TimeoutError:
            if transport is not None:
                transport.abort()
            raise
        finally:
            self._connections.answered(transport)
        return answer

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        if request.method == "GET":
            # Quick, and asked by probes: it waits for no prediction.
            return self._get(request.path)
        ask = _ASK.fullmatch(request.path)
        if request.method != "POST" or ask is None:
            return _malformed(request.method, request.path)
        call = calls.Call(self._timeout, budget=self._budget)
        try:
            return await asyncio.wait_for(
                self._post(request, ask, call), self._timeout
            )
        except asyncio.TimeoutError:
            return _failure(504, "Timed out")
        except errors.ServingError as error:
            return _failure(_CODES.get(error.code, 500), error.message)
        except (
            web.HTTPException,
            web.RequestPayloadError,
            http_exceptions.HttpProcessingError,
        ) as error:
            return _failure(400, f"the body cannot be read: {error}")
        finally:
            # Nobody waits for it any more.
            call.cancel()

    async def _post(
        self, request: web.BaseRequest, ask: re.Match[str], call: calls.Call
    ) -> web.Response:
        try:
            body = await self._read(request)
        except _TooLarge:
            # Not 429, which says that a later attempt may do.
            return _failure(
                413,
                "the body is too large: Maximum request body size "
                f"{self._max_body_bytes} exceeded.",
            )
        except ConnectionError:
            return _failure(400, "the client has gone")
        self._connections.body_arrived(request.transport)
        if self._taken >= self._max_taken:
            return _failure(503, f"{self._taken} requests are being worked on")
        call.hold(len(body))
        self._taken += 1
        try:
            work = self._pool.submit(
                _answered, lambda: self._ask(ask, body, call)
            )
            work.add_done_callback(lambda _: call.release())
            return await asyncio.wrap_future(work)
        finally:
            self._taken -= 1

    async def _read(self, request: web.BaseRequest) -> bytes:
        """Reads a body, unpacked, as long as it keeps coming.

        Raises:
            _TooLarge: it is.
            ServingError: too much is on its way already, or nothing comes.
        """
        if (request.content_length or 0) > self._max_body_bytes:
            raise _TooLarge
        body = bytearray()
        try:
            while True:
                try:
                    part = await asyncio.wait_for(
                        request.content.readany(), self._receive_seconds
                    )
                except asyncio.TimeoutError as error:
                    raise errors.ServingError(
                        grpc.StatusCode.DEADLINE_EXCEEDED,
                        "nothing came of the body for "
                        f"{self._receive_seconds:g} s",
                    ) from error
                if not part:
                    return bytes(body)
                if len(body) + len(part) > self._max_body_bytes:
                    raise _TooLarge
                self._arriving.take(len(part))
                body += part
        finally:
            self._arriving.give_back(len(body))

    def _ask(
        self, ask: re.Match[str], body: bytes, call: calls.Call
    ) -> web.Response:
        spec = _spec(ask)
        # It may have waited for a thread until nobody wants the answer.
        call.check()
        # Before anything is made of it.
        call.hold(limits.json_bytes(body))
        if ask["method"] != "predict":
            return self._infer(ask["method"], spec, body, call)
        parsed = json_tensors.parse(body)
        spec.signature_name = parsed.signature_name
        _, outputs = self._api.predict(
            spec,
            lambda signature, _: json_tensors.to_arrays(parsed, signature),
            (),
            call,
            "REST",
        )
        return _json(json_tensors.from_arrays(outputs, rows=parsed.rows))

    def _infer(
        self,
        method: str,
        spec: model_pb2.ModelSpec,
        body: bytes,
        call: calls.Call,
    ) -> web.Response:
        spec.signature_name, sent = json_examples.parse(body)
        (result,) = self._api.infer(
            method.capitalize(),
            [inference.single_task(spec, method)],
            lambda: inference.examples(sent, self._max_body_bytes),
            call,
            "REST",
        )
        return _json(json_examples.from_result(result))

    def _get(self, path: str) -> web.Response:
        if path == self._metrics_path:
            return web.Response(
                body=self._numbers.text(), content_type="text/plain"
            )
        match = _STATUS.fullmatch(path)
        if match is None:
            return _malformed("GET", path)
        describe = self._metadata if match["metadata"] else self._status
        return _answered(lambda: describe(_spec(match)))

    def _status(self, spec: model_pb2.ModelSpec) -> web.Response:
        status = grpc_services.status_response(self._api.status(spec))
        return _json(json.dumps(_plain(status), indent=1).encode())

    def _metadata(self, spec: model_pb2.ModelSpec) -> web.Response:
        resolved, signatures = self._api.metadata(spec)
        answer = {
            "model_spec": _plain(resolved),
            "metadata": {"signature_def": _plain(signatures)},
        }
        return _json(json.dumps(answer, indent=1).encode())


class _TooLarge(Exception):
    """A body is larger than it may be."""


async def _send(answer: web.Response, request: web.BaseRequest) -> None:
    await answer.prepare(request)
    await answer.write_eof()


def _answered(answer: Callable[[], web.Response]) -> web.Response:
    try:
        return answer()
    except errors.ServingError as error:
        return _failure(_CODES.get(error.code, 500), error.message)
    except Exception:
        # A mistake of ours must not show a client more than that.
        _log.exception("a request failed")
        return _failure(500, "internal error")


def _spec(match: re.Match[str]) -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec(name=match["name"])
    if match["version"]:
        spec.version.value = int(match["version"])
    elif match["label"]:
        spec.version_label = match["label"]
    return spec


def _plain(message: Message) -> dict[str, Any]:
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, **_SHOW_ALL
    )


def _malformed(method: str, path: str) -> web.Response:
    # As the real server: what is not below /v1 it does not know at all.
    status = 400 if path.startswith("/v1/") else 404
    return _failure(status, f"Malformed request: {method} {path[:200]}")


def _failure(status: int, message: str) -> web.Response:
    return _json(json.dumps({"error": message}).encode(), status)


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(
        body=body, status=status, content_type="application/json"
    )
