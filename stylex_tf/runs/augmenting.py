"""Makes counterfactual training images: an attribute moved, the label kept.

What a classifier takes for a cause goes with the label in its training images.
Here every training image is reconstructed with the attribute that *another*
training image has, drawn at random whatever its label: then the attribute says
nothing of the label, and a classifier of these images has no use for it.

Three things matter; docs/bias.md measures the first and the last:

1. All coordinates of the attribute move together, from one and the same other
   image. What one coordinate leaves behind still tells what was there.
2. They take another image's values, not an end of the range: so the attribute
   looks as often like this or that as it did, whatever the label.
3. The images themselves are left out. They are told apart from reconstructions,
   and on them alone the attribute still helps.

A reconstruction of a photograph lacks detail that a classifier may need, such
as lesions. So an edit can be carried onto the photograph itself.
"""

import dataclasses
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tqdm

from stylex_tf import errors
from stylex_tf.attributes import carried_edit
from stylex_tf.data import augmented_folder
from stylex_tf.data.records import tfrecords
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import reported
from stylex_tf.runs import trained as trained_lib

PROVENANCE = augmented_folder.PROVENANCE
"""The file that says where each image comes from."""


@dataclasses.dataclass(frozen=True)
class Augmented:
    """The folder of counterfactuals that was written.

    Attributes:
        directory: the folder of class folders.
        coordinates: that were moved.
        counterfactuals: how many.
        turned: share of them that the run's classifier decides otherwise
            than the same picture without the move.
    """

    directory: pathlib.Path
    coordinates: tuple[int, ...]
    counterfactuals: int
    turned: float


def augment(
    trained: trained_lib.TrainedRun,
    attributes: Sequence[str],
    directory: pathlib.Path,
    *,
    originals: bool = False,
    carried: bool = False,
    seed: int = 0,
) -> Augmented:
    """Writes a counterfactual of every training image, and the test images.

    Args:
        trained: the run, which is searched already.
        attributes: what to move, as `asked_attributes` understands it; all at
            once, as one attribute.
        directory: becomes class folders, train/ and test/, with
            augmentation.json; whole or not at all. The test images are the
            run's own, as they are.
        originals: write the training images themselves as well.
        carried: write what the edit does to the training image itself, and not
            the edited reconstruction: what the reconstruction lost stays.
        seed: decides from which image each takes its attribute.

    Raises:
        DataError: the images have no labels, or the folder cannot be made.
        RunFolderError: no such attribute.
    """
    manifest = trained.dataset.manifest
    if not manifest.labelled:
        raise errors.DataError(
            f"{manifest.source}: the images have no labels; expected labels "
            "to keep"
        )
    coordinates = reported.coordinates(trained, attributes)
    facts = {**_facts(trained, coordinates, seed), "carried": carried}
    with augmented_folder.writing(
        directory, manifest.class_names, facts
    ) as folder:
        sources = _sources(trained)
        donors = np.random.default_rng(seed).permutation(len(sources.labels))
        with _bar(len(donors), "Making counterfactuals") as bar:
            given = _Given(sources, donors, coordinates, carried)
            turned = _write(trained, folder, given, bar.update)
        for split in ("train", "test") if originals else ("test",):
            _write_originals(trained, folder, split)
    return Augmented(directory, coordinates, len(donors), turned)


@dataclasses.dataclass(frozen=True)
class _Sources:
    """The training images, as far as they are needed more than once.

    Attributes:
        styles: [N, T].
        labels: [N].
        ids: N names.
    """

    styles: np.ndarray
    labels: np.ndarray
    ids: list[str]


@dataclasses.dataclass(frozen=True)
class _Given:
    """What decides which counterfactuals are written.

    Attributes:
        sources: the training images.
        donors: [N], whose attribute each image gets.
        coordinates: what is moved.
        carried: whether the edit is carried onto the image.
    """

    sources: _Sources
    donors: np.ndarray
    coordinates: Sequence[int]
    carried: bool


def _facts(
    trained: trained_lib.TrainedRun, coordinates: Sequence[int], seed: int
) -> dict[str, Any]:
    places = map(trained.stylex.style_space.locate, coordinates)
    return {
        "run": str(trained.folder.root),
        "step": trained.stylex.step,
        "classifier": trained.settings.classifier.path
        or str(trained.folder.classifier),
        "classes": list(trained.dataset.manifest.class_names),
        "seed": seed,
        "attribute": [
            {"coordinate": coordinate, "layer": layer, "channel": channel}
            for coordinate, (layer, channel) in zip(
                coordinates, places, strict=True
            )
        ],
    }


def _parts(
    trained: trained_lib.TrainedRun, split: str
) -> Iterator[tfrecords.Examples]:
    size = trained.settings.attributes.batch_size
    return trained.dataset.parts(split, size)


def _sources(trained: trained_lib.TrainedRun) -> _Sources:
    total = trained.dataset.manifest.splits["train"]
    styles, labels, ids = [], [], []
    with _bar(total, "Encoding training images") as bar:
        for part in _parts(trained, "train"):
            styles.append(
                batching.apply(
                    trained.stylex.encode,
                    preprocessing.to_float_numpy(part.images),
                    batch_size=len(part.ids),
                )
            )
            labels.append(part.labels)
            ids += part.ids
            bar.update(len(part.ids))
    return _Sources(np.concatenate(styles), np.concatenate(labels), ids)


def _write(
    trained: trained_lib.TrainedRun,
    folder: augmented_folder.AugmentedFolder,
    given: _Given,
    progress: Callable[[int], object],
) -> float:
    """Returns the share of decisions that the moves turned."""
    sources, donors = given.sources, given.donors
    moved = list(given.coordinates)
    turned, first = 0, 0
    for part in _parts(trained, "train"):
        rows = np.arange(first, first + len(part.ids))
        styles = sources.styles[rows]
        edited = styles.copy()
        edited[:, moved] = sources.styles[donors[rows]][:, moved]
        rebuilt, made = (
            trained.stylex.generate(tf.constant(drawn))
            for drawn in (styles, edited)
        )
        images = preprocessing.to_uint8(made).numpy()
        if given.carried:
            reconstructions = preprocessing.to_uint8(rebuilt).numpy()
            images = carried_edit.carry(part.images, reconstructions, images)
            rebuilt, made = (
                tf.constant(preprocessing.to_float_numpy(pictures))
                for pictures in (part.images, images)
            )
        before = trained.stylex.probabilities(rebuilt)
        after = trained.stylex.probabilities(made)
        turned += np.sum(before.argmax(axis=1) != after.argmax(axis=1))
        for index, row in enumerate(rows):
            label = int(sources.labels[row])
            folder.add(
                "train",
                images[index],
                label,
                {
                    "source": sources.ids[row],
                    "attribute_of": sources.ids[donors[row]],
                    "moves": [
                        _move(c, styles[index, c], edited[index, c])
                        for c in given.coordinates
                    ],
                    "probability_before": float(before[index, label]),
                    "probability_after": float(after[index, label]),
                },
            )
        first += len(rows)
        progress(len(rows))
    return turned / len(sources.ids)


def _move(coordinate: int, begin: float, end: float) -> dict[str, Any]:
    return {
        "coordinate": coordinate,
        "direction": "up" if end > begin else "down",
        "from": float(begin),
        "to": float(end),
    }


def _write_originals(
    trained: trained_lib.TrainedRun,
    folder: augmented_folder.AugmentedFolder,
    split: str,
) -> None:
    for part in _parts(trained, split):
        for image, label, name in zip(
            part.images, part.labels, part.ids, strict=True
        ):
            folder.add(split, image, int(label), {"source": name})


def _bar(total: int, what: str) -> tqdm.tqdm:
    return tqdm.tqdm(total=total, desc=what, unit=" images", mininterval=1.0)
