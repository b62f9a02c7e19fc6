"""Puts the server together: models, gRPC, REST, health and metrics."""

import asyncio
import dataclasses
import functools
import logging
import pathlib
import threading
import time

from serving.model_server import (
    errors,
    event_loop,
    grpc_server,
    grpc_services,
    limits,
    loaded_model,
    metrics,
    model_api,
    model_config,
    model_manager,
    options,
    rest,
    servable,
    warmup,
)

_log = logging.getLogger("serving")


@dataclasses.dataclass(frozen=True)
class Stopped:
    """How a server has ended.

    Attributes:
        aborted: requests that were cut off while they were worked on.
        empty: whether nothing is left in memory, and no thread at work. A
            process should not wait for what is.
    """

    aborted: int
    empty: bool


class ModelServer:
    """A server that is started once and stopped once."""

    def __init__(self, chosen: options.Options):
        """Prepares a server, which opens no port yet."""
        self._options = chosen
        self._numbers = metrics.Metrics()
        self._stop = threading.Event()
        self._manager = model_manager.ModelManager(
            functools.partial(_load, chosen, self._numbers),
            max_load_retries=chosen.max_load_retries,
            load_retry_seconds=chosen.load_retry_seconds,
            allow_labels_for_unavailable=chosen.allow_labels_for_unavailable,
        )
        self._api = model_api.ModelApi(
            self._manager, self._numbers, max_running=chosen.max_running
        )
        budget = limits.Budget(chosen.max_bytes_in_work)
        most = limits.most_connections()
        self._loop: event_loop.EventLoop | None = None
        self._grpc = grpc_server.GrpcServer(
            grpc_services.methods(
                self._api, max_tensor_bytes=chosen.max_request_bytes
            ),
            chosen,
            budget,
            max_connections=most,
        )
        self._rest: rest.RestServer | None = None
        if chosen.rest_port is not None:
            self._rest = rest.RestServer(
                self._api, self._numbers, chosen, budget, max_connections=most
            )
        self._threads = [
            threading.Thread(
                target=self._manager.run,
                args=(chosen.file_system_poll_seconds, self._stop),
                name="models",
                daemon=True,
            )
        ]
        if chosen.model_config_file_poll_seconds:
            self._threads.append(
                threading.Thread(
                    target=self._follow_config, name="config", daemon=True
                )
            )

    def start(self) -> tuple[int, int | None]:
        """Opens the ports, then begins to load.

        Returns:
            The ports of gRPC and, where there is one, of REST.

        Raises:
            ConfigError: a port is taken, or a label points to nothing.
        """
        try:
            self._manager.configure(self._options.models)
        except errors.ServingError as error:
            raise errors.ConfigError(error.message) from error
        self._loop = event_loop.EventLoop()
        try:
            ports = self._open_grpc(self._loop), self._open_rest(self._loop)
        except errors.ConfigError:
            self._loop.stop()
            raise
        self._manager.listen(self._tell_health)
        self._tell_health()
        for thread in self._threads:
            thread.start()
        return ports

    def stop(self) -> Stopped:
        """Stops accepting, lets requests finish, and unloads the models.

        It takes `drain_seconds` at most. A version that is being loaded is
        not waited for.
        """
        assert self._loop is not None
        grace = self._options.drain_seconds
        end = time.monotonic() + grace
        aborted = self._loop.run(self._drain(grace))
        self._stop.set()
        self._manager.wake()
        for thread in self._threads:
            if not self._manager.loading():
                thread.join(max(1.0, end - time.monotonic()))
        self._loop.stop()
        empty = self._manager.empty() and not any(
            thread.is_alive() for thread in self._threads
        )
        return Stopped(aborted, empty)

    def running(self) -> int:
        """Counts the predictions that are under way."""
        return self._api.running()

    async def _drain(self, grace: float) -> int:
        stopping = [self._grpc.stop(grace)]
        if self._rest is not None:
            stopping.append(self._rest.stop(grace))
        return sum(await asyncio.gather(*stopping))

    def _open_grpc(self, loop: event_loop.EventLoop) -> int:
        chosen = self._options
        try:
            port = loop.run(self._grpc.start())
        except RuntimeError as error:
            raise errors.ConfigError(
                f"--port {chosen.port} of {chosen.address} cannot be opened: "
                f"{error}"
            ) from error
        _log.info("Running gRPC ModelServer at %s:%d", chosen.address, port)
        return port

    def _open_rest(self, loop: event_loop.EventLoop) -> int | None:
        chosen = self._options
        if self._rest is None or chosen.rest_port is None:
            return None
        try:
            port = loop.run(self._rest.start(chosen.address, chosen.rest_port))
        except OSError as error:
            loop.run(self._grpc.stop(0))
            raise errors.ConfigError(
                f"--rest_api_port {chosen.rest_port} of {chosen.address} "
                f"cannot be opened: {error}"
            ) from error
        _log.info("Exporting HTTP/REST API at:%s:%d", chosen.address, port)
        return port

    def _tell_health(self) -> None:
        if self._loop is not None and not self._stop.is_set():
            self._loop.run(self._grpc.tell_health(self._manager.ready()))

    def _follow_config(self) -> None:
        """Takes over each change of the config file until the server stops."""
        path = self._options.model_config_file
        assert path is not None
        last = self._options.models
        while not self._stop.wait(self._options.model_config_file_poll_seconds):
            try:
                models = model_config.read(path)
                if models != last:
                    self._manager.reload(models, None)
                    # Not before: what was refused now may be taken later,
                    # as a label of a version that is still loading.
                    last = models
            except (errors.ConfigError, errors.ServingError) as error:
                _log.error("%s is not followed: %s", path, error)


def _load(
    chosen: options.Options,
    numbers: metrics.Metrics,
    name: str,
    path: pathlib.Path,
) -> loaded_model.LoadedModel:
    """Loads one version, and warms it up.

    Raises:
        Exception: a file is not what its manifest says, or cannot be loaded.
    """
    problems = chosen.verify(path)
    if problems:
        raise ValueError(
            f"{path} is not as it was exported: {'; '.join(problems)}"
        )
    model = loaded_model.LoadedModel(
        name,
        servable.Servable(
            path,
            tags=chosen.saved_model_tags,
            intra_op_threads=chosen.intra_op_threads,
            inter_op_threads=chosen.inter_op_threads,
            check_method_names=chosen.check_method_names,
        ),
        parameters=chosen.batching,
        numbers=numbers,
    )
    try:
        if chosen.warm_up:
            count = warmup.replay(path, model, chosen.max_request_bytes)
            _log.info("Finished %d warm-up requests of %s", count, path)
    except BaseException:
        model.close()
        raise
    return model
