"""Saves the weights of a run to a file, and begins other runs with them."""

import dataclasses
import logging
import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import (
    config,
    errors,
    experiment,
    plain_paths,
    run_folder,
    shipped_files,
)
from stylex_tf.data.records import manifest, picture_hashes, tfrecords
from stylex_tf.runs import trained
from stylex_tf.training import (
    checkpoint_files,
    checkpoints,
    initialization,
    state,
    weights,
)

_LOGGER = logging.getLogger(__name__)
_AT_ONCE = 256
# One number a class, in either discriminator.
_CLASSES = tuple(
    f"state/networks/discriminator/{bias}/.ATTRIBUTES/VARIABLE_VALUE"
    for bias in ("head/bias", "heads/0/score/bias")
)


@dataclasses.dataclass(frozen=True)
class Source:
    """A trained model to begin with.

    Attributes:
        trained: weights of the networks, the discriminator's among them.
        averages: the same for their averages.
    """

    trained: weights.Weights
    averages: weights.Weights

    @property
    def about(self) -> Mapping[str, Any]:
        """Says where the weights come from."""
        return self.averages.about


def read(path: str | os.PathLike[str]) -> Source:
    """Reads the weights of a run folder, of a file, or of a name that ships.

    Raises:
        CheckpointError: neither is there, or it is damaged.
    """
    source = _source(path)
    if _is_run(source):
        return _read_run(run_folder.RunFolder(source))
    file = _read_file(source)
    return Source(file, file)


def describe(path: str) -> str:
    """Says in one line what a training would begin with.

    Raises:
        CheckpointError: the weights are not there, or damaged.
    """
    about, _ = _facts(path)
    return (
        f"{path}: {about['name']}, after {about['images']:,} images of "
        f"{', '.join(about['class_names'])}"
    )


def check(path: str, dataset: tfrecords.Dataset) -> None:
    """Looks whether a training may begin with weights, before all else.

    Args:
        path: the file, as `read` takes it.
        dataset: what will be trained on.

    Raises:
        CheckpointError: the weights are not there, or have seen images that
            are held out now.
    """
    about, pictures = _facts(path)
    _check_cut(path, about, dataset.manifest)
    _check_pictures(path, pictures, dataset)


def _facts(path: str) -> tuple[Mapping[str, Any], np.ndarray]:
    """Returns where weights come from, and the pictures they tell of."""
    source = _source(path)
    if _is_run(source):
        about = _about(*_open_run(run_folder.RunFolder(source)))
        return about, np.zeros(0, np.uint64)
    file = _read_file(source)
    return file.about, file.pictures


def _source(path: str | os.PathLike[str]) -> pathlib.Path:
    """Returns a run's folder or a file; a name that ships is that file."""
    given = pathlib.Path(path).expanduser().absolute()
    shipped = shipped_files.weights(os.fspath(path))
    return shipped if shipped and not given.exists() else given


def _is_run(source: pathlib.Path) -> bool:
    return (source / "config.json").is_file()


def _read_file(source: pathlib.Path) -> weights.Weights:
    if source.is_file():
        return weights.load(source)
    raise errors.CheckpointError(
        f"{source}: expected the folder of a run, or a file that save_weights "
        "wrote"
        + (
            "; the weights of an export have no names"
            if (source / "saved_model.pb").is_file()
            else ""
        )
    )


def save(
    run_dir: str | os.PathLike[str], output: str | os.PathLike[str]
) -> pathlib.Path:
    """Writes the weights of a run, finished or not, to one file.

    The averages, the discriminator, which has none, and hashes of the pictures
    that the run was trained on. So its data have to be there.

    Raises:
        RunFolderError: there is no run.
        CheckpointError: it has no whole checkpoint.
        DataError: its data are not there.
        ExportError: a weight is too large for float16.
    """
    folder = run_folder.RunFolder(pathlib.Path(run_dir).expanduser().absolute())
    source = _read_run(folder)
    arrays = {**source.trained.arrays, **source.averages.arrays}
    return weights.save(
        pathlib.Path(output).expanduser(),
        weights.Weights(arrays, source.about, _seen_pictures(folder)),
    )


def _seen_pictures(folder: run_folder.RunFolder) -> np.ndarray:
    """Returns hashes of what a run was trained on, and what it began with."""
    settings = trained.read_config(folder)
    dataset = experiment.load_data(settings, progress=False)
    own = picture_hashes.of(_pictures(dataset, "train"))
    if not settings.training.initialize_from:
        return own
    before = _source(settings.training.initialize_from)
    if _is_run(before):
        return np.union1d(own, _seen_pictures(run_folder.RunFolder(before)))
    return np.union1d(own, _read_file(before).pictures)


def _pictures(dataset: tfrecords.Dataset, split: str) -> Iterator[np.ndarray]:
    for part in dataset.parts(split, _AT_ONCE):
        yield from part.images


def start(
    train_state: state.TrainState,
    path: str,
    dataset: tfrecords.Dataset,
) -> Mapping[str, str]:
    """Begins a training with the weights of another one; logs what was taken.

    Args:
        train_state: fresh.
        path: the file, as `read` takes it.
        dataset: what will be trained on.

    Returns:
        The cut of each source of images that the weights have seen.

    Raises:
        CheckpointError: too little fits, or the weights have seen images that
            are held out now.
    """
    description = dataset.manifest
    source = read(path)
    _check_cut(path, source.about, description)
    _check_pictures(path, source.averages.pictures, dataset)
    taken = initialization.start(
        train_state,
        source.trained,
        source.averages,
        same_classes=tuple(source.about.get("class_names", ()))
        == tuple(description.class_names),
        source=path,
    )
    _LOGGER.info("From %s: %s", path, "\n".join(taken.lines()))
    return dict(source.about.get("cuts", {}))


def _check_cut(
    path: str, about: Mapping[str, Any], description: manifest.Manifest
) -> None:
    cut = description.cut
    before = about.get("cuts", {}).get(description.source, cut)
    # Data of an earlier version do not know their cut.
    if cut and before != cut:
        raise errors.CheckpointError(
            f"training.initialize_from is {path}, which was trained on "
            f"another cut of {description.source} ({before[:12]}; here "
            f"{cut[:12]}): it may have seen what is held out now. Cut the "
            "data with the seed and the fractions of that training"
        )


def _check_pictures(
    path: str, seen: np.ndarray, dataset: tfrecords.Dataset
) -> None:
    if not len(seen):
        return
    held_out = picture_hashes.of(_pictures(dataset, "test"))
    known = len(np.intersect1d(seen, held_out))
    if known:
        raise errors.CheckpointError(
            f"training.initialize_from is {path}, which was trained on {known} "
            f"of the {len(held_out)} pictures that are held out here. Cut the "
            "data with the seed and the fractions of that training"
        )


def _open_run(
    folder: run_folder.RunFolder,
) -> tuple[config.ExperimentConfig, checkpoints.Newest]:
    settings = trained.read_config(folder)
    newest = trained.find_kept(settings, folder)
    if newest is None:
        raise errors.CheckpointError(
            f"{folder.checkpoints}: there is no checkpoint yet"
        )
    return settings, newest


def _read_run(folder: run_folder.RunFolder) -> Source:
    settings, newest = _open_run(folder)
    classes = _num_classes(newest.path)
    made = experiment.build_networks(settings.model, classes, trained=True)
    averages = experiment.build_averages(settings, classes)
    checkpoints.restore_part(newest.path, networks=made, averages=averages)
    about = _about(settings, newest)
    return Source(weights.of(made, about), weights.of(averages, about))


def _about(
    settings: config.ExperimentConfig, kept: checkpoints.Newest
) -> dict[str, Any]:
    facts: checkpoint_files.Facts = kept.facts
    return {
        "name": settings.name,
        "step": kept.step,
        "images": kept.step * settings.training.batch_size,
        "class_names": list(facts.class_names),
        "cuts": dict(facts.cuts),
        "model": dataclasses.asdict(settings.model),
    }


def _num_classes(path: pathlib.Path) -> int:
    with plain_paths.of(path.parent) as plain:
        reader = tf.train.load_checkpoint(str(plain / path.name))
        of_variables = reader.get_variable_to_shape_map()
    (shape,) = (of_variables[name] for name in _CLASSES if name in of_variables)
    return int(shape[0])
