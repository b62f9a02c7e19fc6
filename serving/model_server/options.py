"""Holds all that a server needs to know to start."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence

import grpc

from serving.model_server import batching as batchings
from serving.model_server import model_config


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """What the flags and their files say; the defaults suit a test.

    A port of 0 takes a free one; where a port, a path or a file may be None,
    the thing it is for is off.
    """

    models: tuple[model_config.ModelConfig, ...]
    model_config_file: str | None = None
    model_config_file_poll_seconds: float = 0
    file_system_poll_seconds: float = 1
    max_load_retries: int = 0
    load_retry_seconds: float = 60
    allow_labels_for_unavailable: bool = False
    warm_up: bool = True
    # Says of the folder of a version what is wrong with its files.
    verify: Callable[[pathlib.Path], Sequence[str]] = lambda _: ()
    check_method_names: bool = False
    saved_model_tags: tuple[str, ...] = ("serve",)
    intra_op_threads: int = 0
    inter_op_threads: int = 0
    batching: batchings.BatchingParameters | None = None

    address: str = "127.0.0.1"
    port: int = 0
    rest_port: int | None = 0
    rest_threads: int = 8
    rest_seconds: float = 30
    max_running: int = 64
    max_request_bytes: int = 64 * 2**20
    max_bytes_in_work: int = 2**30
    # How long a head, a message, or the next part of a body may take to come.
    receive_seconds: float = 10
    # The deadline of a gRPC call that names no earlier one.
    max_call_seconds: float = 600
    reflection: bool = False
    channel_arguments: Mapping[str, str | int] = dataclasses.field(
        default_factory=dict
    )
    credentials: grpc.ServerCredentials | None = None
    metrics_path: str | None = None
    drain_seconds: float = 30
