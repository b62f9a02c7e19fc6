"""Loads and unloads the versions of models, and lends them to requests.

One thread loads and unloads: the one that calls `poll`. A version is loaded
before the one it replaces is let go, and that one is unloaded only when the
last request has left it. So no request meets a gap.

`_changed` guards every field, and the table. It is never held while a model
loads, runs or closes.
"""

import contextlib
import logging
import pathlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import grpc
from tensorflow_serving.apis import model_pb2

from serving.model_server import (
    errors,
    loaded_model,
    model_config,
    version_table,
    versions,
)

_log = logging.getLogger("serving")
_State = version_table.State
# Name, folder of the version -> the model, or any exception.
Load = Callable[[str, pathlib.Path], loaded_model.LoadedModel]


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
        self._clock = clock
        self._changed = threading.Condition()
        self._table = version_table.VersionTable(
            allow_labels_for_unavailable=allow_labels_for_unavailable
        )
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
            number, version = self._table.find(spec)
            version.users += 1
        try:
            assert version.model is not None
            yield number, version.model
        finally:
            with self._changed:
                version.users -= 1
                if version.state is _State.UNLOADING and not version.users:
                    self._wake()

    def status(
        self, spec: model_pb2.ModelSpec
    ) -> list[version_table.VersionStatus]:
        """Returns what is known of a model's versions, the newest first.

        Raises:
            ServingError: nothing is known of the model, or of the version.
        """
        with self._changed:
            return self._table.status(spec)

    def ready(self) -> bool:
        """Says whether every configured model has a version to serve."""
        with self._changed:
            configs = self._table.configs()
            return bool(configs) and all(map(self._table.available, configs))

    def serves(self, name: str) -> bool:
        """Says whether a model of that name is configured."""
        with self._changed:
            return name in self._table.configs()

    def empty(self) -> bool:
        """Says whether no version is in memory."""
        with self._changed:
            return all(
                version.model is None
                for _, _, version in self._table.versions()
            )

    def loading(self) -> bool:
        """Says whether a version is being loaded."""
        with self._changed:
            return any(
                version.state is _State.LOADING
                for _, _, version in self._table.versions()
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
            self._table.configure(configs)
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
            before = self._table.configs()
            new = [c.name for c in configs if c.name not in before]
            self.configure(configs)
            mine = self._accepted
            if not self._changed.wait_for(
                lambda: self._settled >= mine, timeout
            ):
                raise errors.ServingError(
                    grpc.StatusCode.DEADLINE_EXCEEDED,
                    "the new models are still loading",
                )
            failed = [name for name in new if not self._table.available(name)]
            if failed:
                raise errors.ServingError(
                    grpc.StatusCode.UNKNOWN,
                    "Some models did not become available: "
                    f"{{{', '.join(map(self._table.why, failed))}}}",
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
            self._table.configure([])
        self.poll()

    def wake(self) -> None:
        """Lets `run` look again at once."""
        with self._changed:
            self._wake()

    def poll(self) -> None:
        """Looks at the folders once, loads what is new, unloads what is not."""
        with self._changed:
            configs = self._table.configs()
            accepted = self._accepted
            self._work_to_do = False
        wanted: dict[str, set[int]] = {}
        for name, config in configs.items():
            to_serve = self._look(config)
            if to_serve is not None:
                wanted[name] = set(to_serve)
                for number, path in to_serve.items():
                    self._load_if_due(name, number, path)
        with self._changed:
            for name in {name for name, _, _ in self._table.versions()}:
                if name not in configs:
                    self._table.let_go(name, set())
                elif name in wanted:
                    self._table.let_go(name, wanted[name])
        self._close_unused()
        with self._changed:
            self._settled = accepted
            self._changed.notify_all()
        self._tell()

    def _look(
        self, config: model_config.ModelConfig
    ) -> dict[int, pathlib.Path] | None:
        """Finds the versions to serve, newest first; None: cannot be seen."""
        try:
            on_disk = versions.on_disk(config.base_path)
        except OSError as error:
            # A disk may be away for a while; what is loaded stays.
            _log.warning("model %s: %s", config.name, error)
            return None
        chosen = config.policy.choose(on_disk)
        if not chosen:
            _log.warning(
                "No versions of servable %s found under base path %s",
                config.name,
                config.base_path,
            )
        return {number: on_disk[number] for number in chosen}

    def _load_if_due(self, name: str, number: int, path: pathlib.Path) -> None:
        with self._changed:
            version = self._table.version(name, number, path)
            if version.state not in (_State.START, _State.END):
                return
            if version.failures > self._max_load_retries or (
                version.failures and self._clock() < version.retry_at
            ):
                return
            version.state, version.error = _State.LOADING, ""
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
                version.state, version.error = _State.END, str(error)
                version.failures += 1
                version.retry_at = self._clock() + self._load_retry_seconds
        else:
            _log.info("Successfully loaded %s version %d", name, number)
            with self._changed:
                version.state, version.model = _State.AVAILABLE, model
                version.failures = 0
        self._tell()

    def _close_unused(self) -> None:
        with self._changed:
            unused = [
                (name, number, version)
                for name, number, version in self._table.versions()
                if version.state is _State.UNLOADING
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
                version.state, version.model = _State.END, None
                # Its number may be wanted again.
                self._wake()

    def _wake(self) -> None:
        """Asks for another poll; under the lock."""
        self._work_to_do = True
        self._changed.notify_all()

    def _tell(self) -> None:
        with self._changed:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()
