"""Finds which files make a checkpoint, and whether they are whole.

`ckpt-<step>.index` and its data are TensorFlow's. `ckpt-<step>.json` has the
SHA-256 of both, and what a run must know beside its state. The index appears
last, so a checkpoint without one was never finished, or was damaged.
"""

import dataclasses
import hashlib
import json
import pathlib
import re
import shutil
from collections.abc import Mapping, Sequence

import tensorflow as tf

from stylex_tf import atomic_file, errors, plain_paths

_NAME = re.compile(r"ckpt-(\d+)\.(index|json|data-\d+-of-\d+)")
_DAMAGED = "damaged"


@dataclasses.dataclass(frozen=True)
class Facts:
    """What a run must know beside its state.

    Attributes:
        seconds: spent in training, all sessions together.
        setbacks: how often training went back, since it had diverged.
        cuts: how the images were cut into training and held-out ones, as far
            as it is known: a digest a source, also of those that the weights
            have seen before this training began with them.
        class_names: the names of the classifier's classes.
    """

    seconds: float = 0.0
    setbacks: int = 0
    cuts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    class_names: Sequence[str] = ()


def steps(directory: pathlib.Path) -> list[int]:
    """Returns the steps of which there are files, newest first."""
    if not directory.is_dir():
        return []
    names = (_NAME.fullmatch(path.name) for path in directory.iterdir())
    return sorted({int(name[1]) for name in names if name}, reverse=True)


def prefix(directory: pathlib.Path, step: int) -> pathlib.Path:
    """Returns the path that TensorFlow calls the checkpoint by."""
    return directory / f"ckpt-{step}"


def seal(path: pathlib.Path, facts: Facts) -> None:
    """Writes the checksums beside a checkpoint that was just written."""
    content = {
        **dataclasses.asdict(facts),
        "sha256": {file.name: _sha256(file) for file in _files(path)},
    }
    text = json.dumps(content, indent=2) + "\n"
    atomic_file.write(path.with_name(f"{path.name}.json"), text.encode())


def inspect(path: pathlib.Path) -> Facts:
    """Reads a whole checkpoint once, and returns what was written beside it.

    Args:
        path: without the endings of its files.

    Raises:
        CheckpointError: it is damaged; the message says what is.
    """
    if not path.with_name(f"{path.name}.index").is_file():
        raise errors.CheckpointError(f"{path}: its .index is missing")
    seal_file = path.with_name(f"{path.name}.json")
    if not seal_file.exists():
        # Earlier versions wrote none; TensorFlow has checksums of its own.
        _read_whole(path)
        return Facts()
    try:
        content = json.loads(seal_file.read_bytes())
        expected = content.pop("sha256")
        facts = Facts(**content)
        names = dict(expected).items()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise errors.CheckpointError(f"{seal_file}: is damaged") from error
    for name, sha256 in names:
        file = path.with_name(name)
        if not file.is_file():
            raise errors.CheckpointError(f"{path}: {name} is missing")
        if _sha256(file) != sha256:
            raise errors.CheckpointError(
                f"{path}: {name} ({file.stat().st_size} bytes) is not what "
                "was written"
            )
    return facts


def set_aside(path: pathlib.Path) -> pathlib.Path:
    """Moves the files of a damaged checkpoint; returns their new folder."""
    folder = path.parent / _DAMAGED
    folder.mkdir(exist_ok=True)
    for file in [*_files(path), path.with_name(f"{path.name}.json")]:
        if file.exists():
            file.replace(folder / file.name)
    return folder


def publish(source: pathlib.Path, target: pathlib.Path) -> None:
    """Moves the files of a sealed checkpoint into place, the index last."""
    files = [*_files(source), source.with_name(f"{source.name}.json")]
    for file in sorted(files, key=lambda file: file.suffix == ".index"):
        ending = file.name.removeprefix(source.name)
        file.replace(target.with_name(f"{target.name}{ending}"))


def remove(path: pathlib.Path) -> None:
    """Removes the files of a checkpoint, the index first."""
    files = [*_files(path), path.with_name(f"{path.name}.json")]
    for file in sorted(files, key=lambda file: file.suffix != ".index"):
        file.unlink(missing_ok=True)


def remove_unfinished(directory: pathlib.Path) -> None:
    """Removes what a killed process, of any version, was writing."""
    for pattern in ("ckpt-*_temp", ".ckpt-*.tmp"):
        for part in directory.glob(pattern):
            shutil.rmtree(part, ignore_errors=True)


def _files(path: pathlib.Path) -> list[pathlib.Path]:
    """Lists TensorFlow's files of a checkpoint, as far as they are there."""
    if not path.parent.is_dir():
        return []
    return sorted(
        file
        for file in path.parent.iterdir()
        if (name := _NAME.fullmatch(file.name))
        and f"ckpt-{name[1]}" == path.name
        and name[2] != "json"
    )


def _sha256(file: pathlib.Path) -> str:
    sha = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            sha.update(block)
    return sha.hexdigest()


def _read_whole(path: pathlib.Path) -> None:
    try:
        with plain_paths.of(path.parent) as folder:
            reader = tf.train.load_checkpoint(str(folder / path.name))
            for name in reader.get_variable_to_shape_map():
                reader.get_tensor(name)
    except (tf.errors.OpError, ValueError, IndexError, RuntimeError) as error:
        raise errors.CheckpointError(f"{path}: {error}") from error
