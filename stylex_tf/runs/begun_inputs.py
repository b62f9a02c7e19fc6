"""Holds a run to the images and the classifier that it was begun with.

A config names both by their paths, beneath which they may change: a run that
went on would have seen some of its new test images, or would explain two
classifiers at once.
"""

import hashlib
import json
import pathlib
from collections.abc import Iterator

from stylex_tf import config, errors, run_folder
from stylex_tf.data import pictures, source_job
from stylex_tf.data.records import manifest, tfrecords

_FILE = "inputs.json"
_IMAGES, _CLASSIFIER = "images", "classifier"
_ANOTHER = "give another --run_dir to begin anew"


def write(
    settings: config.ExperimentConfig,
    folder: run_folder.RunFolder,
    dataset: tfrecords.Dataset,
) -> None:
    """Writes what a run is begun with, unless that is written."""
    if not (folder.root / _FILE).exists():
        folder.write_json(_FILE, _of(settings, dataset))


def check(
    settings: config.ExperimentConfig,
    folder: run_folder.RunFolder,
    dataset: tfrecords.Dataset,
) -> None:
    """Compares with what began the run, as far as that is known.

    Raises:
        RunFolderError: the images are cut otherwise, since some were added,
            removed or renamed; or the classifier's file is another one.
    """
    begun = _begun(folder)
    if begun is None:
        return
    now = _of(settings, dataset)
    # An earlier version knows no cut; and a run may train its own classifier.
    changed = [
        name for name in now if begun.get(name) and begun[name] != now[name]
    ]
    if _IMAGES in changed:
        raise errors.RunFolderError(
            f"{folder.root} was begun with other images than are in "
            f"{settings.data.source} now: some were added, removed or renamed, "
            "and its test images may be among those it was trained on. Put "
            f"them back, or {_ANOTHER}"
        )
    if _CLASSIFIER in changed:
        raise errors.RunFolderError(
            f"{folder.root} was begun with another classifier than "
            f"{settings.classifier.path} is now. Put that file back, or "
            f"{_ANOTHER}"
        )


def check_apart(
    settings: config.ExperimentConfig, folder: run_folder.RunFolder
) -> None:
    """Refuses a run inside of its own images, which it would add to.

    Raises:
        RunFolderError: it would be.
    """
    data = settings.data
    source = pathlib.Path(data.source).expanduser()
    if data.source in source_job.known_sources() or not source.is_dir():
        return
    # What is prepared has its images in files of its own.
    if (source / manifest.FILE_NAME).is_file():
        return
    inside = source.resolve()
    written = {"--run_dir": folder.root}
    if data.cache_dir:
        written["data.cache_dir"] = pathlib.Path(data.cache_dir).expanduser()
    for field, path in written.items():
        below = path.resolve()
        if below.is_relative_to(inside) and pictures.is_visible(
            below.relative_to(inside).as_posix()
        ):
            raise errors.RunFolderError(
                f"{field} is {path}, which is in the folder of the images, "
                f"{source}: what is written there would be read as images of "
                "another class. Expected a folder outside of it"
            )


def of_classifier(folder: run_folder.RunFolder) -> str:
    """Returns the SHA-256 of the classifier that a run explains.

    It is what the run was begun with, where its folder says so, or else that
    of the file, which may be the run's own; "" where there is none.

    Raises:
        RunFolderError: there is no run, or it is damaged.
    """
    path = config.from_dict(folder.begun_config()).classifier.path
    if not path:
        return _digest(folder.own_classifier)
    begun = (_begun(folder) or {}).get(_CLASSIFIER)
    return begun or _digest(pathlib.Path(path).expanduser())


def _begun(folder: run_folder.RunFolder) -> dict[str, str] | None:
    """Reads what a run was begun with; returns None where nobody wrote it.

    Raises:
        RunFolderError: the file is damaged.
    """
    path = folder.root / _FILE
    if not path.exists():
        return None
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise errors.RunFolderError(
            f"{path} is damaged ({error}); put a copy of it there, or "
            f"{_ANOTHER}"
        ) from error


def _of(
    settings: config.ExperimentConfig, dataset: tfrecords.Dataset
) -> dict[str, str]:
    path = settings.classifier.path
    return {
        _IMAGES: dataset.manifest.cut,
        _CLASSIFIER: _digest(pathlib.Path(path).expanduser()) if path else "",
    }


def _digest(path: pathlib.Path) -> str:
    """Returns the SHA-256 of a file, or of all in a folder; "" of neither."""
    files = list(_files(path))
    sha = hashlib.sha256()
    for file in files:
        sha.update(file.relative_to(path).as_posix().encode(errors="replace"))
        with file.open("rb") as content:
            for part in iter(lambda: content.read(1 << 20), b""):
                sha.update(part)
    return sha.hexdigest() if files else ""


def _files(path: pathlib.Path) -> Iterator[pathlib.Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        for file in sorted(path.rglob("*")):
            # Finder writes a .DS_Store where one looks.
            if file.is_file() and pictures.is_visible(
                file.relative_to(path).as_posix()
            ):
                yield file
