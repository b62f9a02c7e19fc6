"""Trains StylEx on a classifier and images that a program holds.

    import stylex_tf

    model = stylex_tf.train(classifier, "photos", run_dir="runs/mine")
    model.explain("face.png")

It does what `train`, the command, does, and leaves the same run folder.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stylex_tf import errors, training_needs

if TYPE_CHECKING:
    from stylex_tf import config
    from stylex_tf.api import explainer


def train(
    model: Any,
    images: Any,
    *,
    run_dir: str | os.PathLike[str],
    labels: Sequence[int] | None = None,
    class_names: Sequence[str] = (),
    input_range: tuple[float, float] = (-1.0, 1.0),
    settings: "config.ExperimentConfig | None" = None,
) -> "explainer.Explainer":
    """Trains StylEx, searches, evaluates, reports and exports.

    Called again with the same arguments, it goes on from the last checkpoint;
    the run of a finished training is searched and exported anew.

    Args:
        model: the classifier: a Keras model; a function of TensorFlow's
            operations from pixels [N, R, R, 3], float32, to scores [N, K]; or
            the path of a classifier's file.
        images: a folder or zip, with a sub-folder a class or with none; or
            anything else that `Explainer.explain` takes: arrays, paths, Pillow
            images, a `tf.data.Dataset`.
        run_dir: where the run lives: a new folder, or that of the same run.
        labels: the index of each image's class, where the images are in no
            folders of classes. They measure the classifier, and nothing else.
        class_names: in the order of the classifier's scores; by default those
            of the folders, or numbers.
        input_range: the pixel values that the classifier was trained with;
            float images have it too.
        settings: everything else, as the `get_config()` of a config returns
            it; by default that of `custom`, 32 px.

    Returns:
        The trained model.

    Raises:
        ClassifierError: the classifier cannot be explained.
        DataError: the images cannot be used.
        RunFolderError: the folder holds another run.
        UsageError: what training needs is not installed.
    """
    in_memory_run = _training()
    return in_memory_run.run(
        in_memory_run.Given(
            model=model,
            images=images,
            labels=labels,
            class_names=tuple(class_names),
            input_range=(float(input_range[0]), float(input_range[1])),
        ),
        run_dir,
        settings,
    )


def _training() -> Any:
    """Imports training late: whoever explains needs none of it.

    Raises:
        UsageError: what it needs is not installed.
    """
    try:
        from stylex_tf import in_memory_run
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing.partition(".")[0] == "stylex_tf":
            raise
        raise errors.UsageError(
            f"training needs {missing}, which is not installed: "
            f"{training_needs.HOW}"
        ) from error
    return in_memory_run
