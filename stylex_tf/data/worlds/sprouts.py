"""Draws the held-out world "sprouts": DiceBear's potted flowers with a face.

Nothing may be tuned on it: see configs/worlds/held_out/method.py.

The style is by DiceBear, CC0 1.0 (https://www.dicebear.com).
"""

from stylex_tf.data.worlds import avatars

_BACKDROPS = {
    "plum": "#6d28d9",
    "teal": "#0f766e",
    "rust": "#c2410c",
    "slate": "#1e293b",
    "blue": "#0369a1",
    "ochre": "#b45309",
}
_BLOOMS = {
    "white": "#f8fafc",
    "yellow": "#fcd34d",
    "violet": "#a78bfa",
    "red": "#ef1a3c",
}
_POTS = {
    "sky": "#7dd3fc",
    "pink": "#fda4af",
    "sand": "#fdba74",
    "lime": "#bef264",
    "white": "#e2e8f0",
}
_PLANTS = {"green": "#22c55e", "lemon": "#a3e635", "aqua": "#2dd4bf"}


def _same(*names: str) -> dict[str, str]:
    """Maps values that are called as DiceBear calls them."""
    return dict(zip(names, names, strict=True))


STYLE = avatars.AvatarStyle(
    name="sprouts",
    revision=1,
    file="sprouts.json",
    looks={
        "bloom": avatars.colours(_BLOOMS, "bloom"),
        "plant": avatars.variants("plant", _same("ball", "tulip", "buds")),
        "pot": avatars.variants(
            "pot", _same("taper", "bowl", "tub", "bag", "round")
        ),
        "size": {"small": {"scale": 0.88}, "large": {"scale": 0.97}},
        "place": {
            "left": {"translateX": -9},
            "middle": {"translateX": 0},
            "right": {"translateX": 9},
        },
        "shelf": {
            "low": {"translateY": -2},
            "middle": {"translateY": -6},
            "high": {"translateY": -10},
        },
        "backdrop": avatars.colours(_BACKDROPS, "background"),
        "pot_colour": avatars.colours(_POTS, "pot"),
        "plant_colour": avatars.colours(_PLANTS, "plant"),
    },
    fixed={
        "cheeksProbability": 0,
        "patternProbability": 0,
        "animationVariant": "none",
        "eyesVariant": "round",
        "mouthVariant": "smile",
        "inkColor": ["#1e293b"],
    },
    # Half of the blooms are red.
    probabilities=((1 / 6, 1 / 6, 1 / 6, 1 / 2), *[None] * 8),
)
