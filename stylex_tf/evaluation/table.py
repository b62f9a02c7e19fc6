"""`evaluation.json` as text for a terminal: every figure, and of how many."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stylex_tf.evaluation import schema

NOT_MEASURED = "not measured"

_NAME, _VALUE, _IMAGES = 40, 14, 12
# The flip rates: the name, then one column each for the top 1 to 10.
_CURVE_NAME, _CURVE_VALUE = 30, 5


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    """One figure: its path in the section, and how it is printed."""

    name: str
    path: str
    unit: str = "number"


_SECTIONS: tuple[tuple[str, str, tuple[_Line, ...]], ...] = (
    (
        "Classifier",
        "classifier",
        (
            _Line("accuracy", "accuracy", "share"),
            _Line("calibration error", "calibration_error"),
        ),
    ),
    (
        "Reconstruction",
        "reconstruction",
        (
            _Line("agreement", "agreement", "share"),
            _Line("agreement after 10 cycles", "cycles.10.agreement", "share"),
            _Line("KL divergence", "kl"),
            _Line("change of probability", "probability_change"),
            _Line("L1", "l1"),
            _Line("L1 after 10 cycles", "cycles.10.l1"),
            _Line("SSIM", "ssim"),
            _Line("perceptual distance", "perceptual"),
        ),
    ),
    (
        "Realism",
        "realism",
        (
            _Line("KID", "kid", "fine"),
            _Line("KID of edited images", "kid_edited", "fine"),
            _Line("KID of other real images", "kid_floor", "fine"),
            _Line("FID", "fid"),
            _Line("FID of other real images", "fid_floor"),
        ),
    ),
    (
        "Independence of the attributes",
        "independence",
        (
            _Line("overlap of the masks", "mask_overlap"),
            _Line("cosine of the effects", "effect_cosine"),
            _Line("additivity gap", "additivity_gap"),
        ),
    ),
    (
        "Ground truth",
        "ground_truth",
        (
            *(
                _Line(f"{name}, top {k}", f"{key}.{k}", "share")
                for name, key in (
                    ("causes found", "recall_at"),
                    ("attributes that are causes", "precision_at"),
                )
                for k in (4, 6, 8)
            ),
            _Line("sign accuracy", "sign_accuracy", "share"),
            _Line("purity", "purity"),
            _Line("rank correlation", "rank_correlation"),
            _Line("leakage", "leakage"),
        ),
    ),
)
# The ground truth's figures of each factor.
_OF_FACTORS = (
    ("factor agreement", "factor_agreement", "share"),
    ("accuracy of the factor regressor", "regressor_accuracy", "share"),
    ("causal effect", "causal_effects", "number"),
)
_RUN = (
    _Line("images seen in training", "images_seen", "count"),
    _Line("seconds", "seconds", "count"),
)


def render(evaluation: Mapping[str, Any]) -> str:
    """Prints all figures as plain text, at most 80 columns wide.

    Args:
        evaluation: the content of `evaluation.json`, whole.

    Returns:
        Lines; a figure that is null says "not measured".

    Raises:
        ValueError: it does not fit the schema.
    """
    schema.validate(evaluation)
    parts = {
        key: [_head(title), *_section(evaluation[key], lines)]
        for title, key, lines in _SECTIONS
    }
    significance = evaluation["significance"]
    parts["classifier"].append(
        _line(
            "p-value of mere guessing",
            significance["classifier_p_value"],
            "fine",
            # Tested on the images that are reconstructed.
            evaluation["reconstruction"]["images"],
        )
    )
    for key in ("reconstruction", "realism"):
        extractor = evaluation[key]["extractor"] or NOT_MEASURED
        parts[key].append(f"  features: {extractor}")
    parts["ground_truth"] += _factors(evaluation["ground_truth"])
    flips = list(_flips(evaluation["sufficiency"]))
    run = [_head("Run", ""), *_section(evaluation["run"], _RUN)]
    order = [
        *(parts[key] for key in ("classifier", "reconstruction", "realism")),
        flips,
        parts["independence"],
        list(_significance(significance)),
        parts["ground_truth"],
        run,
    ]
    return "\n\n".join("\n".join(lines) for lines in order) + "\n"


def _head(title: str, images: str = "images") -> str:
    return f"{title:<{_NAME}}{'':>{_VALUE}}{images:>{_IMAGES}}".rstrip()


def _line(name: str, value: Any, unit: str, images: int | None) -> str:
    count = "" if images is None else f"{images:,}"
    return (
        f"{'  ' + name:<{_NAME}}{_print(value, unit):>{_VALUE}}"
        f"{count:>{_IMAGES}}"
    ).rstrip()


def _section(
    section: Mapping[str, Any], lines: Sequence[_Line]
) -> Iterator[str]:
    for line in lines:
        value: Any = section
        for key in line.path.split("."):
            value = value[key]
        yield _line(line.name, value, line.unit, section.get("images"))


def _significance(section: Mapping[str, Any]) -> Iterator[str]:
    images, level = section["images"], section["level"]
    below = "" if level is None else f", p < {level:g}"
    yield _head("Significance")
    yield _line("attributes tested", section["attributes"], "count", images)
    yield _line("that work both ways", section["both_ways"], "count", images)
    yield _line(
        f"that matter as well{below}",
        section["significant"],
        "count",
        images,
    )


def _factors(section: Mapping[str, Any]) -> Iterator[str]:
    for name, key, unit in _OF_FACTORS:
        if not section[key]:
            yield _line(name, None, unit, section["images"])
            continue
        yield f"  {name}"
        for factor, value in section[key].items():
            yield _line("  " + factor, value, unit, section["images"])


def _flips(section: Mapping[str, Any]) -> Iterator[str]:
    """The flip rates with the top 1 to 10 in columns, a baseline a row."""
    images = section["images"]
    of = "" if images is None else f", {images:,} images"
    yield f"Decisions flipped by the top attributes, %{of}"
    tops = range(1, schema.FLIP_RATES + 1)
    yield _row("top", [str(k) for k in tops])
    yield _curve("flip rate", section["flip_rate"])
    interval = section["interval"]
    for name, end in (("  at least (95 %)", 0), ("  at most", 1)):
        yield _curve(name, interval and [pair[end] for pair in interval])
    for target, one in (section["by_target"] or {}).items():
        yield _curve(
            f"  to class {target}, {one['images']:,} images", one["flip_rate"]
        )
    baselines, second = section["baselines"], section["second_classifier"]
    yield _curve("random coordinates", baselines["random"])
    yield _curve("Wu et al.'s ranking", baselines["wu"])
    yield _curve("no classification loss", baselines["no_classification_loss"])
    of = "" if second["images"] is None else f", {second['images']:,}"
    yield _curve(f"second classifier{of}", second["flip_rate"])
    yield _line(
        "second classifier agrees", second["agreement"], "share", images
    )
    yield _line(
        "label-only swap flips", baselines["label_swap"], "share", images
    )


def _curve(name: str, rates: Sequence[float] | None) -> str:
    if rates is None:
        return f"{'  ' + name:<{_CURVE_NAME}}  {NOT_MEASURED}"
    return _row(name, [f"{100 * rate:.0f}" for rate in rates])


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{'  ' + name:<{_CURVE_NAME}}" + "".join(
        f"{cell:>{_CURVE_VALUE}}" for cell in cells
    )


def _print(value: Any, unit: str) -> str:
    if value is None:
        return NOT_MEASURED
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "count":
        return f"{value:,.0f}"
    # KID and p-values are small, and their floor is what they stand beside.
    return f"{value:.2g}" if unit == "fine" else f"{value:.3f}"
