"""Draws the world "pixel_art" by a style that survives 32 pixels.

The style is "pixel-art" by DiceBear, CC0 1.0
(https://www.figma.com/community/file/1198754108850888330).
"""

from stylex_tf.data.worlds import avatars

_HAIR_COLOURS = {
    "black": "#28150a",
    "blond": "#e6c86e",
    "red": "#bd1700",
    "blue": "#009bbd",
}
_SKIN_COLOURS = {"light": "#ffdbac", "tan": "#e0b687", "brown": "#a26d3d"}

STYLE = avatars.AvatarStyle(
    name="pixel_art",
    revision=2,
    file="pixel-art.json",
    looks={
        "glasses": avatars.optional(
            "glasses", {"tinted": "dark06", "clear": "light06", "bar": "dark03"}
        ),
        "mouth": avatars.variants(
            "mouth",
            {
                "straight": "sad04",
                "frown": "sad01",
                "open": "happy01",
                "smile": "happy09",
            },
        ),
        "beard": avatars.optional("beard", {"yes": "variant05"}),
        "hat": avatars.optional("hat", {"yes": "variant02"}),
        "eyes": avatars.variants(
            "eyes",
            {"wide": "variant01", "small": "variant03", "aside": "variant08"},
        ),
        "hair": avatars.variants(
            "hair",
            {
                "short": "short01",
                "fringe": "short17",
                "long": "long03",
                "framing": "long01",
            },
        ),
        "hair_colour": avatars.colours(_HAIR_COLOURS, "hair"),
        "skin": avatars.colours(_SKIN_COLOURS, "skin"),
    },
    # One of the 16 x 16 squares is exactly 3 pixels of 32, and the shift is
    # exactly 2, so that every edge is sharp; the head fills the picture.
    fixed={
        "scale": 1.5,
        "translateY": 6.25,
        "backgroundColor": ["#b6e3f4"],
        "accessoriesProbability": 0,
        "clothesVariant": "variant01",
        "clothingColor": ["#03396c"],
        "eyesColor": ["#647b90"],
        "glassesColor": ["#191919"],
        "hatColor": ["#2663a3"],
        "mouthColor": ["#de0f0d"],
    },
    # 0.3 each makes "glasses or smile" true for 51 % of the images.
    probabilities=(
        (0.7, 0.1, 0.1, 0.1),
        (0.7 / 3, 0.7 / 3, 0.7 / 3, 0.3),
        (0.7, 0.3),
        (0.8, 0.2),
        *[None] * 4,
    ),
)
