"""The REST API of TensorFlow Serving, and the metrics.

aiohttp reads the bodies, which are bounded, on its own thread; a pool of
threads does the work. A slow client so costs no thread.
"""

import asyncio
import concurrent.futures
import json
import logging
import re
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import grpc
from aiohttp import web
from google.protobuf import json_format
from google.protobuf.message import Message
from tensorflow_serving.apis import model_pb2

from serving.model_server import call as calls
from serving.model_server import (
    errors,
    grpc_services,
    inference,
    json_examples,
    json_tensors,
    metrics,
    model_api,
)

_log = logging.getLogger("serving")
_Result = TypeVar("_Result")

_MODEL = r"/v1/models/(?P<name>[^/:]+)"
_VERSION = r"(/versions/(?P<version>\d{1,18})|/labels/(?P<label>[^/:]+))?"
_METHODS = r":(?P<method>predict|classify|regress)"
_ASK = re.compile(_MODEL + _VERSION + _METHODS)
_STATUS = re.compile(_MODEL + _VERSION + r"(?P<metadata>/metadata)?")

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
    """The HTTP server, on a thread of its own."""

    def __init__(
        self,
        api: model_api.ModelApi,
        numbers: metrics.Metrics,
        *,
        timeout: float,
        threads: int,
        max_body_bytes: int,
        metrics_path: str | None,
        grace: float,
    ):
        """Prepares the server: `start` opens the port.

        Args:
            api: does the work.
            numbers: what the metrics path shows.
            timeout: seconds for reading and answering a request.
            threads: requests worked on at once; twice as many are taken in.
            max_body_bytes: the largest body, unpacked, and what its examples
                may take when each has the context.
            metrics_path: where the metrics are; None: nowhere.
            grace: seconds that `stop` waits for what runs.
        """
        self._api = api
        self._numbers = numbers
        self._timeout = timeout
        self._max_body_bytes = max_body_bytes
        self._metrics_path = metrics_path
        self._max_taken = 2 * threads
        # Read and written on the loop's thread alone.
        self._taken = 0
        self._pool = concurrent.futures.ThreadPoolExecutor(threads, "rest")
        app = web.Application(client_max_size=max_body_bytes)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            # A client that has gone takes its work out of the queue.
            handler_cancellation=True,
            shutdown_timeout=grace,
        )

    def start(self, address: str, port: int) -> int:
        """Opens the port, and returns it; 0 takes a free one.

        Raises:
            OSError: it cannot be opened.
        """
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="rest", daemon=True
        )
        self._thread.start()
        try:
            return self._await(self._open(address, port))
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops accepting, and waits for what runs."""
        self._await(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._pool.shutdown(wait=False)

    def _await(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self, address: str, port: int) -> int:
        await self._runner.setup()
        await web.TCPSite(self._runner, address, port).start()
        return self._runner.addresses[0][1]

    async def _handle(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            # Quick, and asked by probes: it waits for no prediction.
            return self._get(request.path)
        if self._taken >= self._max_taken:
            return _failure(503, f"{self._taken} requests are being worked on")
        call = calls.Call(self._timeout)
        self._taken += 1
        try:
            return await asyncio.wait_for(
                self._post(request, call), self._timeout
            )
        except asyncio.TimeoutError:
            return _failure(504, "Timed out")
        except web.HTTPRequestEntityTooLarge as error:
            # Not 429, which says that a later attempt may do.
            return _failure(413, f"the body is too large: {error.text}")
        except (web.HTTPException, web.RequestPayloadError) as error:
            return _failure(400, f"the body cannot be read: {error}")
        finally:
            self._taken -= 1
            # Nobody waits for it any more.
            call.cancel()

    async def _post(
        self, request: web.Request, call: calls.Call
    ) -> web.Response:
        ask = _ASK.fullmatch(request.path)
        if request.method != "POST" or ask is None:
            return _malformed(request.method, request.path)
        body = await request.read()
        return await self._loop.run_in_executor(
            self._pool, _answered, lambda: self._ask(ask, body, call)
        )

    def _ask(
        self, ask: re.Match[str], body: bytes, call: calls.Call
    ) -> web.Response:
        spec = _spec(ask)
        # It may have waited for a thread until nobody wants the answer.
        call.check()
        if ask["method"] != "predict":
            return self._infer(ask["method"], spec, body, call)
        parsed = json_tensors.parse(body)
        spec.signature_name = parsed.signature_name
        _, outputs = self._api.predict(
            spec,
            lambda signature: json_tensors.to_arrays(parsed, signature),
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
        found = _STATUS.fullmatch(path)
        if found is None:
            return _malformed("GET", path)
        describe = self._metadata if found["metadata"] else self._status
        return _answered(lambda: describe(_spec(found)))

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


def _answered(answer: Callable[[], web.Response]) -> web.Response:
    try:
        return answer()
    except errors.ServingError as error:
        return _failure(_CODES.get(error.code, 500), error.message)
    except Exception:
        # A mistake of ours must not show a client more than that.
        _log.exception("a request failed")
        return _failure(500, "internal error")


def _spec(found: re.Match[str]) -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec(name=found["name"])
    if found["version"]:
        spec.version.value = int(found["version"])
    elif found["label"]:
        spec.version_label = found["label"]
    return spec


def _plain(message: Message) -> dict[str, Any]:
    return json_format.MessageToDict(
        message,
        preserving_proto_field_name=True,
        including_default_value_fields=True,
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
