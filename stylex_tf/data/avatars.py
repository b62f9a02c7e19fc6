"""DiceBear's "toon-head" avatars, drawn from known factors.

The style is a remix of "ToonHead" by Johan Melin, CC BY 4.0
(https://www.figma.com/community/file/1589627891082866389).

Every option is given, none is left to DiceBear's own generator, and the
options that it resolved are compared with those asked for. So the factors are
the truth about the picture, for the pair of versions in `version()`.
"""

import functools
import importlib.metadata
import importlib.resources
import io
import json
from collections.abc import Sequence
from typing import Any

import dicebear
import numpy as np
import resvg_py
from PIL import Image

from stylex_tf.data import manifest

_VERSION = 1
_PACKAGES = ("dicebear-core", "dicebear-styles", "resvg-py")

# Colours so far apart that a beard shows on every skin, and skins on which the
# style's thin lips show; several of its own pairs of hair and skin look equal.
_HAIR_COLOURS = {
    "black": "#2c1b18",
    "blond": "#d6b370",
    "red": "#c94f2b",
    "silver": "#c9ccd6",
}
_SKIN_COLOURS = {"light": "#f1c3a5", "rose": "#c68e7a", "brown": "#9a6548"}

FACTORS = (
    manifest.Factor("beard", ("no", "yes")),
    manifest.Factor("mouth", ("agape", "angry", "laugh", "sad", "smile")),
    manifest.Factor("eyes", ("bow", "happy", "humble", "wide", "wink")),
    manifest.Factor("eyebrows", ("angry", "happy", "neutral", "raised", "sad")),
    manifest.Factor("hair", ("bun", "sideComed", "spiky", "undercut")),
    manifest.Factor(
        "rear_hair",
        ("none", "longStraight", "longWavy", "neckHigh", "shoulderHigh"),
    ),
    manifest.Factor("hair_colour", tuple(_HAIR_COLOURS)),
    manifest.Factor("skin", tuple(_SKIN_COLOURS)),
)

# 0.3 each makes "beard or smile" true for 1 - 0.7 * 0.7 = 51 % of the images.
PROBABILITIES = (
    (0.7, 0.3),
    (0.175, 0.175, 0.175, 0.175, 0.3),
    *[None] * 6,
)

# The face from the forehead to the chin; clothes are outside the picture.
_FIXED = {
    "scale": 1.9,
    "translateY": -2,
    "backgroundColor": ["#b6e3f4"],
    "clothesVariant": "tShirt",
    "clothesColor": ["#545454"],
    "hairProbability": 100,
}


def version() -> str:
    """Names everything outside the factors that decides the pixels."""
    packages = [f"{p} {importlib.metadata.version(p)}" for p in _PACKAGES]
    return ", ".join([f"avatars {_VERSION}", *packages])


def render(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Draws one avatar.

    Args:
        factors: an index into the values of each of `FACTORS`.
        resolution: height and width of the picture.

    Returns:
        The picture, uint8 [resolution, resolution, 3].

    Raises:
        RuntimeError: DiceBear drew something else than was asked for.
    """
    values = {
        factor.name: factor.values[int(index)]
        for factor, index in zip(FACTORS, factors, strict=True)
    }
    drawn = dicebear.Avatar(_style(), _options(values)).to_json()
    resolved = read_factors(drawn["options"])
    if resolved != values:
        raise RuntimeError(f"{version()} drew {resolved}; asked for {values}")
    png = resvg_py.svg_to_bytes(
        svg_string=drawn["svg"],
        width=resolution,
        height=resolution,
        skip_system_fonts=True,
    )
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def read_factors(resolved: dict[str, Any]) -> dict[str, str]:
    """The value of every factor in the options that DiceBear resolved."""
    return {
        "beard": "yes" if "beardVariant" in resolved else "no",
        "mouth": resolved["mouthVariant"],
        "eyes": resolved["eyesVariant"],
        "eyebrows": resolved["eyebrowsVariant"],
        "hair": resolved["hairVariant"],
        "rear_hair": resolved.get("rearHairVariant", "none"),
        "hair_colour": _name_of(resolved["hairColor"], _HAIR_COLOURS),
        "skin": _name_of(resolved["skinColor"], _SKIN_COLOURS),
    }


def _name_of(colours: list[str], names: dict[str, str]) -> str:
    by_colour = {colour: name for name, colour in names.items()}
    return by_colour.get(colours[0], colours[0])


def _options(values: dict[str, str]) -> dict[str, Any]:
    options = {
        **_FIXED,
        # The seed decides nothing, since every option is given.
        "seed": "stylex_tf",
        "beardProbability": 100 if values["beard"] == "yes" else 0,
        "beardVariant": "longBeard",
        "rearHairProbability": 0 if values["rear_hair"] == "none" else 100,
        "hairColor": [_HAIR_COLOURS[values["hair_colour"]]],
        "skinColor": [_SKIN_COLOURS[values["skin"]]],
    }
    for name in ("mouth", "eyes", "eyebrows", "hair"):
        options[f"{name}Variant"] = values[name]
    if values["rear_hair"] != "none":
        options["rearHairVariant"] = values["rear_hair"]
    return options


@functools.cache
def _style() -> dicebear.Style:
    folder = importlib.resources.files("dicebear_styles")
    text = (folder / "toon-head.json").read_text(encoding="utf-8")
    return dicebear.Style(json.loads(text))
