"""Reads which models to serve, from flags or TensorFlow Serving's file."""

import dataclasses
import os
from collections.abc import Mapping

from tensorflow_serving.config import model_server_config_pb2

from serving.model_server import errors, text_protos, versions


@dataclasses.dataclass(frozen=True)
class ModelConfig:
    """One model: where its versions are, and which of them to serve."""

    name: str
    base_path: str
    policy: versions.VersionPolicy = versions.VersionPolicy()
    labels: Mapping[str, int] = dataclasses.field(default_factory=dict)


def read(path: str) -> tuple[ModelConfig, ...]:
    """Reads a model_config_file.

    Raises:
        ConfigError: it cannot be read, or what it says cannot be served.
    """
    message = text_protos.read(path, model_server_config_pb2.ModelServerConfig)
    try:
        return from_proto(message)
    except errors.ConfigError as error:
        raise errors.ConfigError(f"{path}: {error}") from error


def from_proto(
    message: model_server_config_pb2.ModelServerConfig,
) -> tuple[ModelConfig, ...]:
    """Reads the models that a message asks for.

    Raises:
        ConfigError: it has no model_config_list (an empty one asks for no
            models), or one of its models lacks a name or a base path, is there
            twice, or is not TensorFlow's.
    """
    kind = message.WhichOneof("config")
    if kind != "model_config_list":
        raise errors.ConfigError(
            f"ServerModelConfig type not supported: found {kind or 'none'}; "
            "expected a model_config_list"
        )
    models = tuple(_model(m) for m in message.model_config_list.config)
    names = [model.name for model in models]
    for name in names:
        if names.count(name) > 1:
            raise errors.ConfigError(
                f"Illegal to list model {name} multiple times in config list"
            )
    return models


def _model(message: model_server_config_pb2.ModelConfig) -> ModelConfig:
    # A name with these would have no address in the REST API.
    if not message.name or set(message.name) & set("/:"):
        raise errors.ConfigError(
            f"name is {message.name!r}; expected one without '/' and ':'"
        )
    if not message.base_path:
        raise errors.ConfigError(f"model {message.name} has no base_path")
    tensorflow = model_server_config_pb2.ModelType.TENSORFLOW
    if message.model_platform != "tensorflow" and (
        message.model_platform or message.model_type != tensorflow
    ):
        raise errors.ConfigError(
            f"model {message.name}: model_platform is "
            f"{message.model_platform!r}; expected 'tensorflow'"
        )
    return ModelConfig(
        name=message.name,
        base_path=os.path.expanduser(message.base_path),
        policy=_policy(message),
        labels=dict(message.version_labels),
    )


def _policy(
    message: model_server_config_pb2.ModelConfig,
) -> versions.VersionPolicy:
    policy = message.model_version_policy
    match policy.WhichOneof("policy_choice"):
        case "all":
            return versions.VersionPolicy(latest=None)
        case "specific":
            if not policy.specific.versions:
                raise errors.ConfigError(
                    f"model {message.name}: the specific policy names no "
                    "versions"
                )
            return versions.VersionPolicy(
                specific=tuple(policy.specific.versions)
            )
        case _:
            # Zero is what an unset number reads as.
            return versions.VersionPolicy(
                latest=policy.latest.num_versions or 1
            )
