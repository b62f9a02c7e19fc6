"""The server, put together: models, gRPC, REST, health and metrics."""

import concurrent.futures
import functools
import logging
import pathlib
import threading

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from serving.model_server import (
    errors,
    grpc_services,
    loaded_model,
    metrics,
    model_api,
    model_config,
    model_manager,
    options,
    rest,
    servable,
    service_descriptors,
    warmup,
)

_log = logging.getLogger("serving")

# Of gRPC's threads, for those who ask how it goes while all others predict.
_SPARE_THREADS = 4


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
        self._health = health.HealthServicer()
        self._grpc = self._grpc_server()
        self._rest: rest.RestServer | None = None
        if chosen.rest_port is not None:
            self._rest = rest.RestServer(
                self._api,
                self._numbers,
                timeout=chosen.rest_seconds,
                threads=chosen.rest_threads,
                max_body_bytes=chosen.max_request_bytes,
                metrics_path=chosen.metrics_path,
                grace=chosen.drain_seconds,
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
        self._manager.listen(self._tell_health)
        self._tell_health()
        ports = self._open_grpc(), self._open_rest()
        for thread in self._threads:
            thread.start()
        return ports

    def stop(self) -> bool:
        """Stops accepting, lets requests finish, and unloads the models.

        Returns:
            Whether all work has finished in time. If not, threads still run,
            and a process should not wait for them.
        """
        self._health.enter_graceful_shutdown()
        stopped = self._grpc.stop(self._options.drain_seconds)
        if self._rest is not None:
            self._rest.stop()
        stopped.wait()
        self._stop.set()
        self._manager.wake()
        for thread in self._threads:
            thread.join()
        return self._manager.empty()

    def running(self) -> int:
        """How many predictions are under way."""
        return self._api.running()

    def _grpc_server(self) -> grpc.Server:
        chosen = self._options
        arguments = {
            "grpc.max_receive_message_length": chosen.max_request_bytes,
            # A second server on the port is a mistake, not a partner.
            "grpc.so_reuseport": 0,
        } | dict(chosen.channel_arguments)
        server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(
                chosen.max_running + _SPARE_THREADS, "grpc"
            ),
            options=list(arguments.items()),
        )
        grpc_services.add_to_server(
            server, self._api, max_tensor_bytes=chosen.max_request_bytes
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = (
            *grpc_services.NAMES,
            health.SERVICE_NAME,
            reflection.SERVICE_NAME,
        )
        reflection.enable_server_reflection(
            names, server, pool=service_descriptors.pool()
        )
        return server

    def _open_grpc(self) -> int:
        chosen = self._options
        host = (
            f"[{chosen.address}]" if ":" in chosen.address else chosen.address
        )
        address = f"{host}:{chosen.port}"
        try:
            if chosen.credentials is None:
                port = self._grpc.add_insecure_port(address)
            else:
                port = self._grpc.add_secure_port(address, chosen.credentials)
        except RuntimeError as error:
            raise errors.ConfigError(
                f"--port {chosen.port} of {chosen.address} cannot be opened: "
                f"{error}"
            ) from error
        self._grpc.start()
        _log.info("Running gRPC ModelServer at %s:%d", host, port)
        return port

    def _open_rest(self) -> int | None:
        chosen = self._options
        if self._rest is None or chosen.rest_port is None:
            return None
        try:
            port = self._rest.start(chosen.address, chosen.rest_port)
        except OSError as error:
            self._grpc.stop(None).wait()
            raise errors.ConfigError(
                f"--rest_api_port {chosen.rest_port} of {chosen.address} "
                f"cannot be opened: {error}"
            ) from error
        _log.info("Exporting HTTP/REST API at:%s:%d", chosen.address, port)
        return port

    def _tell_health(self) -> None:
        status = health_pb2.HealthCheckResponse
        now = status.SERVING if self._manager.ready() else status.NOT_SERVING
        # The empty name is that of the server as a whole.
        for service in ("", *grpc_services.NAMES):
            self._health.set(service, now)

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
    """Loads one version, and warms it up."""
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
