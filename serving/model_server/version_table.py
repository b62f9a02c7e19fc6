"""Knows the state of every model's versions, and which one is meant.

It decides nothing about time: `model_manager` loads and unloads, and tells the
table. Nor does it lock anything: the manager lets one thread at a time in.
"""

import dataclasses
import enum
import pathlib
from collections.abc import Mapping, Sequence

import grpc
from tensorflow_serving.apis import model_pb2

from serving.model_server import errors, loaded_model, model_config

# Ended versions that a model's status still tells of.
_HISTORY = 32


class State(enum.IntEnum):
    """Where a version is in its life, with the numbers of GetModelStatus."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclasses.dataclass(frozen=True)
class VersionStatus:
    """What GetModelStatus tells of one version."""

    version: int
    state: State
    error: str = ""


@dataclasses.dataclass
class Version:
    """One version; the manager changes it."""

    path: pathlib.Path
    state: State = State.START
    error: str = ""
    model: loaded_model.LoadedModel | None = None
    # Requests that are running in it.
    users: int = 0
    # Since it was last wanted.
    failures: int = 0
    retry_at: float = 0.0


class VersionTable:
    """The configured models, and all versions that are or were loaded."""

    def __init__(self, *, allow_labels_for_unavailable: bool):
        """Starts empty.

        Args:
            allow_labels_for_unavailable: let a new label point to a version
                that is not loaded.
        """
        self._allow_labels_for_unavailable = allow_labels_for_unavailable
        self._configs: dict[str, model_config.ModelConfig] = {}
        self._versions: dict[str, dict[int, Version]] = {}

    def configs(self) -> dict[str, model_config.ModelConfig]:
        """Returns the models that are wanted, by name."""
        return dict(self._configs)

    def configure(self, configs: Sequence[model_config.ModelConfig]) -> None:
        """Replaces the models that are wanted.

        Raises:
            ServingError: a label or a base path is refused; nothing changed.
        """
        for config in configs:
            self._check_labels(config)
            self._check_base_path(config)
        self._configs = {config.name: config for config in configs}

    def find(self, spec: model_pb2.ModelSpec) -> tuple[int, Version]:
        """Finds the version that a request asks for.

        Raises:
            ServingError: it is not there.
        """
        if not spec.name:
            raise errors.ServingError(
                grpc.StatusCode.INVALID_ARGUMENT,
                "ModelSpec has no name specified.",
            )
        number = self._number(spec)
        known = self._versions.get(spec.name, {})
        if number is None:
            available = self.available(spec.name)
            if not available:
                raise _not_found(
                    f"Servable not found for request: Latest({spec.name})"
                )
            number = max(available)
        elif number not in known or known[number].state is not State.AVAILABLE:
            raise _not_found(
                "Servable not found for request: "
                f"Specific({spec.name}, {number})"
            )
        return number, known[number]

    def status(self, spec: model_pb2.ModelSpec) -> list[VersionStatus]:
        """Returns what is known of a model's versions, the newest first.

        Raises:
            ServingError: nothing is known of the model, or of the version.
        """
        number = self._number(spec)
        known = self._versions.get(spec.name, {})
        if not known:
            raise _not_found(
                f"Could not find any versions of model {spec.name}"
            )
        if number is not None and number not in known:
            raise _not_found(
                f"Could not find version {number} of model {spec.name}"
            )
        wanted = sorted(known, reverse=True) if number is None else [number]
        return [
            VersionStatus(v, known[v].state, known[v].error) for v in wanted
        ]

    def available(self, name: str) -> list[int]:
        """Returns the versions of a model that can be asked."""
        return [
            number
            for number, version in self._versions.get(name, {}).items()
            if version.state is State.AVAILABLE
        ]

    def why(self, name: str) -> str:
        """Names a model that failed, and what its versions say about it."""
        reasons = [
            f"version {number}: {version.error or version.state.name}"
            for number, version in self._versions.get(name, {}).items()
        ]
        base_path = self._configs[name].base_path
        return f"{name}: {'; '.join(reasons) or f'no versions in {base_path}'}"

    def version(self, name: str, number: int, path: pathlib.Path) -> Version:
        """Returns the entry of a version, made where there is none."""
        known = self._versions.setdefault(name, {})
        return known.setdefault(number, Version(path))

    def versions(self) -> list[tuple[str, int, Version]]:
        """Returns all entries: model, number, version."""
        return [
            (name, number, version)
            for name, known in self._versions.items()
            for number, version in known.items()
        ]

    def let_go(self, name: str, wanted: set[int]) -> None:
        """Marks what is no longer wanted of a model, and forgets the oldest."""
        known = self._versions.get(name, {})
        configured = name in self._configs
        for number, version in known.items():
            if number in wanted:
                continue
            version.failures = 0
            replaced = any(
                known[other].state is State.AVAILABLE for other in wanted
            )
            # The last one that works stays until another one works.
            if version.state is State.AVAILABLE and (
                replaced or not configured
            ):
                version.state = State.UNLOADING
        ended = [
            number
            for number in sorted(known, reverse=True)
            if known[number].state is State.END and number not in wanted
        ]
        for number in ended[_HISTORY:]:
            del known[number]

    def _number(self, spec: model_pb2.ModelSpec) -> int | None:
        """Finds the version that is named or labelled, if any."""
        match spec.WhichOneof("version_choice"):
            case "version":
                return spec.version.value
            case "version_label":
                number = self._labels(spec.name).get(spec.version_label)
                if number is None:
                    raise errors.ServingError(
                        grpc.StatusCode.INVALID_ARGUMENT,
                        "Unrecognized servable version label: "
                        f"{spec.version_label}",
                    )
                return number
        return None

    def _labels(self, name: str) -> Mapping[str, int]:
        config = self._configs.get(name)
        return config.labels if config else {}

    def _check_labels(self, config: model_config.ModelConfig) -> None:
        available = self.available(config.name)
        for label, number in config.labels.items():
            # A label in use must not move to where nothing is.
            moves = self._labels(config.name).get(label, number) != number
            allowed = self._allow_labels_for_unavailable and not moves
            if number not in available and not allowed:
                raise errors.ServingError(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    f"Request to assign label to version {number} of model "
                    f"{config.name}, which is not currently available for "
                    "inference",
                )

    def _check_base_path(self, config: model_config.ModelConfig) -> None:
        served = self._configs.get(config.name)
        if served is not None and served.base_path != config.base_path:
            raise errors.ServingError(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"model {config.name} has base_path {config.base_path}; it is "
                f"served from {served.base_path}: remove the model first, "
                "since versions of both would have the same names",
            )


def _not_found(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.NOT_FOUND, message)
