"""The report: one HTML file that opens from disk and fetches nothing."""

import base64
import dataclasses
import functools
import hashlib
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import jinja2
import markupsafe
import numpy as np

from stylex_tf import explanation as explanation_lib
from stylex_tf.report import (
    atomic_file,
    cautions,
    figures,
    flip_curve,
    pictures,
    wording,
)

# A page that a mail server still takes and a telephone still opens.
MAX_BYTES = 15_000_000

_TEMPLATES = pathlib.Path(__file__).parent / "templates"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reconstructions:
    """Images beside what the generator made of them; N images, K classes."""

    # uint8 [N, H, W, 3].
    images: np.ndarray
    reconstructions: np.ndarray
    # float [N, K].
    probabilities_images: np.ndarray
    probabilities_reconstructions: np.ndarray
    image_ids: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportData:
    """All that a page shows."""

    title: str
    # What was explained, as pairs of a label and its text: the classifier,
    # the images, the model.
    facts: tuple[tuple[str, str], ...]
    explanation: explanation_lib.Explanation
    # The content of evaluation.json; what was not measured is null.
    evaluation: Mapping[str, Any]
    reconstructions: Reconstructions
    # The planted truth, "factor" or "factor=value"; empty where none is known.
    causes: tuple[str, ...] = ()
    # What went wrong in training, which no figure of the evaluation tells.
    training: tuple[cautions.Caution, ...] = ()
    # The images were grey before they were given three channels.
    greyscale: bool = False


def write_report(
    path: str | os.PathLike[str], data: ReportData
) -> pathlib.Path:
    """Writes the page, with pictures as exact as fit into MAX_BYTES.

    Raises:
        ValueError: the page is too large however its pictures are stored.
    """
    sizes = []
    for encoding in pictures.ENCODINGS:
        content = render(data, encoding).encode()
        if len(content) <= MAX_BYTES:
            return atomic_file.write(path, content)
        sizes.append(len(content))
    raise ValueError(
        f"the report takes {min(sizes) / 1e6:.0f} MB; at most "
        f"{MAX_BYTES / 1e6:.0f} MB are allowed. Explain fewer classes, or "
        "show fewer attributes or examples of each"
    )


def render(data: ReportData, encoding: pictures.Encoding) -> str:
    """The page as HTML."""
    style = (_TEMPLATES / "report.css").read_text("utf-8")
    found = (
        *data.training,
        *cautions.find(data.evaluation, data.explanation, data.causes),
    )
    return _template().render(
        data=data,
        uri=functools.partial(
            pictures.data_uri, encoding=encoding, greyscale=data.greyscale
        ),
        cautions=found,
        raised={caution.code for caution in found},
        groups=figures.tabulate(
            data.evaluation, data.explanation.class_names, data.causes
        ),
        flips=flip_curve.points(data.evaluation),
        truth_measured=cautions.truth_measured(data.evaluation),
        causal={cautions.cause_factor(cause) for cause in data.causes},
        strongest=_strongest(data.explanation),
        note=encoding.note,
        # Ours, so not escaped: the policy allows exactly this text.
        style=markupsafe.Markup(style),
        style_hash=_content_hash(style),
    )


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=wording.percent,
        probability=wording.probability,
        signed=wording.signed,
        words=wording.words,
    )
    return environment.get_template("report.html")


def _content_hash(text: str) -> str:
    """The hash by which a content security policy names an inline style."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _strongest(explanation: explanation_lib.Explanation) -> float:
    """The largest effect on the page, which has the longest bar."""
    return max(
        (
            view.mean_effect
            for found in explanation.classes
            for view in found.attributes
        ),
        default=0.0,
    )
