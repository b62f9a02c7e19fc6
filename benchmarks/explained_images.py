"""Edits the unseen images of a run: by its attributes, by a direction in w."""

import dataclasses
import functools
import json

import numpy as np
import tensorflow as tf

from benchmarks import score_direction, smallest_edits
from stylex_tf import errors
from stylex_tf.attributes import edit_space, selection
from stylex_tf.evaluation import edit_lists, led, reconstruction
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import reported, searching
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import model as model_lib
from stylex_tf.search import realistic_ranges

RANKS = ("first", "second", "third")
"""Attributes that are tried by themselves, at most."""

ALL = "all"
"""Names the edit by all listed attributes at once."""

_AT_ONCE = 64


@dataclasses.dataclass(frozen=True, eq=False)
class Images:
    """The M images that are explained.

    Attributes:
        photographs: uint8 [M, H, W, 3].
        reconstructions: theirs, uint8 [M, H, W, 3].
        styles: [M, T].
        led: their classes, and where they are led.
        logits: of the reconstructions, [M, K].
    """

    photographs: np.ndarray
    reconstructions: np.ndarray
    styles: np.ndarray
    led: led.Led
    logits: np.ndarray


def of_run(trained: trained_lib.TrainedRun) -> Images:
    """Rebuilds the unseen images, and takes those that keep their class.

    Raises:
        UserError: there is none.
    """
    stylex, unseen = trained.stylex, trained.held_out.unseen.images
    rebuilt = reconstruction.reconstruct(
        stylex.encode,
        model_lib.Model(stylex.generate, stylex.classify),
        unseen,
    )
    chosen = led.Led.of(rebuilt)
    if not len(chosen):
        raise errors.UserError(
            f"{trained.folder.root}: no reconstruction keeps its class; "
            "expected a run that can be explained"
        )
    rebuilt = rebuilt.at(chosen.rows)
    pictures = batching.apply(
        stylex.generate, rebuilt.styles, batch_size=_AT_ONCE
    )
    return Images(
        unseen[chosen.rows],
        preprocessing.to_uint8_numpy(pictures),
        rebuilt.styles,
        chosen,
        rebuilt.reconstructed_logits,
    )


def listed(
    trained: trained_lib.TrainedRun,
) -> dict[int, list[selection.Attribute]]:
    """Reads what the run's newest export lists, else tests it once more.

    Returns:
        Each class's attributes, best first.
    """
    exports = trained.folder.export.glob("*/assets/class_attributes.json")
    by_version = {
        int(path.parts[-3]): path
        for path in exports
        if path.parts[-3].isdecimal()
    }
    if not by_version:
        return reported.attributes(trained)
    by_class = json.loads(by_version[max(by_version)].read_text())
    return {
        int(target): [selection.Attribute(**fields) for fields in attributes]
        for target, attributes in by_class.items()
    }


def by_attributes(
    trained: trained_lib.TrainedRun,
    images: Images,
    lists: edit_lists.EditLists,
) -> dict[str, smallest_edits.SmallestEdits]:
    """Edits by each of the first attributes, then by all that are listed."""
    if not lists.longest:
        return {}
    space = reported.table(trained).space

    def edit(first: int, last: int) -> smallest_edits.SmallestEdits:
        return smallest_edits.find(
            trained.stylex.generate,
            trained.stylex.classify,
            space,
            images.styles,
            lists.coordinates[:, first:last],
            lists.directions[:, first:last],
            images.led.targets,
        )

    edits = {
        name: edit(rank, rank + 1)
        for rank, name in enumerate(RANKS[: lists.longest])
    }
    edits[ALL] = edit(0, lists.longest) if lists.longest > 1 else edits["first"]
    return edits


def along_direction(
    trained: trained_lib.TrainedRun, images: Images
) -> smallest_edits.SmallestEdits:
    """Learns the direction from the searched images, and edits by it."""
    stylex, searched = trained.stylex, trained.held_out.searched
    generator = stylex.averages.generator
    width = trained.settings.model.w_dim
    to_styles = score_direction.style_matrix(generator, width)

    @functools.partial(tf.function, autograph=False, reduce_retracing=True)
    def odds(styles: tf.Tensor) -> tf.Tensor:
        logits = stylex.classify(stylex.generate(styles))
        return logits[:, 1] - logits[:, 0]

    def encode(pictures: np.ndarray) -> np.ndarray:
        return batching.apply(
            tf.function(stylex.averages.encode, autograph=False),
            preprocessing.to_float_numpy(pictures),
            batch_size=_AT_ONCE,
        )[:, :width]

    latents, styles = (
        encode(searched.images),
        searching.encode(trained, searched),
    )
    direction = score_direction.learn(
        odds, latents, styles, to_styles, seed=trained.settings.seed
    )
    along = score_direction.Along(stylex.generate, direction, to_styles)
    ranges = realistic_ranges.find(
        model_lib.Model(along, stylex.classify, stylex.model.score),
        along.rows(latents, styles),
        searched.images,
        searched=1,
    )
    return smallest_edits.find(
        along,
        stylex.classify,
        edit_space.EditSpace(ranges),
        along.rows(encode(images.photographs), images.styles),
        np.zeros([len(images.led), 1], int),
        # Towards the second class the log odds grow.
        images.led.targets[:, None],
        images.led.targets,
    )
