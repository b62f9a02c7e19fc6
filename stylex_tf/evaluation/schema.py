"""`evaluation.json`: one schema wherever it is written.

A figure that is not known is null, never absent and never 0.
"""

import json
import math
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

from stylex_tf import atomic_file

FLIP_RATES = 10
"""Flip rates are given with the top 1 to so many attributes."""


def _is_number(value: Any) -> bool:
    real = isinstance(value, (int, float)) and not isinstance(value, bool)
    return real and math.isfinite(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0.0 <= value <= 1.0


def _is_amount(value: Any) -> bool:
    return _is_number(value) and value >= 0.0


def _is_correlation(value: Any) -> bool:
    return _is_number(value) and -1.0 <= value <= 1.0


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_curve(value: Any) -> bool:
    fits = isinstance(value, list) and len(value) == FLIP_RATES
    return fits and all(map(_is_share, value))


def _is_intervals(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == FLIP_RATES
        and all(
            isinstance(pair, list)
            and len(pair) == 2
            and all(map(_is_share, pair))
            and pair[0] <= pair[1]
            for pair in value
        )
    )


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(x, str) for x in value)


def _is_shares(value: Any) -> bool:
    return _is_object(value) and all(map(_is_share, value.values()))


def _is_amounts(value: Any) -> bool:
    return _is_object(value) and all(map(_is_amount, value.values()))


def _is_by_target(value: Any) -> bool:
    return _is_object(value) and all(
        isinstance(one, dict)
        and set(one) == {"flip_rate", "images"}
        and _is_curve(one["flip_rate"])
        and _is_count(one["images"])
        for one in value.values()
    )


_AT = {"4": _is_share, "6": _is_share, "8": _is_share}
_CYCLE = {"agreement": _is_share, "l1": _is_amount}

# Section -> figure -> what it must be where it is not null.
SCHEMA: Mapping[str, Mapping[str, Any]] = {
    "classifier": {
        "accuracy": _is_share,
        "calibration_error": _is_share,
        "images": _is_count,
    },
    "reconstruction": {
        "agreement": _is_share,
        "kl": _is_amount,
        "probability_change": _is_share,
        "l1": _is_amount,
        "ssim": _is_correlation,
        "perceptual": _is_amount,
        "extractor": _is_text,
        # After so many passes through encoder and generator.
        "cycles": {"1": _CYCLE, "10": _CYCLE},
        "images": _is_count,
    },
    "realism": {
        "kid": _is_number,
        "kid_floor": _is_number,
        "kid_edited": _is_number,
        "fid": _is_amount,
        "fid_floor": _is_amount,
        "extractor": _is_text,
        "images": _is_count,
    },
    "sufficiency": {
        "flip_rate": _is_curve,
        "interval": _is_intervals,
        "images": _is_count,
        "by_target": _is_by_target,
        "baselines": {
            "random": _is_curve,
            "wu": _is_curve,
            "no_classification_loss": _is_curve,
            "label_swap": _is_share,
        },
        "second_classifier": {
            "agreement": _is_share,
            "flip_rate": _is_curve,
            "images": _is_count,
        },
    },
    "independence": {
        "mask_overlap": _is_share,
        "effect_cosine": _is_share,
        "additivity_gap": _is_amount,
        "images": _is_count,
    },
    "significance": {
        "classifier_p_value": _is_share,
        "attributes": _is_count,
        "both_ways": _is_count,
        "significant": _is_count,
        "level": _is_share,
        "images": _is_count,
    },
    "ground_truth": {
        "recall_at": _AT,
        "precision_at": _AT,
        "sign_accuracy": _is_share,
        "purity": _is_share,
        "rank_correlation": _is_correlation,
        "leakage": _is_share,
        "factor_agreement": _is_shares,
        "regressor_accuracy": _is_shares,
        # Factor -> how much it moves the classifier's probability.
        "causal_effects": _is_amounts,
        "images": _is_count,
    },
    "run": {
        "config": _is_object,
        "images_seen": _is_count,
        "seconds": _is_amount,
        "machine": _is_object,
        "versions": _is_object,
    },
}


def build(
    sections: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Fills what is known into the whole schema; the rest is null.

    Args:
        sections: for example {"classifier": {"accuracy": 0.98}}.

    Raises:
        ValueError: a name that is not in the schema, or a figure that is not
            what the schema says, NaN included.
    """
    evaluation = _fill("evaluation", SCHEMA, sections)
    validate(evaluation)
    return evaluation


def validate(evaluation: Mapping[str, Any]) -> None:
    """Raises ValueError, naming the figure, unless all of it fits."""
    _check("evaluation", SCHEMA, evaluation)


def write(evaluation: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Validates and writes atomically."""
    validate(evaluation)
    content = json.dumps(evaluation, indent=2) + "\n"
    atomic_file.write(path, content.encode())


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Reads and validates."""
    evaluation = json.loads(pathlib.Path(path).read_text())
    validate(evaluation)
    return evaluation


def _fill(
    name: str, schema: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    unknown = sorted(set(values) - set(schema))
    if unknown:
        raise ValueError(f"{name} has no {unknown}; it has {sorted(schema)}")
    filled: dict[str, Any] = {}
    for key, rule in schema.items():
        value = values.get(key)
        if isinstance(rule, Mapping):
            filled[key] = _fill(f"{name}.{key}", rule, value or {})
        else:
            filled[key] = value
    return filled


def _check(
    name: str, rule: Mapping[str, Any] | Callable[[Any], bool], value: Any
) -> None:
    if not isinstance(rule, Mapping):
        if value is not None and not rule(value):
            what = rule.__name__.removeprefix("_is_").replace("_", " ")
            raise ValueError(f"{name} is {value!r}; expected: {what}, or null")
        return
    if not isinstance(value, Mapping) or set(value) != set(rule):
        found = sorted(value) if isinstance(value, Mapping) else value
        raise ValueError(f"{name} is {found}; expected all of {sorted(rule)}")
    for key, inner in rule.items():
        _check(f"{name}.{key}", inner, value[key])
