"""The attributes that the report of a run shows."""

from stylex_tf import run_folder
from stylex_tf.attributes import effects, selection
from stylex_tf.stages import evaluating, searching
from stylex_tf.stages import trained as trained_lib


def table(trained: trained_lib.Trained) -> effects.StyleEffects:
    """Returns the effects of the searched images, as the run's search left it.

    Raises:
        RunFolderError: the run was not searched.
    """
    folder = trained.run.folder.attributes
    try:
        return effects.load(folder)
    except FileNotFoundError as error:
        raise run_folder.RunFolderError(
            f"{folder}: there is no table of effects; expected a run that "
            "train or evaluate has searched"
        ) from error


def attributes(
    trained: trained_lib.Trained,
) -> dict[int, list[selection.Attribute]]:
    """Returns each class's significant attributes, best first.

    Raises:
        RunFolderError: the run was not searched.
    """
    known = table(trained)
    styles, _ = searching.encode(trained, trained.searched)
    found = searching.select(trained, known, styles)
    verdict = evaluating.judge_significance(trained, found)
    return found.only(verdict.significant).by_class
