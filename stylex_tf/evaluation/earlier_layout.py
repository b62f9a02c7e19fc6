"""Reads the first layout of `evaluation.json`, which had no `format`.

Figures were bare numbers, with one number of images a section.
"""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

# What became of a figure whose place or name changed.
_MOVED = {
    ("significance", "classifier_p_value"): ("classifier", "guessing_p"),
    ("sufficiency", "flip_rate"): ("sufficiency", "flips"),
}
# These are no figures, and stay what they are.
_PLAIN = {"extractor", "level"}
# Measured on searched images, while `images` counted the unseen ones: of how
# many they are, the file does not say.
_OF_SEARCHED = {
    "recall_at",
    "precision_at",
    "sign_accuracy",
    "purity",
    "leakage",
    "rank_correlation",
}


def convert(old: Mapping[str, Any]) -> Json:
    """Returns the same figures in the present layout.

    Args:
        old: parsed JSON; any part of it null or missing.
    """
    new: Json = {"run": dict(old.get("run") or {})}
    for section in (
        "classifier",
        "reconstruction",
        "realism",
        "sufficiency",
        "independence",
        "significance",
        "ground_truth",
    ):
        figures = dict(old.get(section) or {})
        if section == "reconstruction":
            cycled = (figures.pop("cycles", None) or {}).get("10") or {}
            figures["agreement_cycled"] = cycled.get("agreement")
            figures["l1_cycled"] = cycled.get("l1")
        images = figures.pop("images", None)
        if section == "significance" and "significant" in figures:
            # Then everything that mattered was listed.
            figures["listed"] = figures["significant"]
        if section == "sufficiency":
            new.setdefault(section, {}).update(_flips(figures, images))
            continue
        for name, value in figures.items():
            place, key = _MOVED.get((section, name), (section, name))
            n = None if name in _OF_SEARCHED else images
            converted = value if name in _PLAIN else _figure(value, n)
            new.setdefault(place, {})[key] = converted
    return new


def _figure(value: Any, images: int | None) -> Json | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        known = {
            key: _figure(inner, images)
            for key, inner in value.items()
            if inner is not None
        }
        return known or None
    return {"value": value, "n": images}


def _flips(figures: Json, images: int | None) -> Json:
    """Reads the flip rates and their baselines."""
    baselines = figures.get("baselines") or {}
    second = figures.get("second_classifier") or {}
    new: Json = {
        name: _curve(baselines.get(name), images) for name in ("random", "wu")
    }
    # These figures are of another run, which does not say its images.
    new["no_classification_loss"] = _curve(
        baselines.get("no_classification_loss"), None
    )
    new["label_swap"] = _figure(baselines.get("label_swap"), images)
    new["second"] = _curve(second.get("flip_rate"), second.get("images"))
    new["second_agreement"] = _figure(second.get("agreement"), images)
    new["flips"] = _curve(
        figures.get("flip_rate"), images, figures.get("interval")
    )
    by_target = figures.get("by_target")
    if by_target is not None:
        new["by_target"] = {
            target: _curve(of_target["flip_rate"], of_target["images"])
            for target, of_target in by_target.items()
            if of_target["flip_rate"] is not None
        }
    return new


def _curve(
    values: Any, images: int | None, intervals: Any = None
) -> Json | None:
    if values is None:
        return None
    return {"values": values, "n": images, "intervals": intervals}
