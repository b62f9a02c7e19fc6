r"""Puts StylEx beside what a user would do instead, on the same photographs.

    pip install tf-keras-vis==0.8.7
    bazel run //benchmarks:other_explanations -- --run=RUN --sheet=SHEET.jpg

(pip, in an environment that has requirements.lock and whose Python
STYLEX_PYTHON names.) Three explanations of one classifier of two classes:

- the attributes that the run lists, one by one and all at once;
- one direction in w along which the classifier's answer grows
  (`score_direction`, after GANalyze), learned on the images that were searched
  for attributes, and moved as far as a search moves a coordinate
  (`search/realistic_ranges`);
- heat maps of Grad-CAM (`grad_cam`).

The images are those that training, search and tests have not seen, and whose
reconstruction keeps the class. Each is led to the other class by the smallest
step that turns the classifier (`smallest_edits`), so that what an edit costs is
compared at equal success; of Grad-CAM, the hottest pixels are hidden. The sheet
shows twelve images, six of each class, as they come.

It writes benchmarks/results/other_explanations_<name of the run's folder>.json.
"""

import dataclasses
import functools
import pathlib
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks import (
    commit,
    explained_images,
    explanations_sheet,
    grad_cam,
    result_file,
    smallest_edits,
)
from stylex_tf import errors
from stylex_tf.attributes import default_name
from stylex_tf.classifiers import keras_files, pixels
from stylex_tf.cli import command
from stylex_tf.evaluation import edit_lists
from stylex_tf.models import photo_backbone
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import given_names, second_opinion
from stylex_tf.runs import trained as trained_lib

_RUN = flags.DEFINE_string("run", None, "A finished run of two classes.")
_SHEET = flags.DEFINE_string(
    "sheet", "", "Where the sheet of twelve goes, .jpg or .png."
)
_PHOTOGRAPHS = flags.DEFINE_bool(
    "photographs",
    False,
    "Show the photographs themselves, if their licence allows it; without, "
    "heat lies on the reconstructions.",
)

_AT_ONCE = 64
_SHOWN_OF_CLASS = 6
_HOT = 0.2
_DIRECTION = "direction"


def main(argv: list[str]) -> None:
    """Compares the explanations of one run, and files what came out."""
    command.no_arguments(argv)
    grad_cam.check()
    sheet = pathlib.Path(_SHEET.value).expanduser() if _SHEET.value else None
    if sheet:
        explanations_sheet.check_suffix(sheet)
    head = commit.of_clean_tree(result_file.FOLDER)
    trained = trained_lib.load(_RUN.value)
    check_two_classes(trained.stylex.class_names)
    classifier = _keras_model(trained)
    opinion = second_opinion.get(trained)
    images = explained_images.of_run(trained)
    lists = edit_lists.of_classes(
        explained_images.listed(trained), images.led.targets
    )
    edits = explained_images.by_attributes(trained, images, lists)
    edits[_DIRECTION] = explained_images.along_direction(trained, images)
    heat = _Heat(trained, classifier, images)
    document = {
        "classes": list(trained.stylex.class_names),
        "held_out": len(trained.held_out.unseen.ids),
        "explained": len(images.led),
        "strengths": list(smallest_edits.STRENGTHS),
        "edits": edit_figures(edits, images, opinion),
        "grad_cam": heat.figures(edits),
    }
    path = result_file.write(
        "other_explanations", trained.folder.root.name, head, document
    )
    print(path.read_text(), path)
    if sheet:
        blocks = _blocks(trained, images, lists, edits, heat)
        print(explanations_sheet.write(sheet, explanations_sheet.draw(blocks)))


def check_two_classes(names: tuple[str, ...]) -> None:
    """Raises UserError unless there are two classes: one direction for all."""
    if len(names) != 2:
        raise errors.UserError(
            f"--run={_RUN.value}: its classifier has {len(names)} classes; "
            "expected two, since one direction stands for all of it"
        )


def _keras_model(trained: trained_lib.TrainedRun) -> keras.Model:
    """Opens the classifier as a Keras model, whose layers can be looked at."""
    settings = trained.settings.classifier
    path = pathlib.Path(settings.path or trained.folder.own_classifier)
    if path.suffix not in (".keras", ".h5"):
        raise errors.UserError(
            f"{path}: Grad-CAM needs the layers of a Keras model; expected a "
            ".keras or .h5 file"
        )
    model = keras_files.read(path, run_foreign_code=settings.run_foreign_code)
    if model.output_shape[-1] < 2:
        raise errors.UserError(
            f"{path} puts out one number; expected a score for each class"
        )
    return model


def edit_figures(
    edits: Mapping[str, smallest_edits.SmallestEdits],
    images: explained_images.Images,
    opinion: second_opinion.SecondOpinion,
) -> dict[str, dict[str, Any]]:
    """Measures every edit, and two of them where both turn the decision.

    Args:
        edits: by name.
        images: that were edited.
        opinion: its classifier is asked whether it follows.

    Returns:
        By name, as `smallest_edits.figures`; `all_paired` and
        `direction_paired` are of the same images.
    """
    features = photo_backbone.PhotoBackbone(images.photographs.shape[1])
    agrees = (
        batching.apply(
            tf.function(opinion.classify, autograph=False),
            preprocessing.to_float_numpy(images.reconstructions),
            batch_size=_AT_ONCE,
        ).argmax(axis=1)
        == images.led.sources
    )
    measure = functools.partial(
        smallest_edits.figures,
        reconstructions=images.reconstructions,
        targets=images.led.targets,
        features=features,
        second=opinion.classify,
        second_agrees=agrees,
    )
    measured = {name: measure(edit) for name, edit in edits.items()}
    if explained_images.ALL in edits:
        both = edits[explained_images.ALL].turned & edits[_DIRECTION].turned
        for name in (explained_images.ALL, _DIRECTION):
            measured[f"{name}_paired"] = measure(edits[name], rows=both)
    return measured


class _Heat:
    """Heat maps of the images, as the classifier says of what they are."""

    def __init__(
        self,
        trained: trained_lib.TrainedRun,
        model: keras.Model,
        images: explained_images.Images,
    ):
        self._trained = trained
        self._model = model
        self._images = images
        self.layers = grad_cam.layers(model)

    def maps(self, name: str, pictures: np.ndarray) -> np.ndarray:
        """Draws the maps of a layer for pictures of the images, [M, H, W]."""
        classifier = self._trained.classifier
        about = classifier.describe()
        seen = pixels.from_images(
            preprocessing.to_float(tf.constant(pictures)),
            size=classifier.input_size,
            channels=about["input_channels"],
            value_range=tuple(about["input_range"]),
            dtype=classifier.input_dtype,
        )
        side = pictures.shape[1:3]
        maps = grad_cam.heat_maps(
            self._model,
            self.layers[name][0],
            seen.numpy(),
            self._images.led.sources,
        )
        return tf.image.resize(maps[..., None], side).numpy()[..., 0]

    def decide(self, pictures: np.ndarray) -> np.ndarray:
        """Asks the classifier for the class of each picture, [N]."""
        return self.logits(pictures).argmax(axis=1)

    def logits(self, pictures: np.ndarray) -> np.ndarray:
        """Asks the classifier about pictures, uint8, [N, K]."""
        return batching.apply(
            self._trained.stylex.classify,
            preprocessing.to_float_numpy(pictures),
            batch_size=_AT_ONCE,
        )

    def figures(
        self, edits: Mapping[str, smallest_edits.SmallestEdits]
    ) -> dict[str, Any]:
        """Measures the maps of the photographs, and where edits change them."""
        seed = self._trained.settings.seed
        images, measured = self._images, {}
        before = preprocessing.to_float_numpy(images.reconstructions)
        for name, (layer, side) in self.layers.items():
            maps = self.maps(name, images.photographs)
            hidden = grad_cam.deletion(
                self.decide, images.photographs, maps, seed=seed
            )
            change = {
                edit: np.abs(of.pictures - before).mean(axis=3)
                for edit, of in edits.items()
            }
            measured[name] = {
                "layer": layer,
                "side": side,
                "shares": list(grad_cam.SHARES),
                **dataclasses.asdict(hidden),
                "change_on_hottest_fifth": {
                    edit: {
                        "own": grad_cam.under_heat(of, maps, _HOT, seed=seed),
                        "of_another": grad_cam.under_heat(
                            of, np.roll(maps, -1, axis=0), _HOT, seed=seed
                        ),
                    }
                    for edit, of in change.items()
                },
            }
        return measured


def _pictures(
    images: explained_images.Images,
    heat: _Heat,
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Collects what is shown before the edits: name, pictures and logits."""
    rebuilt = ("reconstruction", images.reconstructions, images.logits)
    first = rebuilt
    if _PHOTOGRAPHS.value:
        said = heat.logits(images.photographs)
        first = ("photograph", images.photographs, said)
    _, shown, said = first
    maps = [
        (
            f"Grad-CAM,\n{side} x {side}",
            grad_cam.paint(shown, heat.maps(name, shown)),
            said,
        )
        for name, (_, side) in heat.layers.items()
    ]
    return [first, *maps, *([rebuilt] if _PHOTOGRAPHS.value else [])]


def _blocks(
    trained: trained_lib.TrainedRun,
    images: explained_images.Images,
    lists: edit_lists.EditLists,
    edits: Mapping[str, smallest_edits.SmallestEdits],
    heat: _Heat,
) -> list[tuple[str, list[explanations_sheet.Column]]]:
    """Lays out the sheet: a block for the images of each class."""
    columns = _pictures(images, heat)
    names = given_names.read(trained).names
    for name, edit in edits.items():
        if name == explained_images.ALL and lists.longest == 1:
            continue
        pictures = preprocessing.to_uint8_numpy(edit.pictures)
        columns.append((name, pictures, edit.logits))

    def heading(name: str, row: int) -> str:
        if name in explained_images.RANKS:
            coordinate = int(
                lists.coordinates[row, explained_images.RANKS.index(name)]
            )
            called = names.get(coordinate, default_name.of(coordinate))
            return f"{name} attribute:\n{called}"
        return {
            explained_images.ALL: "all attributes",
            _DIRECTION: "direction in w",
        }.get(name, name)

    blocks = []
    for source in np.unique(images.led.sources):
        rows = np.flatnonzero(images.led.sources == source)[:_SHOWN_OF_CLASS]
        targets = images.led.targets[rows]
        title = " to ".join(
            trained.stylex.class_names[number]
            for number in (source, targets[0])
        )
        blocks.append(
            (
                title,
                [
                    _column(
                        heading(name, rows[0]),
                        pictures[rows],
                        logits[rows],
                        targets,
                    )
                    for name, pictures, logits in columns
                ],
            )
        )
    return blocks


def _column(
    heading: str, pictures: np.ndarray, logits: np.ndarray, targets: np.ndarray
) -> explanations_sheet.Column:
    """Puts the probability of the target beside each picture."""
    probabilities = tf.nn.softmax(logits.astype(np.float64)).numpy()
    return explanations_sheet.Column(
        heading,
        pictures,
        probabilities[np.arange(len(targets)), targets],
        logits.argmax(axis=1) == targets,
    )


if __name__ == "__main__":
    flags.mark_flag_as_required("run")
    command.run(main)
