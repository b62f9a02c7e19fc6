"""Which versions are in memory, and who is using them.

One thread loads and unloads: the one that calls `poll`. A version is loaded
before the one it replaces is let go, and that one is unloaded only when the
last request has left it. So no request meets a gap.

`_changed` guards every field. It is never held while a model loads, runs or
closes.
"""

import contextlib
import dataclasses
import enum
import logging
import pathlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import grpc
from tensorflow_serving.apis import model_pb2

from serving import errors, loaded_model, model_config, versions

_log = logging.getLogger("serving")

# Name, folder of the version -> the model, or any exception.
Load = Callable[[str, pathlib.Path], loaded_model.LoadedModel]

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
class _Version:
    path: pathlib.Path
    state: State = State.START
    error: str = ""
    model: loaded_model.LoadedModel | None = None
    # Requests that are running in it.
    users: int = 0
    # Since it was last wanted.
    failures: int = 0
    retry_at: float = 0.0


class ModelManager:
    """The models of a server."""

    def __init__(
        self,
        load: Load,
        *,
        max_load_retries: int = 5,
        load_retry_seconds: float = 60.0,
        allow_labels_for_unavailable: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ):
        """Starts without models: `reload` brings them.

        Args:
            load: loads one version.
            max_load_retries: further attempts at a version that fails.
            load_retry_seconds: between two attempts.
            allow_labels_for_unavailable: let a new label point to a version
                that is not loaded.
            clock: seconds, from any beginning.
        """
        self._load = load
        self._max_load_retries = max_load_retries
        self._load_retry_seconds = load_retry_seconds
        self._allow_labels_for_unavailable = allow_labels_for_unavailable
        self._clock = clock
        self._changed = threading.Condition()
        self._configs: dict[str, model_config.ModelConfig] = {}
        self._versions: dict[str, dict[int, _Version]] = {}
        self._listeners: list[Callable[[], None]] = []
        # One config is settled before the next, so that a model which moves
        # to another folder is gone from the first.
        self._reloading = threading.Lock()
        # Configs accepted, and how many of them the last poll knew.
        self._accepted = 0
        self._settled = 0
        self._work_to_do = False

    @contextlib.contextmanager
    def use(
        self, spec: model_pb2.ModelSpec
    ) -> Iterator[tuple[int, loaded_model.LoadedModel]]:
        """Holds the version that a request asks for, until the block ends.

        Raises:
            ServingError: it is not there.
        """
        with self._changed:
            number, version = self._find(spec)
            version.users += 1
        try:
            assert version.model is not None
            yield number, version.model
        finally:
            with self._changed:
                version.users -= 1
                if version.state is State.UNLOADING and not version.users:
                    self._wake()

    def status(self, spec: model_pb2.ModelSpec) -> list[VersionStatus]:
        """What is known of a model's versions, the newest first.

        Raises:
            ServingError: nothing is known of the model, or of the version.
        """
        with self._changed:
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

    def ready(self) -> bool:
        """Whether every configured model has a version to serve."""
        with self._changed:
            return bool(self._configs) and all(
                self._available(name) for name in self._configs
            )

    def serves(self, name: str) -> bool:
        """Whether a model of that name is configured."""
        with self._changed:
            return name in self._configs

    def empty(self) -> bool:
        """Whether no version is in memory."""
        with self._changed:
            return all(
                version.model is None
                for known in self._versions.values()
                for version in known.values()
            )

    def listen(self, listener: Callable[[], None]) -> None:
        """Calls the listener after every change, on the polling thread."""
        with self._changed:
            self._listeners.append(listener)

    def configure(self, configs: Sequence[model_config.ModelConfig]) -> None:
        """Replaces the models; the next poll loads and unloads.

        Args:
            configs: all models from now on.

        Raises:
            ServingError: a label or a base path is refused; nothing changed.
        """
        with self._changed:
            for config in configs:
                self._check_labels(config)
                self._check_base_path(config)
            self._configs = {config.name: config for config in configs}
            self._accepted += 1
            self._wake()

    def reload(
        self, configs: Sequence[model_config.ModelConfig], timeout: float | None
    ) -> None:
        """Replaces the models, and waits for those that are new.

        Another thread must be polling, or it waits in vain.

        Args:
            configs: all models from now on; others are unloaded.
            timeout: seconds to wait; None: until it is known.

        Raises:
            ServingError: as `configure`; or a new model did not become
                available, and is tried again as any other.
        """
        with self._reloading, self._changed:
            new = [c.name for c in configs if c.name not in self._configs]
            self.configure(configs)
            mine = self._accepted
            if not self._changed.wait_for(
                lambda: self._settled >= mine, timeout
            ):
                raise errors.ServingError(
                    grpc.StatusCode.DEADLINE_EXCEEDED,
                    "the new models are still loading",
                )
            failed = [name for name in new if not self._available(name)]
            if failed:
                raise errors.ServingError(
                    grpc.StatusCode.UNKNOWN,
                    "Some models did not become available: "
                    f"{{{', '.join(map(self._why, failed))}}}",
                )

    def run(self, poll_seconds: float, stop: threading.Event) -> None:
        """Polls until stopped, then unloads what nobody uses.

        Args:
            poll_seconds: between two looks at the folders; 0: only after a
                new config.
            stop: set by another thread, which then calls `wake`.
        """
        while not stop.is_set():
            try:
                self.poll()
            except Exception:
                # Without this thread nothing would ever change again.
                _log.exception("A poll failed; the next one tries again")
            with self._changed:
                self._changed.wait_for(
                    lambda: self._work_to_do or stop.is_set(),
                    poll_seconds or None,
                )
        with self._changed:
            self._configs = {}
        self.poll()

    def wake(self) -> None:
        """Lets `run` look again at once."""
        with self._changed:
            self._wake()

    def poll(self) -> None:
        """Looks at the folders once, loads what is new, unloads what is not."""
        with self._changed:
            configs = dict(self._configs)
            accepted = self._accepted
            self._work_to_do = False
        wanted: dict[str, set[int]] = {}
        for name, config in configs.items():
            found = self._look(config)
            if found is not None:
                wanted[name] = set(found)
                for number, path in found.items():
                    self._load_if_due(name, number, path)
        with self._changed:
            for name in self._versions:
                if name not in configs:
                    self._let_go(name, set())
                elif name in wanted:
                    self._let_go(name, wanted[name])
        self._close_unused()
        with self._changed:
            self._settled = accepted
            self._changed.notify_all()
        self._tell()

    def _look(
        self, config: model_config.ModelConfig
    ) -> dict[int, pathlib.Path] | None:
        """The versions to serve, the newest first; None: cannot be seen."""
        try:
            found = versions.on_disk(config.base_path)
        except OSError as error:
            # A disk may be away for a while; what is loaded stays.
            _log.warning("model %s: %s", config.name, error)
            return None
        chosen = config.policy.choose(found)
        if not chosen:
            _log.warning(
                "No versions of servable %s found under base path %s",
                config.name,
                config.base_path,
            )
        return {number: found[number] for number in chosen}

    def _load_if_due(self, name: str, number: int, path: pathlib.Path) -> None:
        with self._changed:
            known = self._versions.setdefault(name, {})
            version = known.setdefault(number, _Version(path))
            if version.state not in (State.START, State.END):
                return
            if version.failures > self._max_load_retries or (
                version.failures and self._clock() < version.retry_at
            ):
                return
            version.state, version.error = State.LOADING, ""
            version.path = path
        self._tell()
        try:
            model = self._load(name, path)
        except Exception as error:
            # A SavedModel can fail in any way; the others must be served on.
            _log.exception(
                "Loading servable: %s version %d failed", name, number
            )
            with self._changed:
                version.state, version.error = State.END, str(error)
                version.failures += 1
                version.retry_at = self._clock() + self._load_retry_seconds
        else:
            _log.info("Successfully loaded %s version %d", name, number)
            with self._changed:
                version.state, version.model = State.AVAILABLE, model
                version.failures = 0
        self._tell()

    def _let_go(self, name: str, wanted: set[int]) -> None:
        """Marks what is no longer wanted; under the lock."""
        known = self._versions[name]
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

    def _close_unused(self) -> None:
        with self._changed:
            unused = [
                (name, number, version)
                for name, known in self._versions.items()
                for number, version in known.items()
                if version.state is State.UNLOADING
                and not version.users
                # It would be waited for; the next poll looks again.
                and version.model is not None
                and version.model.idle()
            ]
        for name, number, version in unused:
            assert version.model is not None
            version.model.close()
            _log.info("Unloaded %s version %d", name, number)
            with self._changed:
                version.state, version.model = State.END, None
                # Its number may be wanted again.
                self._wake()

    def _find(self, spec: model_pb2.ModelSpec) -> tuple[int, _Version]:
        """The version that a request asks for; under the lock."""
        if not spec.name:
            raise errors.ServingError(
                grpc.StatusCode.INVALID_ARGUMENT,
                "ModelSpec has no name specified.",
            )
        number = self._number(spec)
        known = self._versions.get(spec.name, {})
        if number is None:
            available = self._available(spec.name)
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

    def _number(self, spec: model_pb2.ModelSpec) -> int | None:
        """The version that is named or labelled, if any; under the lock."""
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

    def _available(self, name: str) -> list[int]:
        return [
            number
            for number, version in self._versions.get(name, {}).items()
            if version.state is State.AVAILABLE
        ]

    def _why(self, name: str) -> str:
        """A model that failed, and what its versions say about it."""
        reasons = [
            f"version {number}: {version.error or version.state.name}"
            for number, version in self._versions.get(name, {}).items()
        ]
        base_path = self._configs[name].base_path
        return f"{name}: {'; '.join(reasons) or f'no versions in {base_path}'}"

    def _check_labels(self, config: model_config.ModelConfig) -> None:
        available = self._available(config.name)
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

    def _wake(self) -> None:
        """Asks for another poll; under the lock."""
        self._work_to_do = True
        self._changed.notify_all()

    def _tell(self) -> None:
        with self._changed:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()


def _not_found(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.NOT_FOUND, message)
