"""Opens the gRPC port: requests arrive, wait, and are answered.

One thread reads and writes; a pool of threads works. A call that has not sent
its message holds a few kilobytes, no thread, and only for so long. Every
method is registered as one that takes a stream, of which the first message is
read: over the wire that is the same, and only so can the wait have an end.
"""

import asyncio
import concurrent.futures
import logging
from collections.abc import AsyncIterator, Mapping

import grpc
import grpc.aio
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from serving.model_server import call as calls
from serving.model_server import (
    errors,
    grpc_services,
    limits,
    options,
    service_descriptors,
)

_log = logging.getLogger("serving")

# Threads for those who ask how it goes while all others predict.
_SPARE_THREADS = 4
# Calls that may be open at once, in sum and on one connection.
_MOST_CALLS = 1024
_MOST_CALLS_A_CONNECTION = 100
# Messages that may arrive at once, and how long each of them may do so when
# others wait for its place.
_MOST_ARRIVING = 32
_GRACE_SECONDS = 1.0
# A connection on which nothing is asked is closed; clients open it again.
_IDLE_SECONDS = 300
# Streams that stay open: who watches the health, and who asks for reflection.
_MOST_STREAMS = 64
_STREAM_SECONDS = 60.0


class GrpcServer:
    """The port, on an event loop; its methods run there."""

    def __init__(
        self,
        methods: Mapping[str, Mapping[str, grpc_services.Method]],
        chosen: options.Options,
        budget: limits.Budget,
        *,
        max_connections: int,
    ):
        """Prepares the server; `start` opens the port.

        Args:
            methods: by service and name.
            chosen: what the server was told.
            budget: memory that all requests share.
            max_connections: the most that may be open.
        """
        self._methods = methods
        self._chosen = chosen
        self._budget = budget
        self._max_connections = max_connections
        self._pool = concurrent.futures.ThreadPoolExecutor(
            chosen.max_running + _SPARE_THREADS, "grpc"
        )
        self._health = health.aio.HealthServicer()
        self._watching = 0
        # Calls whose message is being worked on.
        self._working = 0

    async def start(self) -> int:
        """Opens the port, and returns it.

        Raises:
            RuntimeError: it cannot be opened.
        """
        chosen = self._chosen
        self._arrivals = limits.Places(
            _MOST_ARRIVING, grace=_GRACE_SECONDS, seconds=chosen.receive_seconds
        )
        self._server = grpc.aio.server(
            handlers=self._handlers(),
            options=list(self._arguments().items()),
            maximum_concurrent_rpcs=_MOST_CALLS,
        )
        if chosen.reflection:
            reflection_pb2_grpc.add_ServerReflectionServicer_to_server(
                _Reflection(
                    (
                        *grpc_services.NAMES,
                        health.SERVICE_NAME,
                        reflection.SERVICE_NAME,
                    ),
                    pool=service_descriptors.pool(),
                ),
                self._server,
            )
        host = (
            f"[{chosen.address}]" if ":" in chosen.address else chosen.address
        )
        address = f"{host}:{chosen.port}"
        if chosen.credentials is None:
            port = self._server.add_insecure_port(address)
        else:
            port = self._server.add_secure_port(address, chosen.credentials)
        await self._server.start()
        return port

    async def stop(self, grace: float) -> int:
        """Takes no more calls, and waits for those that are open.

        Args:
            grace: seconds after which they are aborted.

        Returns:
            How many were being worked on when they were aborted.
        """
        await self._health.enter_graceful_shutdown()
        stopped = asyncio.ensure_future(self._server.stop(grace + 1))
        await asyncio.wait({stopped}, timeout=grace)
        aborted = 0 if stopped.done() else self._working
        await self._server.stop(None)
        await stopped
        self._pool.shutdown(wait=False)
        return aborted

    async def tell_health(self, serving: bool) -> None:
        """Says of every service whether it serves."""
        status = health_pb2.HealthCheckResponse
        now = status.SERVING if serving else status.NOT_SERVING
        # The empty name is that of the server as a whole.
        for service in ("", *self._methods):
            await self._health.set(service, now)

    def _arguments(self) -> dict[str, str | int]:
        chosen = self._chosen
        milliseconds = int(1000 * chosen.receive_seconds)
        return {
            "grpc.max_receive_message_length": chosen.max_request_bytes,
            # A second server on the port is a mistake, not a partner.
            "grpc.so_reuseport": 0,
            "grpc.max_concurrent_streams": _MOST_CALLS_A_CONNECTION,
            "grpc.max_allowed_incoming_connections": self._max_connections,
            "grpc.server_handshake_timeout_ms": milliseconds,
            "grpc.max_connection_idle_ms": 1000 * _IDLE_SECONDS,
        } | dict(chosen.channel_arguments)

    def _handlers(self) -> list[grpc.GenericRpcHandler]:
        handlers = [
            grpc.method_handlers_generic_handler(
                service,
                {
                    name: grpc.stream_unary_rpc_method_handler(
                        self._handler(method)
                    )
                    for name, method in methods.items()
                },
            )
            for service, methods in self._methods.items()
        ]
        response = health_pb2.HealthCheckResponse
        handlers.append(
            grpc.method_handlers_generic_handler(
                health.SERVICE_NAME,
                {
                    "Check": grpc.stream_unary_rpc_method_handler(
                        self._check,
                        response_serializer=response.SerializeToString,
                    ),
                    "Watch": grpc.stream_stream_rpc_method_handler(
                        self._watch,
                        response_serializer=response.SerializeToString,
                    ),
                },
            )
        )
        return handlers

    def _handler(self, method: grpc_services.Method):
        async def answer(
            requests: AsyncIterator[bytes], context: grpc.aio.ServicerContext
        ) -> bytes:
            try:
                return await self._answer(method, requests, context)
            except errors.ServingError as error:
                code, message = error.code, error.message
            await context.abort(code, message)
            raise AssertionError("abort has raised")

        return answer

    async def _answer(
        self,
        method: grpc_services.Method,
        requests: AsyncIterator[bytes],
        context: grpc.aio.ServicerContext,
    ) -> bytes:
        """Receives one message, has it worked on, and waits for the answer.

        Raises:
            ServingError: it did not come, or cannot be answered.
        """
        left = context.time_remaining()
        longest = self._chosen.max_call_seconds
        call = calls.Call(
            longest if left is None else min(left, longest),
            budget=self._budget,
        )
        message = await self._receive(requests)
        call.hold(len(message))
        work = self._pool.submit(method, message, call)
        # Not when the client goes, but when nobody works for it any more.
        work.add_done_callback(lambda _: call.release())
        self._working += 1
        try:
            return await asyncio.wrap_future(work)
        finally:
            self._working -= 1
            # Also when the answer is made, which does no harm.
            call.cancel()

    async def _receive(self, requests: AsyncIterator[bytes]) -> bytes:
        try:
            return await self._arrivals.receive(aiter(requests).__anext__)
        except StopAsyncIteration as error:
            raise errors.ServingError(
                grpc.StatusCode.INVALID_ARGUMENT, "the call has no message"
            ) from error

    async def _check(
        self,
        requests: AsyncIterator[bytes],
        context: grpc.aio.ServicerContext,
    ) -> health_pb2.HealthCheckResponse:
        return await self._health.Check(
            await self._health_request(requests, context), context
        )

    async def _watch(
        self,
        requests: AsyncIterator[bytes],
        context: grpc.aio.ServicerContext,
    ) -> None:
        if self._watching >= _MOST_STREAMS:
            await context.abort(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"{_MOST_STREAMS} clients are watching",
            )
        self._watching += 1
        try:
            request = await self._health_request(requests, context)
            await self._health.Watch(request, context)
        finally:
            self._watching -= 1

    async def _health_request(
        self,
        requests: AsyncIterator[bytes],
        context: grpc.aio.ServicerContext,
    ) -> health_pb2.HealthCheckRequest:
        try:
            message = await self._receive(requests)
            return health_pb2.HealthCheckRequest.FromString(message)
        except errors.ServingError as error:
            code, text = error.code, error.message
        except ValueError:
            code, text = grpc.StatusCode.INVALID_ARGUMENT, "no health request"
        await context.abort(code, text)
        raise AssertionError("abort has raised")


class _Reflection(reflection.aio.ReflectionServicer):
    """Reflection, in so many streams, of which each has an end."""

    _open = 0

    async def ServerReflectionInfo(self, request_iterator, unused_context):
        if self._open >= _MOST_STREAMS:
            await unused_context.abort(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"{_MOST_STREAMS} streams are open",
            )
        self._open += 1
        answers = super().ServerReflectionInfo(request_iterator, unused_context)
        try:
            while True:
                yield await asyncio.wait_for(
                    answers.__anext__(), _STREAM_SECONDS
                )
        except StopAsyncIteration:
            return
        except asyncio.TimeoutError:
            await unused_context.abort(
                grpc.StatusCode.DEADLINE_EXCEEDED,
                f"nothing was asked for {_STREAM_SECONDS:g} s",
            )
        finally:
            self._open -= 1
