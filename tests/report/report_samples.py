"""A small report with known content, every part of which a test may replace."""

import copy
import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from stylex_tf.evaluation import evaluation_file, record
from stylex_tf.report import demonstration, findings, page, single_image

CLASS_NAMES = ("neither", "glasses or open mouth")

# A good run: no figure calls for a warning. Bare numbers, with the number of
# images of each section, which `evaluation` turns into figures.
_EVALUATION: dict[str, Any] = {
    "classifier": {"accuracy": 0.987, "calibration_error": 0.012, "n": 1200},
    "reconstruction": {"agreement": 0.974, "kl": 0.021, "l1": 0.061, "n": 1000},
    "realism": {"n": None},
    "sufficiency": {
        "flips": {
            "values": [0.34, 0.52, 0.66, 0.89],
            "intervals": [[0.3, 0.4]] * 3 + [[0.85, 0.92]],
            "n": 962,
        },
        "by_target": {
            "0": {"values": [0.4, 0.5, 0.6, 0.97], "n": 480},
            "1": {"values": [0.3, 0.5, 0.6, 0.81], "n": 482},
        },
        "random": [0.0, 0.0, 0.0, 0.016],
        "label_swap": 0.012,
        "n": 962,
    },
    "significance": {"level": 0.01, "n": 250},
    "ground_truth": {
        "recall_at": {"4": 0.5, "listed": 1.0},
        "precision_at": {"4": 0.75, "listed": 0.5},
        "purity": 0.71,
        "factor_agreement": {"glasses": 0.981, "open_mouth": 0.968},
        "regressor_accuracy": {"glasses": 0.999, "open_mouth": 0.984},
        "n": 800,
    },
    "run": {
        "class_names": list(CLASS_NAMES),
        "config": {"model": {"conditioning": "probabilities"}},
        "images_seen": 48000,
        "seconds": 1090.0,
    },
}


def evaluation(
    without: Collection[str] = (), **changes: Any
) -> record.Evaluation:
    """The figures of a good run, changed where a test says so.

    A change is named by its path, with two underscores for each dot, and is a
    bare number, or a list of them: `evaluation(reconstruction__agreement=0.5)`.
    Sections named in `without` were not measured.
    """
    values = copy.deepcopy(_EVALUATION)
    for path, value in changes.items():
        section, _, key = path.partition("__")
        values[section][key] = value
    return evaluation_file.from_dict(
        {
            "format": evaluation_file.FORMAT,
            **{
                section: figures if section == "run" else _measured(figures)
                for section, figures in values.items()
                if section not in without
            },
        }
    )


def _measured(figures: Mapping[str, Any]) -> dict[str, Any]:
    """A section with its number of images in every figure."""
    images = figures.get("n")

    def convert(value: Any) -> Any:
        if isinstance(value, float):
            return {"value": value, "n": images}
        if isinstance(value, list):
            return {"values": value, "n": images}
        if isinstance(value, dict) and not {"value", "values"} & set(value):
            return {key: convert(item) for key, item in value.items()}
        return value

    return {
        name: value if name == "level" else convert(value)
        for name, value in figures.items()
        if name != "n"
    }


# More than seven parameters: a test changes the one that it is about.
def attribute(
    rank: int = 1,
    *,
    factor: str | None = "glasses",
    before: np.ndarray | None = None,
    after: np.ndarray | None = None,
    image_ids: tuple[str, ...] = ("test/7", "test/12"),
    size: int = 8,
    share_flipped: float | None = 0.25,
    mean_effect: float | None = None,
    carried: bool = True,
) -> findings.AttributeView:
    """One attribute with an example an id, grey before and white after.

    Its photographs are darker than their reconstructions, and lighter with the
    edit; they are less sure of either class.
    """
    count = len(image_ids)
    shape = (count, size, size, 3)
    on_photographs = findings.Carried(
        photographs=np.full(shape, 50, np.uint8),
        edited=np.full(shape, 206, np.uint8),
        probabilities_before=np.tile([0.81, 0.19], (count, 1)),
        probabilities_after=np.tile([0.32, 0.68], (count, 1)),
    )
    return findings.AttributeView(
        rank=rank,
        coordinate=500 + rank,
        layer="16x16/conv_1",
        channel=20 + rank,
        direction=findings.TOWARDS_MAXIMUM,
        mean_effect=4.0 / rank if mean_effect is None else mean_effect,
        share_flipped=share_flipped,
        share_moved=0.5,
        factor=factor,
        purity=None if factor is None else 0.83,
        sources=np.full(shape, 99, np.uint8),
        edited=np.full(shape, 255, np.uint8),
        probabilities_before=np.tile([0.93, 0.07], (count, 1))
        if before is None
        else before,
        probabilities_after=np.tile([0.14, 0.86], (count, 1))
        if after is None
        else after,
        image_ids=image_ids,
        carried=on_photographs if carried else None,
    )


def together(attributes: int) -> findings.TogetherView:
    """So many attributes at once, with the examples of one."""
    examples = {
        field.name: getattr(attribute(), field.name)
        for field in dataclasses.fields(findings.Examples)
    }
    return findings.TogetherView(
        attributes=attributes, share_flipped=0.625, **examples
    )


def class_findings(
    *attributes: findings.AttributeView, class_index: int = 1
) -> findings.ClassFindings:
    """What was found for one class."""
    return findings.ClassFindings(
        class_index=class_index,
        class_name=CLASS_NAMES[class_index],
        images=118,
        attributes=attributes,
    )


def explained(
    *classes: findings.ClassFindings, shift_size: float = 1.0
) -> findings.Findings:
    """What was found about the sample's classifier."""
    return findings.Findings(
        class_names=CLASS_NAMES, classes=classes, shift_size=shift_size
    )


def demonstrated(
    examples: int = 2, places: int = 3, size: int = 8, carried: bool = True
) -> demonstration.Demonstration:
    """A knob that makes pictures brighter, and the class likelier."""
    doses = np.linspace(0, 1, places)

    def frames(first: int, last: int) -> np.ndarray:
        shades = np.round(first + (last - first) * doses).astype(np.uint8)
        shape = (examples, places, size, size, 3)
        return np.broadcast_to(shades[None, :, None, None, None], shape).copy()

    on_photographs = demonstration.CarriedFrames(
        frames=frames(50, 206),
        probabilities=np.tile(0.19 + 0.49 * doses, (examples, 1)),
        decided=np.tile(doses > 0.8, (examples, 1)),
    )
    return demonstration.Demonstration(
        frames=frames(99, 255),
        probabilities=np.tile(0.07 + 0.79 * doses, (examples, 1)),
        decided=np.tile(doses > 0.6, (examples, 1)),
        own_places=np.zeros(examples),
        responses=np.stack([0.1 + 0.4 * doses, 0.2 + 0.8 * doses]),
        carried=on_photographs if carried else None,
    )


def edit(coordinate: int = 501, wins: float = 0.86) -> single_image.Edit:
    """A white picture; `wins` is the probability of class 1."""
    return single_image.Edit(
        coordinate=coordinate,
        direction=findings.TOWARDS_MAXIMUM,
        effect=4.0,
        picture=np.full((8, 8, 3), 255, np.uint8),
        probabilities=np.array([1 - wins, wins]),
        carried=np.full((8, 8, 3), 246, np.uint8),
        probabilities_carried=np.array([0.88, 0.12]),
    )


def alone(**changes: Any) -> single_image.SingleImage:
    """An image of class 0 that one edit turns; keywords replace fields."""
    fields: Mapping[str, Any] = {
        "image_id": "test/3",
        "image": np.full((8, 8, 3), 50, np.uint8),
        "reconstruction": np.full((8, 8, 3), 59, np.uint8),
        "probabilities_image": np.array([0.98, 0.02]),
        "probabilities_reconstruction": np.array([0.95, 0.05]),
        "target": 1,
        "independent": (edit(501), edit(777, wins=0.3)),
        "subset": (edit(501),),
    }
    return single_image.SingleImage(**{**fields, **changes})


def report_data(**changes: Any) -> page.ReportData:
    """A whole page; keywords replace fields of ReportData."""
    images = np.full((2, 8, 8, 3), 50, np.uint8)
    fields: Mapping[str, Any] = {
        "title": "Drawn faces",
        "facts": (("Classifier", "small_cnn"), ("Images", "faces, 32 pixels")),
        "findings": explained(
            class_findings(attribute(1), attribute(2, factor="open_mouth")),
            class_findings(attribute(1, factor="hair"), class_index=0),
        ),
        "evaluation": evaluation(),
        "reconstructions": page.Reconstructions(
            images=images,
            reconstructions=images + 9,
            probabilities_images=np.array([[0.02, 0.98], [0.91, 0.09]]),
            probabilities_reconstructions=np.array([[0.04, 0.96], [0.6, 0.4]]),
            image_ids=("test/1", "test/2"),
        ),
        "causes": ("glasses", "open_mouth"),
        "demonstrations": {
            key: demonstrated() for key in ((1, 1), (1, 2), (0, 1))
        },
        "single_images": (alone(),),
        "run": "cafe",
    }
    return page.ReportData(**{**fields, **changes})
