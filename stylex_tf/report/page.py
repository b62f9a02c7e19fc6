"""Writes the report: one HTML file that opens from disk, fetching nothing."""

import collections
import dataclasses
import functools
import json
import os
import pathlib
from collections.abc import Mapping

import jinja2
import numpy as np

from stylex_tf import atomic_file
from stylex_tf.evaluation import record, row_list, rows
from stylex_tf.report import (
    attribute_names,
    cautions,
    demonstration,
    dose_curve,
    flip_curve,
    heat_map,
    layout,
    marks,
    overview,
    page_template,
    pictures,
    single_image,
    verdict,
    ways,
    wording,
)
from stylex_tf.report import findings as findings_lib

MAX_BYTES = layout.MAX_BYTES

_TEMPLATES = pathlib.Path(__file__).parent / "templates"
_STYLES = (
    "page.css",
    "verdict.css",
    "trust.css",
    "pictures.css",
    "attributes.css",
)
# Classes that the bar at the top leads to; the overview leads to all.
_MOST_LINKED = 6
# Places that an attribute's coordinate is said to stand at; of 200 classes each
# could list it.
_MOST_ELSEWHERE = 6


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
    findings: findings_lib.Findings
    evaluation: record.Evaluation
    reconstructions: Reconstructions
    # The planted truth, "factor" or "factor=value"; empty where none is known.
    causes: tuple[str, ...] = ()
    # What went wrong in training, which no figure of the evaluation tells.
    training: tuple[cautions.Caution, ...] = ()
    # The images were grey before they were given three channels.
    greyscale: bool = False
    # What each attribute's knob does, by class index and rank.
    demonstrations: Mapping[tuple[int, int], demonstration.Demonstration] = (
        dataclasses.field(default_factory=dict)
    )
    single_images: tuple[single_image.SingleImage, ...] = ()
    # Whose coordinates these are, and what people called them; an empty `run`
    # gives nobody anything to name.
    run: str = ""
    names: Mapping[int, str] = dataclasses.field(default_factory=dict)
    # What was left out so that the page is not too large.
    layout_note: str = ""
    # What went into the run; None where nobody says.
    effort: verdict.Effort | None = None


def write_report(
    path: str | os.PathLike[str], data: ReportData
) -> pathlib.Path:
    """Writes the page, with pictures as exact as fit into MAX_BYTES.

    Raises:
        ValueError: the page is too large however its pictures are stored.
    """
    sizes = []
    for encoding in pictures.encodings(data.reconstructions.images.shape[1]):
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
    """Renders the page as HTML."""
    style = "\n".join(
        (_TEMPLATES / name).read_text("utf-8") for name in _STYLES
    )
    script = (_TEMPLATES / "report.js").read_text("utf-8")
    warnings = (
        *data.training,
        *cautions.find(data.evaluation, data.findings, data.causes),
    )
    return _template().render(
        data=data,
        uri=functools.partial(
            pictures.data_uri, encoding=encoding, greyscale=data.greyscale
        ),
        strip_uri=functools.partial(
            pictures.strip_uri, encoding=encoding, greyscale=data.greyscale
        ),
        attribute_name=functools.partial(
            wording.attribute_name, ambiguous=_ambiguous(data.findings)
        ),
        verdict=verdict.judge(
            data.findings, data.evaluation, warnings, data.effort
        ),
        levels=verdict.Level,
        lists=overview.lists(data.findings),
        by_coordinate=overview.by_coordinate(data.findings),
        ways_of=ways.of_attribute,
        two_ways=ways.has_two(data.findings, data.single_images),
        mark_of=single_image.mark,
        trust_of=single_image.trust,
        legend=marks.LEGEND,
        marked=any(
            of_class.mark(view)
            for of_class in data.findings.classes
            for view in of_class.attributes
        ),
        heat_maps=heat_map.draw,
        curve_of=dose_curve.draw,
        plot_width=dose_curve.WIDTH,
        plot_height=dose_curve.HEIGHT,
        cautions=warnings,
        raised={caution.code for caution in warnings},
        groups=_measured(data.evaluation),
        flips=flip_curve.points(data.evaluation),
        truth_measured=cautions.truth_measured(data.evaluation),
        causal={cautions.cause_factor(cause) for cause in data.causes},
        factors=_factors(data.findings),
        moved=findings_lib.MOVED,
        most_linked=_MOST_LINKED,
        most_elsewhere=_MOST_ELSEWHERE,
        longest_name=attribute_names.LONGEST,
        names_format=attribute_names.FORMAT,
        names_json=json.dumps(dict(data.names), ensure_ascii=False),
        note=encoding.note,
        **page_template.inline(style=style, script=script),
    )


def _measured(evaluation: record.Evaluation) -> list[rows.LineGroup]:
    """Says what was measured of the table, and what no reader may miss."""
    groups = [
        rows.LineGroup(
            group.title,
            tuple(
                line
                for line in group.lines
                if line.figure is not None or line.row.required
            ),
        )
        for group in row_list.fill(evaluation)
    ]
    return [group for group in groups if group.lines]


@functools.cache
def _template() -> jinja2.Template:
    environment = page_template.environment(_TEMPLATES)
    environment.filters.update(
        percent=wording.percent,
        probability=wording.probability,
        signed=wording.signed,
        count=wording.count,
        words=wording.words,
        unbroken=wording.unbroken,
    )
    return environment.get_template("report.html")


def _factors(findings: findings_lib.Findings) -> dict[int, str]:
    """Returns the known factors of the coordinates on the page."""
    return {
        view.coordinate: view.factor
        for of_class in findings.classes
        for view in of_class.attributes
        if view.factor is not None
    }


def _ambiguous(findings: findings_lib.Findings) -> set[str]:
    """Returns the factors that several coordinates on the page move."""
    pairs = {
        (view.factor, view.coordinate)
        for of_class in findings.classes
        for view in of_class.attributes
        if view.factor is not None
    }
    counted = collections.Counter(factor for factor, _ in pairs)
    return {factor for factor, count in counted.items() if count > 1}
