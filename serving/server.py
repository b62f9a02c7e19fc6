r"""Serves SavedModels on one machine, with tensorflow_model_server's API.

    bazel run //serving:server -- --model_name=stylex --model_base_path=DIR \
        --port=8500 --rest_api_port=8501

DIR holds the versions: DIR/1, DIR/2, ... A flag with the name of one of
tensorflow_model_server's means the same; docs/serving.md has the differences.
"""

import logging
import os
import pathlib
import queue
import signal
import sys
import threading

from absl import app, flags
from absl import logging as absl_logging

from serving.model_server import (
    batching,
    errors,
    metrics,
    model_config,
    options,
    tls,
)
from stylex_tf.export import manifest

_ADDRESS = flags.DEFINE_string(
    "address", "127.0.0.1", "Where to listen; nobody is asked who they are."
)
_PORT = flags.DEFINE_integer("port", 8500, "gRPC. 0: any free one.", 0, 65535)
_REST_API_PORT = flags.DEFINE_integer(
    "rest_api_port", None, "REST; none: no REST API. 0: any free one.", 0, 65535
)
_REST_API_NUM_THREADS = flags.DEFINE_integer(
    "rest_api_num_threads",
    4 * (os.cpu_count() or 1),
    "REST requests worked on at once.",
    1,
)
_REST_API_TIMEOUT_IN_MS = flags.DEFINE_integer(
    "rest_api_timeout_in_ms", 30_000, "For each REST request.", 1
)
_GRPC_MAX_THREADS = flags.DEFINE_integer(
    "grpc_max_threads",
    64,
    "Predictions at once, gRPC's and REST's; one more is refused.",
    1,
)
_GRPC_CHANNEL_ARGUMENTS = flags.DEFINE_list(
    "grpc_channel_arguments",
    [],
    "Options of the gRPC server, as grpc.max_connection_age_ms=2000.",
)
_MAX_REQUEST_BYTES = flags.DEFINE_integer(
    "max_request_bytes",
    64 * 2**20,
    "The largest request, as it is sent and with its tensors expanded.",
    1,
)
_MAX_BYTES_IN_WORK = flags.DEFINE_integer(
    "max_bytes_in_work",
    2**30,
    "Memory that all requests together may take; one more is refused.",
    1,
)
_RECEIVE_SECONDS = flags.DEFINE_float(
    "receive_seconds",
    10.0,
    "How long a request's head, its message, or the next part of its body may "
    "take to arrive.",
    0.001,
)
_MAX_CALL_SECONDS = flags.DEFINE_float(
    "max_call_seconds",
    600.0,
    "The deadline of a gRPC call that names none, or a later one.",
    0.001,
)
_ENABLE_REFLECTION = flags.DEFINE_bool(
    "enable_reflection", False, "Describe the gRPC services, as to grpcurl."
)
_MODEL_NAME = flags.DEFINE_string(
    "model_name", "default", "The name of the one model that is served."
)
_MODEL_BASE_PATH = flags.DEFINE_string(
    "model_base_path", None, "The folder of one model's versions."
)
_MODEL_CONFIG_FILE = flags.DEFINE_string(
    "model_config_file",
    None,
    "A file that names several models, in place of --model_name and "
    "--model_base_path.",
)
_MODEL_CONFIG_FILE_POLL_WAIT_SECONDS = flags.DEFINE_integer(
    "model_config_file_poll_wait_seconds",
    0,
    "Seconds between two looks at --model_config_file; 0: one look.",
    0,
)
_FILE_SYSTEM_POLL_WAIT_SECONDS = flags.DEFINE_integer(
    "file_system_poll_wait_seconds",
    1,
    "Seconds between two looks for new versions; 0: one look.",
    0,
)
_MAX_NUM_LOAD_RETRIES = flags.DEFINE_integer(
    "max_num_load_retries", 5, "Further attempts at a broken version.", 0
)
_LOAD_RETRY_INTERVAL_MICROS = flags.DEFINE_integer(
    "load_retry_interval_micros",
    60_000_000,
    "Microseconds between two attempts to load a version.",
    0,
)
_ALLOW_LABELS = flags.DEFINE_bool(
    "allow_version_labels_for_unavailable_models",
    False,
    "Let new labels point to versions that are not loaded yet.",
)
_ENABLE_MODEL_WARMUP = flags.DEFINE_bool(
    "enable_model_warmup", True, "Replay a version's warm-up requests."
)
_ENABLE_BATCHING = flags.DEFINE_bool(
    "enable_batching", False, "Join requests into batches."
)
_BATCHING_PARAMETERS_FILE = flags.DEFINE_string(
    "batching_parameters_file",
    None,
    "A file that says how requests are joined; needs --enable_batching.",
)
_SSL_CONFIG_FILE = flags.DEFINE_string(
    "ssl_config_file", None, "Keys and certificates of the gRPC port."
)
_MONITORING_CONFIG_FILE = flags.DEFINE_string(
    "monitoring_config_file", None, "Metrics; needs --rest_api_port."
)
_CHECK_METHOD_NAMES = flags.DEFINE_bool(
    "enable_signature_method_name_check",
    False,
    "Ask a signature only by the method it was saved for.",
)
_SAVED_MODEL_TAGS = flags.DEFINE_list(
    "saved_model_tags", ["serve"], "Which graph of a SavedModel."
)
_INTRA_OP = flags.DEFINE_integer(
    "tensorflow_intra_op_parallelism", 0, "Threads of an operation.", 0
)
_INTER_OP = flags.DEFINE_integer(
    "tensorflow_inter_op_parallelism", 0, "Operations at once.", 0
)
_DRAIN_SECONDS = flags.DEFINE_float(
    "drain_seconds",
    30.0,
    "How long SIGTERM lets requests finish; a second one ends at once.",
    0.0,
)

_END_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_REAL_SERVER = "serving/tf_serving/README.md"

_log = logging.getLogger("serving")


def main(argv: list[str]) -> None:
    """Serves until SIGTERM or SIGINT."""
    if len(argv) > 1:
        raise app.UsageError(f"unexpected arguments: {' '.join(argv[1:])}")
    _log.warning(
        "This is a development server, for one machine; for production run "
        "tensorflow_model_server with the same flags: %s",
        _REAL_SERVER,
    )
    try:
        chosen = _options()
        # Before any thread starts, as they inherit it: the signals are kept
        # for `sigwait`, or one might be delivered to a thread of TensorFlow's
        # and not wake this one.
        signal.pthread_sigmask(signal.SIG_BLOCK, _END_SIGNALS)
        # Imported late: TensorFlow takes seconds, a mistake in a flag should
        # not.
        from serving.model_server import model_server

        server = model_server.ModelServer(chosen)
        server.start()
    except errors.ConfigError as mistake:
        sys.exit(f"error: {mistake}")
    signal.sigwait(_END_SIGNALS)
    _log.info("Draining for at most %g s", chosen.drain_seconds)
    stopping: queue.SimpleQueue[model_server.Stopped] = queue.SimpleQueue()
    threading.Thread(
        target=lambda: stopping.put(server.stop()), name="stop", daemon=True
    ).start()
    while stopping.empty():
        # A second signal is not waited for: it ends the process.
        if signal.sigtimedwait(_END_SIGNALS, 0.05) is not None:
            _log.error("A second signal: what still runs is given up")
            _exit(1)
    stopped = stopping.get()
    if stopped.aborted:
        _log.error(
            "%d requests did not end within --drain_seconds", stopped.aborted
        )
        _exit(1)
    _log.info("Drained")
    if not stopped.empty:
        # Python would wait for the threads that load or unload.
        _exit(0)


def _exit(code: int) -> None:
    """Ends the process, whatever its threads do."""
    logging.shutdown()
    os._exit(code)


def _verify(path: pathlib.Path) -> list[str]:
    """Tells what differs from a version's manifest, where it has one."""
    # Models that others exported have none.
    if not (path / manifest.NAME).is_file():
        return []
    return manifest.problems(path)


def _options() -> options.Options:
    """Reads what the flags and their files ask for.

    Raises:
        ConfigError: they ask for what cannot be.
    """
    if _REST_API_PORT.value and _REST_API_PORT.value == _PORT.value:
        raise errors.ConfigError(
            f"--rest_api_port and --port are both {_PORT.value}"
        )
    for flag, needed in (
        (_BATCHING_PARAMETERS_FILE, _ENABLE_BATCHING),
        (_MONITORING_CONFIG_FILE, _REST_API_PORT),
        (_MODEL_CONFIG_FILE_POLL_WAIT_SECONDS, _MODEL_CONFIG_FILE),
    ):
        if flag.value and needed.value in (None, False):
            raise errors.ConfigError(f"--{flag.name} needs --{needed.name}")
    batching_parameters = None
    if _ENABLE_BATCHING.value:
        file = _BATCHING_PARAMETERS_FILE.value
        batching_parameters = (
            batching.BatchingParameters.read(file)
            if file
            else batching.BatchingParameters()
        )
    ssl, monitoring = _SSL_CONFIG_FILE.value, _MONITORING_CONFIG_FILE.value
    return options.Options(
        models=_models(),
        model_config_file=_MODEL_CONFIG_FILE.value,
        model_config_file_poll_seconds=(
            _MODEL_CONFIG_FILE_POLL_WAIT_SECONDS.value
        ),
        file_system_poll_seconds=_FILE_SYSTEM_POLL_WAIT_SECONDS.value,
        max_load_retries=_MAX_NUM_LOAD_RETRIES.value,
        load_retry_seconds=_LOAD_RETRY_INTERVAL_MICROS.value / 1e6,
        allow_labels_for_unavailable=_ALLOW_LABELS.value,
        warm_up=_ENABLE_MODEL_WARMUP.value,
        verify=_verify,
        check_method_names=_CHECK_METHOD_NAMES.value,
        saved_model_tags=tuple(_SAVED_MODEL_TAGS.value),
        intra_op_threads=_INTRA_OP.value,
        inter_op_threads=_INTER_OP.value,
        batching=batching_parameters,
        address=_ADDRESS.value,
        port=_PORT.value,
        rest_port=_REST_API_PORT.value,
        rest_threads=_REST_API_NUM_THREADS.value,
        rest_seconds=_REST_API_TIMEOUT_IN_MS.value / 1000,
        max_running=_GRPC_MAX_THREADS.value,
        max_request_bytes=_MAX_REQUEST_BYTES.value,
        max_bytes_in_work=_MAX_BYTES_IN_WORK.value,
        receive_seconds=_RECEIVE_SECONDS.value,
        max_call_seconds=_MAX_CALL_SECONDS.value,
        reflection=_ENABLE_REFLECTION.value,
        channel_arguments=_channel_arguments(),
        credentials=tls.server_credentials(ssl) if ssl else None,
        metrics_path=metrics.read_path(monitoring) if monitoring else None,
        drain_seconds=_DRAIN_SECONDS.value,
    )


def _models() -> tuple[model_config.ModelConfig, ...]:
    file, base_path = _MODEL_CONFIG_FILE.value, _MODEL_BASE_PATH.value
    if file and not base_path:
        models = model_config.read(file)
    elif base_path and not file:
        models = (
            model_config.ModelConfig(
                _MODEL_NAME.value, os.path.expanduser(base_path)
            ),
        )
    else:
        raise errors.ConfigError(
            "expected one of --model_base_path and --model_config_file"
        )
    for model in models:
        if not pathlib.Path(model.base_path).is_dir():
            raise errors.ConfigError(
                f"model {model.name}: base_path is {model.base_path}, where no "
                "folder is"
            )
    return models


def _channel_arguments() -> dict[str, str | int]:
    arguments: dict[str, str | int] = {}
    for text in _GRPC_CHANNEL_ARGUMENTS.value:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise errors.ConfigError(
                f"--grpc_channel_arguments has {text!r}; expected name=value"
            )
        try:
            arguments[name] = int(value)
        except ValueError:
            arguments[name] = value
    return arguments


if __name__ == "__main__":
    # `bazel run` changes to the tree of the built files.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()))
    # TensorFlow's own chatter, which starts when it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    absl_logging.set_verbosity(absl_logging.INFO)
    # It calls sessions deprecated; servable.py says why they are used.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    app.run(main)
