"""Owns the run folder, which holds everything that a run leaves behind."""

import contextlib
import dataclasses
import fcntl
import json
import os
import pathlib
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from typing import Any, TextIO

from stylex_tf import atomic_file, errors

# The sections of a config that say how a finished training is searched, judged
# and exported, which is done anew each time.
_AFTER_TRAINING = ("attributes", "evaluation", "export")
_COPY = "put a copy of it there, or give another --run_dir to begin anew"
_PACKAGES = ("tensorflow", "keras", "numpy", "pillow", "tensorflow-addons")


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """Knows where each thing lies in a run folder."""

    root: pathlib.Path

    @property
    def checkpoints(self) -> pathlib.Path:
        """Returns the folder of the checkpoints, which resume a run."""
        return self.root / "checkpoints"

    @property
    def best_checkpoint(self) -> pathlib.Path:
        """Returns the folder of the state with the best validation score."""
        return self.checkpoints / "best"

    @property
    def snapshots(self) -> pathlib.Path:
        """Returns the folder of pictures that are drawn during training."""
        return self.root / "snapshots"

    @property
    def attributes(self) -> pathlib.Path:
        """Returns the folder of the table of effects and what it selected."""
        return self.root / "attributes"

    @property
    def report(self) -> pathlib.Path:
        """Returns the folder of the report, the page for people."""
        return self.root / "report" / "index.html"

    @property
    def export(self) -> pathlib.Path:
        """Returns the folder of the export; <version>/ in it is served."""
        return self.root / "export"

    @property
    def classifier(self) -> pathlib.Path:
        """Returns the folder of the classifier, where we trained it."""
        return self.root / "classifier"

    @property
    def own_classifier(self) -> pathlib.Path:
        """Returns the Keras file of the classifier, where we trained it."""
        return self.classifier / "classifier.keras"

    @property
    def second_classifier(self) -> pathlib.Path:
        """Returns the folder of a second classifier, which judges edits too."""
        return self.root / "second_classifier"

    @property
    def evaluation(self) -> pathlib.Path:
        """Returns the file with every figure of the run."""
        return self.root / "evaluation.json"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Makes the folder and keeps other processes out.

        A folder that was not there, and into which nothing is written, is gone
        again afterwards.

        Raises:
            RunFolderError: another process is using the folder.
        """
        made = [
            path
            for path in (self.root, *self.root.parents)
            if not path.exists()
        ]
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise errors.RunFolderError(
                    f"{self.root} is in use by process "
                    f"{file.read().strip() or 'unknown'}; wait for it, or "
                    "give another --run_dir"
                ) from None
            try:
                _sign(file)
                yield
            finally:
                self._remove_if_unused(made)

    def _remove_if_unused(self, made: Sequence[pathlib.Path]) -> None:
        """Removes folders that were made, if there is a lock in them at most.

        Args:
            made: the folder of the run first, and then those above it.
        """
        lock = self.root / ".lock"
        if not made or [*self.root.iterdir()] != [lock]:
            return
        lock.unlink()
        # Those above may be in use by others.
        with contextlib.suppress(OSError):
            for path in made:
                path.rmdir()

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Writes a JSON file whole or not at all."""
        text = json.dumps(content, indent=2) + "\n"
        atomic_file.write(self.root / name, text.encode())

    def check_config(
        self, config: Mapping[str, Any], defaults: Mapping[str, Any]
    ) -> None:
        """Compares with the config that began the run, if one did.

        What comes after training may change: it binds nothing before.

        Args:
            config: the config with which the run is to go on.
            defaults: for every field, what it was in a run that an earlier
                version began, which had no such field.

        Raises:
            RunFolderError: the folder holds a run of another config.
        """
        path = self.root / "config.json"
        if not path.exists():
            return
        begun = self.begun_config()
        # Through JSON, which has no tuples, as what began the run went.
        now, missing = json.loads(json.dumps([config, defaults]))
        begun = _filled(begun, missing)
        for settings in (begun, now):
            for section in _AFTER_TRAINING:
                settings.pop(section, None)
        changed = sorted(_differences(begun, now))
        if changed:
            raise errors.RunFolderError(
                f"{path} began this run with another config. Changed: "
                f"{'; '.join(changed)}. Give another --run_dir, or the "
                "config of the run"
            )

    def begun_config(self) -> dict[str, Any]:
        """Reads the config that the run was begun with.

        Raises:
            RunFolderError: there is none, or the file is damaged.
        """
        path = self.root / "config.json"
        if not path.is_file():
            raise errors.RunFolderError(
                f"{path}: no such file; expected the folder of a run"
            )
        try:
            content = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise errors.RunFolderError(
                f"{path} is damaged ({error}); {_COPY}"
            ) from error
        if not isinstance(content, dict):
            raise errors.RunFolderError(f"{path} is no config; {_COPY}")
        return content

    def begin(self, config: Mapping[str, Any]) -> None:
        """Writes environment.json and config.json: from here on it is a run."""
        self.write_json("environment.json", environment())
        self.write_json("config.json", config)


def _sign(file: TextIO) -> None:
    """Writes the number of this process into a file."""
    try:
        # Past the file's buffer, which would be written again when it closes.
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), str(os.getpid()).encode())
    except OSError as error:
        # A full disk does not say what it was that did not fit.
        raise OSError(error.errno, error.strerror, file.name) from error


def environment() -> dict[str, Any]:
    """Describes the machine, and the versions of the packages that count."""
    versions = {name: _version(name) for name in _PACKAGES}
    return {
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "system": platform.platform(),
        },
        "versions": {"python": sys.version.split()[0], **versions},
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    path = pathlib.Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _filled(
    values: Mapping[str, Any], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """Adds the defaults of what is not among the values."""
    filled = {**defaults, **values}
    for name, default in defaults.items():
        if isinstance(default, dict) and isinstance(filled[name], dict):
            filled[name] = _filled(filled[name], default)
    return filled


def _differences(
    begun: Mapping[str, Any], now: Mapping[str, Any], prefix: str = ""
) -> Iterator[str]:
    for name in {**begun, **now}:
        before, after = begun.get(name), now.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _differences(before, after, f"{prefix}{name}.")
        elif before != after:
            yield f"{prefix}{name} was {before!r}, is {after!r}"
