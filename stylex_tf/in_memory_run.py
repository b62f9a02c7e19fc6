"""Makes a run folder of a classifier and images in memory, and trains it."""

import dataclasses
import hashlib
import importlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import (
    atomic_folder,
    config,
    config_checks,
    errors,
    experiment,
    main_job,
    run_folder,
    training_needs,
)
from stylex_tf.api import explainer, picture_inputs
from stylex_tf.classifiers import adapter, in_memory
from stylex_tf.data import folder_classes
from stylex_tf.data.records import cuts, manifest, tfrecords, writing
from stylex_tf.data.sources import layouts
from stylex_tf.export import signatures

# Inside the run folder, what it was given.
_CLASSIFIER = "given_classifier"
_IMAGES = "given_images-"
# Logits of one classifier, saved twice, differ by less.
_ALIKE = 1e-3


@dataclasses.dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody wants explained; as `train_in_memory.train` takes it."""

    model: Any
    images: Any
    labels: Sequence[int] | None = None
    class_names: tuple[str, ...] = ()
    input_range: tuple[float, float] = (-1.0, 1.0)


def run(
    given: Given,
    run_dir: str | os.PathLike[str],
    settings: config.ExperimentConfig | None = None,
) -> explainer.Explainer:
    """Trains, or goes on, and opens what was exported.

    Classifier and images are tried before anything is written.

    Args:
        given: classifier and images.
        run_dir: where the run lives.
        settings: everything else; None: those of the config `custom`.

    Raises:
        UserError: as `train_in_memory.train` says.
    """
    root = pathlib.Path(run_dir).expanduser().absolute()
    chosen = config.from_dict(
        dataclasses.asdict(settings or default_settings())
    )
    chosen.classifier.input_range = given.input_range
    with tempfile.TemporaryDirectory() as temporary:
        path = _as_file(given.model, pathlib.Path(temporary), chosen)
        chosen.classifier.path = str(path)
        classifier = experiment.open_classifier(chosen, given.class_names)
        images = _Images(given, classifier, chosen)
        images.check(root)
        config_checks.check(chosen)
        if pathlib.Path(temporary) in path.parents:
            kept = _keep(classifier, path, root, chosen)
            chosen.classifier.path = str(kept)
    images.write(root)
    main_job.run(chosen, run_folder.RunFolder(root))
    return explainer.load(root / "export", progress=False)


def default_settings() -> config.ExperimentConfig:
    """Returns the settings of the config `custom`."""
    training_needs.find_configs()
    return importlib.import_module("configs.custom").get_config()


def _as_file(
    model: Any, folder: pathlib.Path, chosen: config.ExperimentConfig
) -> pathlib.Path:
    if isinstance(model, (str, os.PathLike)):
        return pathlib.Path(model).expanduser().absolute()
    return in_memory.save(model, folder, resolution=chosen.model.resolution)


def _keep(
    classifier: adapter.Classifier,
    path: pathlib.Path,
    root: pathlib.Path,
    chosen: config.ExperimentConfig,
) -> pathlib.Path:
    """Moves the classifier into the run folder, or finds it there.

    Raises:
        RunFolderError: another one is there.
    """
    folder = root / _CLASSIFIER
    kept = folder / path.name
    if not folder.is_dir():
        with atomic_folder.new_directory(folder) as temporary:
            shutil.move(str(path), str(temporary / path.name))
        return kept
    before = dataclasses.replace(chosen.classifier, path=str(kept))
    there = dataclasses.replace(chosen, classifier=before)
    noise = np.random.default_rng(0).uniform(
        -1, 1, [4, *[chosen.model.resolution] * 2, 3]
    )
    images = tf.constant(noise, tf.float32)
    answers = classifier(images).numpy()
    same = kept.exists() and np.allclose(
        experiment.open_classifier(there, classifier.class_names)(images),
        answers,
        atol=_ALIKE * max(1.0, float(np.abs(answers).max())),
    )
    if not same:
        raise errors.RunFolderError(
            f"{root} holds the run of another classifier, which answers "
            "otherwise; give another run_dir"
        )
    return kept


class _Images:
    """The images of a run, as a source that a config can name."""

    def __init__(
        self,
        given: Given,
        classifier: adapter.Classifier,
        chosen: config.ExperimentConfig,
    ):
        """Reads images that are no folder; says in the config what they are."""
        self._data = chosen.data
        self._pictures: list[picture_inputs.Picture] = []
        self._seed = chosen.seed
        self._resolution = chosen.model.resolution
        self._names = classifier.class_names
        place = _place(given.images)
        if place is not None:
            if given.labels is not None:
                raise errors.DataError(
                    "labels are given beside a folder, whose sub-folders are "
                    "the classes; expected one of the two"
                )
            self._of_folder(place, given.class_names)
            return
        self._pictures = picture_inputs.read(
            given.images,
            resolution=self._resolution,
            max_pixels=signatures.MAX_PIXELS,
            value_range=given.input_range,
            crop=chosen.data.crop,
        )
        self._labels = _labels(
            given.labels, len(self._pictures), classifier.num_classes
        )
        self._data.classes = self._names

    def _of_folder(self, place: pathlib.Path, names: tuple[str, ...]) -> None:
        self._data.source = str(place)
        self._data.classes = names
        if len(folder_classes.of(place, names)) < 2:
            # No sub-folders: nobody says what is on the images.
            self._data.layout = layouts.Layout.UNLABELLED.value
            self._data.classes = self._names

    def check(self, root: pathlib.Path) -> None:
        """Finds the place of the records; it is named for what is in them.

        Raises:
            RunFolderError: the folder has records of other images.
        """
        if not self._pictures:
            return
        digest = hashlib.sha256(repr(self._labels).encode())
        for picture in self._pictures:
            digest.update(picture.pixels.tobytes())
        place = root / f"{_IMAGES}{digest.hexdigest()[:12]}"
        others = [path for path in root.glob(f"{_IMAGES}*") if path != place]
        if others:
            raise errors.RunFolderError(
                f"{root} holds the run of other images ({others[0].name}); "
                "give another run_dir"
            )
        self._data.source = str(place)

    def write(self, root: pathlib.Path) -> None:
        """Writes the images as records, unless their folder is there."""
        place = pathlib.Path(self._data.source)
        if not self._pictures or place.is_dir():
            return
        writing.write(
            place,
            manifest.Manifest(
                source="images in memory",
                resolution=self._resolution,
                class_names=self._names,
                crop=self._data.crop,
            ),
            self._examples(),
            cutting=cuts.Cutting(
                test_fraction=self._data.test_fraction, seed=self._seed
            ),
        )
        self._pictures = []

    def _examples(self) -> Iterator[tuple[str | None, tfrecords.Example]]:
        for picture, label in zip(self._pictures, self._labels, strict=True):
            yield (
                None,
                tfrecords.Example(picture.pixels, label, (), picture.id),
            )


def _place(images: Any) -> pathlib.Path | None:
    """Returns the folder or zip that images are, if they are one."""
    if not isinstance(images, (str, os.PathLike)):
        return None
    path = pathlib.Path(images).expanduser().absolute()
    if path.is_dir() or path.suffix.lower() == ".zip" or not path.exists():
        return path
    return None


def _labels(
    given: Sequence[int] | None, count: int, num_classes: int
) -> list[int]:
    """Returns each image's label, `UNKNOWN_LABEL` where none is given.

    Raises:
        DataError: they are not as many as the images, or no classes.
    """
    if given is None:
        return [tfrecords.UNKNOWN_LABEL] * count
    labels = np.asarray(given)
    if labels.shape != (count,):
        raise errors.DataError(
            f"labels has shape {list(labels.shape)} for {count} images; "
            "expected one label an image"
        )
    if not np.issubdtype(labels.dtype, np.integer) or not (
        0 <= labels.min() <= labels.max() < num_classes
    ):
        raise errors.DataError(
            f"labels are {labels.dtype} from {labels.min()} to {labels.max()}; "
            f"expected whole numbers from 0 to {num_classes - 1}"
        )
    return [int(label) for label in labels]
