"""Makes a study with people from a run: animations of its attributes."""

import dataclasses
import itertools
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import atomic_folder, errors
from stylex_tf.attributes import effects, log_odds
from stylex_tf.ops import preprocessing
from stylex_tf.runs import reported
from stylex_tf.runs import trained as trained_lib
from stylex_tf.studies import key as key_lib
from stylex_tf.studies import page, questions

# Animations of an attribute to draw questions from.
_CLIPS = 24


@dataclasses.dataclass(frozen=True)
class Made:
    """The files of a study that were written.

    Attributes:
        pages: the folder for participants.
        key: the file to keep.
        attributes: the coordinates that the study is about.
    """

    pages: pathlib.Path
    key: pathlib.Path
    attributes: tuple[int, ...]


def make(
    trained: trained_lib.TrainedRun,
    directory: pathlib.Path,
    *,
    names: Sequence[str] = (),
    most: int,
    count: int,
    seed: int,
) -> Made:
    """Writes both studies and their key.

    Args:
        trained: the run, which is searched already.
        directory: becomes participants/ with the pages, and key.json; whole
            or not at all.
        names: what to ask about, as `asked_attributes` understands it; empty
            takes the first that the report shows.
        most: take at most so many of those.
        count: questions of the classification study.
        seed: decides pictures, questions and their order.

    Raises:
        RunFolderError: the run was not searched, or no such attribute.
        StudyError: there are fewer than two attributes.
        ExistsError: the directory exists and is not empty.
    """
    table = reported.table(trained)
    coordinates = _coordinates(trained, names, most)
    study = questions.compose(
        _clips(trained, table, coordinates, seed), count=count, seed=seed
    )
    with atomic_folder.new_directory(directory) as folder:
        (folder / "participants").mkdir()
        page.write(folder / "participants", study)
        facts = _facts(trained, coordinates, seed)
        key_lib.of_study(study, facts).save(folder / "key.json")
    return Made(directory / "participants", directory / "key.json", coordinates)


def _coordinates(
    trained: trained_lib.TrainedRun, names: Sequence[str], most: int
) -> tuple[int, ...]:
    if names:
        coordinates = reported.coordinates(trained, names)
    else:
        # The first of every class, then the second: a coordinate that leads
        # both ways is one attribute.
        ranks = itertools.zip_longest(*reported.attributes(trained).values())
        coordinates = tuple(
            dict.fromkeys(
                attribute.coordinate
                for rank in ranks
                for attribute in rank
                if attribute
            )
        )[:most]
    if len(coordinates) < 2:
        raise errors.StudyError(
            f"{trained.folder.root}: {len(coordinates)} attributes; a study "
            "compares two or more. --attributes names others"
        )
    return coordinates


def _clips(
    trained: trained_lib.TrainedRun,
    table: effects.StyleEffects,
    coordinates: Sequence[int],
    seed: int,
) -> dict[str, list[questions.Clip]]:
    """Draws each attribute in images of all classes.

    Were an attribute shown in images of one class alone, the images would
    tell it and not the change. So each goes to whichever end is farther, in
    images drawn from the half in which that moves the classifier most.
    """
    random = np.random.default_rng(seed)
    styles = trained.stylex.encode(
        tf.constant(
            preprocessing.to_float_numpy(trained.held_out.searched.images)
        )
    ).numpy()
    rows = np.arange(len(styles))
    before = log_odds.of_class(table.base_logits, 0)
    clips = {}
    for coordinate in coordinates:
        middle = table.ranges.ends()[:, coordinate].mean()
        directions = (styles[:, coordinate] < middle).astype(int)
        logits = table.base_logits + table.effects[rows, directions, coordinate]
        changes = np.abs(log_odds.of_class(logits, 0) - before)
        strong = np.argsort(-changes)[: max(questions.CLIPS, len(rows) // 2)]
        chosen = random.permutation(strong)[:_CLIPS]
        edited = table.space.apply(
            styles[chosen],
            np.full((len(chosen), 1), coordinate),
            directions[chosen, None],
        )
        pictures = [
            preprocessing.to_uint8(
                trained.stylex.generate(tf.constant(some))
            ).numpy()
            for some in (styles[chosen], edited)
        ]
        clips[str(coordinate)] = [
            questions.Clip(trained.held_out.searched.ids[row], source, moved)
            for row, source, moved in zip(chosen, *pictures, strict=True)
        ]
    return clips


def _facts(
    trained: trained_lib.TrainedRun, coordinates: Sequence[int], seed: int
) -> dict[str, Any]:
    """Says for the key where the study comes from."""
    attributes = {}
    for coordinate in coordinates:
        layer, channel = trained.stylex.style_space.locate(coordinate)
        attributes[str(coordinate)] = {"layer": layer, "channel": channel}
    return {
        "run": str(trained.folder.root),
        "step": trained.stylex.step,
        "seed": seed,
        "attributes": attributes,
    }
