"""Has DiceBear draw avatars from known factors, in any of its styles.

Every option that a factor decides is given, none is left to DiceBear's own
generator, and what it resolved is compared with what was asked for. So the
factors are the truth about the picture, for the pair of versions in
`AvatarStyle.version`.
"""

import dataclasses
import functools
import importlib.metadata
import importlib.resources
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import dicebear
import numpy as np
import resvg_py
from PIL import Image

from stylex_tf.data.records import manifest

_PACKAGES = ("dicebear-core", "dicebear-styles", "resvg-py")

Options = Mapping[str, Any]


def variants(part: str, names: Mapping[str, str]) -> dict[str, Options]:
    """Maps values to DiceBear's options of a part that is always there."""
    return {
        value: {f"{part}Probability": 100, f"{part}Variant": name}
        for value, name in names.items()
    }


def optional(
    part: str, names: Mapping[str, str], *, without: str = "no"
) -> dict[str, Options]:
    """Maps values to options of a part that the first value leaves out."""
    return {without: {f"{part}Probability": 0}, **variants(part, names)}


def colours(values: Mapping[str, str], *parts: str) -> dict[str, Options]:
    """Gives several parts the colour of each value, as DiceBear's options.

    Args:
        values: "#rrggbb" for each value of the factor.
        *parts: what has that colour, as DiceBear calls it.
    """
    return {
        value: {f"{part}Color": [colour] for part in parts}
        for value, colour in values.items()
    }


@dataclasses.dataclass(frozen=True)
class AvatarStyle:
    """One of DiceBear's styles, and the part of it that we vary.

    Attributes:
        name: the name of the world, in the config.
        revision: raise it when the same factors would be drawn differently.
        file: the style's JSON file in `dicebear_styles`.
        looks: factor -> value -> the options that draw it.
        fixed: the options that no factor changes.
        probabilities: for each factor, one a value; None is uniform.
    """

    name: str
    revision: int
    file: str
    looks: Mapping[str, Mapping[str, Options]]
    fixed: Options
    probabilities: tuple[tuple[float, ...] | None, ...]

    @property
    def factors(self) -> tuple[manifest.Factor, ...]:
        """Returns what can be varied, in order."""
        return tuple(
            manifest.Factor(name, tuple(values))
            for name, values in self.looks.items()
        )

    @property
    def version(self) -> str:
        """Names everything outside the factors that decides the pixels."""
        packages = [f"{p} {importlib.metadata.version(p)}" for p in _PACKAGES]
        return ", ".join([f"{self.name} {self.revision}", *packages])

    def render(self, factors: Sequence[float], resolution: int) -> np.ndarray:
        """Draws one avatar.

        Args:
            factors: an index into the values of each of `self.factors`.
            resolution: height and width of the picture.

        Returns:
            The picture, uint8 [resolution, resolution, 3].

        Raises:
            RuntimeError: DiceBear drew something else than was asked for.
        """
        # The seed decides nothing, since every option is given.
        asked: dict[str, Any] = {**self.fixed, "seed": "stylex_tf"}
        for values, index in zip(self.looks.values(), factors, strict=True):
            asked |= list(values.values())[int(index)]
        drawn = dicebear.Avatar(_load(self.file), asked).to_json()
        others = _drawn_otherwise(asked, drawn["options"])
        if others:
            raise RuntimeError(f"{self.version} drew {others}")
        png = resvg_py.svg_to_bytes(
            svg_string=drawn["svg"],
            width=resolution,
            height=resolution,
            skip_system_fonts=True,
        )
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def _drawn_otherwise(asked: Options, resolved: Options) -> list[str]:
    """Says in words what DiceBear resolved to something else."""
    expected: dict[str, Any] = {}
    for option, value in asked.items():
        if option.endswith("Variant"):
            part = option.removesuffix("Variant")
            drawn = asked.get(f"{part}Probability", 100) > 0
            expected[option] = value if drawn else None
        elif option.endswith("Probability") and value == 0:
            expected[f"{option.removesuffix('Probability')}Variant"] = None
        elif option.endswith("Color") and option in resolved:
            # Only what is drawn has a colour.
            expected[option] = value
    return [
        f"{option} {resolved.get(option)!r}; asked for {value!r}"
        for option, value in expected.items()
        if resolved.get(option) != value
    ]


@functools.cache
def _load(file: str) -> dicebear.Style:
    path = importlib.resources.files("dicebear_styles") / file
    return dicebear.Style(json.loads(path.read_text(encoding="utf-8")))
