"""Reads which attributes the report of a run shows."""

from collections.abc import Sequence

from stylex_tf import errors
from stylex_tf.attributes import effects, selection
from stylex_tf.runs import asked_attributes, listing, searching
from stylex_tf.runs import trained as trained_lib


def table(trained: trained_lib.TrainedRun) -> effects.StyleEffects:
    """Returns the effects of the searched images, as the run's search left it.

    Raises:
        RunFolderError: the run was not searched.
    """
    folder = trained.folder.attributes
    try:
        return effects.load(folder)
    except FileNotFoundError as error:
        raise errors.RunFolderError(
            f"{folder}: there is no table of effects; expected a run that "
            "train or evaluate has searched"
        ) from error


def attributes(
    trained: trained_lib.TrainedRun,
) -> dict[int, list[selection.Attribute]]:
    """Returns each class's listed attributes, best first.

    Raises:
        RunFolderError: the run was not searched.
    """
    known = table(trained)
    styles = searching.encode(trained, trained.held_out.searched)
    search_result = searching.select(trained, known, styles)
    listed, _ = listing.find(trained, search_result)
    return listed.by_class


def coordinates(
    trained: trained_lib.TrainedRun, names: Sequence[str]
) -> tuple[int, ...]:
    """Returns the style coordinates that people named.

    Args:
        trained: the run.
        names: as `asked_attributes` understands them. Ranks are those of the
            report, which takes a while to find; coordinates need none.

    Raises:
        RunFolderError: no such attribute, or the run was not searched.
    """
    by_class = (
        {} if asked_attributes.are_coordinates(names) else attributes(trained)
    )
    return asked_attributes.coordinates(
        names,
        size=trained.stylex.style_space.size,
        class_names=trained.classifier.class_names,
        by_class=by_class,
    )
