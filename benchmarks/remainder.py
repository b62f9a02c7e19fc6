r"""Asks where a run keeps what its classifier looks at.

    bazel run //benchmarks:remainder -- --run=RUN

For runs with model.searched_width: a few style coordinates are searched, and
the others, the *remainder*, are carried along, the spatial code among them. An
attribute can only be found if it lies in the searched part. So each unseen
image gets parts of the code of an image of another class, and the classifier
is asked what class the picture has then: that of the image, or that of the
image where the part came from. And random coordinates of the remainder are
moved to the ends of their ranges over the searched images, as far as random
coordinates of the searched part are, to see how many decisions each turns.

It writes benchmarks/results/remainder_<name of the run's folder>.json.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from absl import flags

from benchmarks import commit, result_file
from stylex_tf import errors
from stylex_tf.attributes import random_edits
from stylex_tf.cli import command
from stylex_tf.evaluation import led, reconstruction, sufficiency
from stylex_tf.models import style_space as style_space_lib
from stylex_tf.ops import batching
from stylex_tf.runs import trained as trained_lib

_RUN = flags.DEFINE_string("run", None, "A finished run.")

MOST_EDITS = 10
"""Random coordinates that are moved at once, at most."""

# Styles to classes, int [N].
Decide = Callable[[np.ndarray], np.ndarray]


def parts(space: style_space_lib.StyleSpace) -> dict[str, np.ndarray]:
    """Names the parts of a code, by the numbers of their coordinates.

    Raises:
        UserError: nothing is left unsearched.
    """
    everything = np.arange(space.total)
    rest = everything[space.size :]
    if not len(rest):
        raise errors.UserError(
            f"all {space.total} coordinates are searched; expected a run with "
            "model.searched_width"
        )
    styles_end = space.total - space.spatial_size
    named = {
        "searched": everything[: space.size],
        "remainder": rest,
        "styles_of_remainder": everything[space.size : styles_end],
        "spatial_code": everything[styles_end:],
    }
    return {name: part for name, part in named.items() if len(part)}


def partners(classes: np.ndarray, seed: int) -> np.ndarray:
    """Draws for each image one of another class, int [N].

    Args:
        classes: of the images, int [N]; at least two different ones.
        seed: of the drawing.
    """
    random = np.random.default_rng(seed)
    return np.array(
        [random.choice(np.flatnonzero(classes != own)) for own in classes]
    )


def exchange(
    decide: Decide,
    styles: np.ndarray,
    classes: np.ndarray,
    part: np.ndarray,
) -> dict[str, Any]:
    """Says which class wins where a part comes from an image of another.

    Args:
        decide: asks the classifier about pictures.
        styles: of the images, [N, T].
        classes: of the images, int [N].
        part: the coordinates that are taken from the other image.

    Returns:
        Shares of the images that keep their class, and that get the other's,
        means over the draws, with the lowest and the highest.
    """
    kept, given = [], []
    for seed in range(sufficiency.DRAWS):
        others = partners(classes, seed)
        mixed = styles.copy()
        mixed[:, part] = styles[others][:, part]
        decided = decide(mixed)
        kept.append(np.mean(decided == classes))
        given.append(np.mean(decided == classes[others]))
    return {
        "keeps_its_class": _over_draws(kept),
        "gets_the_other": _over_draws(given),
        "n": len(styles),
        "draws": sufficiency.DRAWS,
    }


@dataclasses.dataclass(frozen=True, eq=False)
class Searched:
    """What is known of the images that a run has searched.

    Attributes:
        styles: [M, T].
        classes: that the classifier gives them, int [M].
    """

    styles: np.ndarray
    classes: np.ndarray


def random_flips(
    decide: Decide,
    styles: np.ndarray,
    images: led.Led,
    part: np.ndarray,
    searched: Searched,
) -> dict[str, Any]:
    """Counts the decisions that random coordinates of a part turn.

    Each is moved to the least or the greatest value that it has on the
    searched images, towards the mean of the class aimed at.

    Args:
        decide: asks the classifier about pictures.
        styles: of the images that are led, [N, T].
        images: their classes, and where they are led.
        part: the coordinates of which some are drawn.
        searched: gives ranges and means.

    Returns:
        Shares with 1, 2, ... coordinates at once, means over the draws, with
        the lowest and the highest.
    """
    own = searched.styles[:, part]
    ends = np.stack([own.min(axis=0), own.max(axis=0)])
    count = min(MOST_EDITS, len(part))
    rows = np.arange(len(styles))
    turned = np.zeros((sufficiency.DRAWS, count))
    for draw in range(sufficiency.DRAWS):
        coordinates, directions = random_edits.draw(
            own,
            searched.classes,
            sources=images.sources,
            targets=images.targets,
            searched=len(part),
            count=count,
            seed=draw,
        )
        edited = styles.copy()
        for edit in range(count):
            chosen, end = coordinates[:, edit], directions[:, edit]
            edited[rows, part[chosen]] = ends[end, chosen]
            turned[draw, edit] = np.mean(decide(edited) == images.targets)
    return {
        "flips": [_over_draws(shares) for shares in turned.T],
        "n": len(images),
        "draws": sufficiency.DRAWS,
    }


def _over_draws(shares: Sequence[float] | np.ndarray) -> dict[str, Any]:
    return {
        "value": float(np.mean(shares)),
        "lowest": float(np.min(shares)),
        "highest": float(np.max(shares)),
    }


def measure(
    decide: Decide,
    named: dict[str, np.ndarray],
    held_out: reconstruction.Reconstruction,
    searched: Searched,
) -> dict[str, Any]:
    """Measures every part of a code.

    Args:
        decide: asks the classifier about pictures.
        named: the parts, of `parts`.
        held_out: reconstructions of unseen images.
        searched: of the images that the search has seen.

    Returns:
        Agreement, and for each part what exchanges and random edits do.

    Raises:
        UserError: no image can be led to another class.
    """
    images = led.Led.of(held_out)
    classes = held_out.logits.argmax(axis=1)
    kinds = len(np.unique(classes))
    if kinds < 2 or not len(images):
        raise errors.UserError(
            f"the classifier sees {kinds} class in the {len(classes)} unseen "
            f"images, and {len(images)} reconstructions keep it; expected two "
            "classes at least, and one reconstruction that keeps its class"
        )
    return {
        "agreement": float(held_out.keeps_class.mean()),
        "n": len(classes),
        "parts": {
            name: {
                "coordinates": len(part),
                "exchange": exchange(decide, held_out.styles, classes, part),
                "random": random_flips(
                    decide, held_out.styles[images.rows], images, part, searched
                ),
            }
            for name, part in named.items()
        },
    }


def main(argv: list[str]) -> None:
    """Measures one run and files what came out."""
    command.no_arguments(argv)
    head = commit.of_clean_tree(result_file.FOLDER)
    trained = trained_lib.load(_RUN.value)
    named = parts(trained.stylex.style_space)
    at_once = trained.settings.attributes.batch_size

    def decide(styles: np.ndarray) -> np.ndarray:
        return batching.apply(
            lambda rows: trained.stylex.classify(trained.stylex.generate(rows)),
            styles,
            batch_size=at_once,
        ).argmax(axis=1)

    seen, unseen = (
        reconstruction.reconstruct(
            trained.stylex.encode, trained.stylex.model, images.images
        )
        for images in (trained.held_out.searched, trained.held_out.unseen)
    )
    path = result_file.write(
        "remainder",
        trained.folder.root.name,
        head,
        measure(
            decide,
            named,
            unseen,
            Searched(seen.styles, seen.logits.argmax(axis=1)),
        ),
    )
    print(path.read_text(), path)


if __name__ == "__main__":
    flags.mark_flags_as_required(["run"])
    command.run(main)
