"""Draws the world "avatars": DiceBear's "toon-head", faces easy to learn.

The style is a remix of "ToonHead" by Johan Melin, CC BY 4.0
(https://www.figma.com/community/file/1589627891082866389).
"""

from stylex_tf.data.worlds import avatars

# Colours so far apart that a beard shows on every skin, and skins on which the
# style's thin lips show; several of its own pairs of hair and skin look equal.
_HAIR_COLOURS = {
    "black": "#2c1b18",
    "blond": "#d6b370",
    "red": "#c94f2b",
    "silver": "#c9ccd6",
}
_SKIN_COLOURS = {"light": "#f1c3a5", "rose": "#c68e7a", "brown": "#9a6548"}


def _same(*names: str) -> dict[str, str]:
    """Maps values that are called as DiceBear calls them."""
    return dict(zip(names, names, strict=True))


STYLE = avatars.AvatarStyle(
    name="avatars",
    revision=2,
    file="toon-head.json",
    looks={
        "beard": avatars.optional("beard", {"yes": "longBeard"}),
        "mouth": avatars.variants("mouth", _same("smile", "laugh")),
        "eyes": avatars.variants("eyes", _same("happy", "humble", "wide")),
        "eyebrows": avatars.variants(
            "eyebrows", _same("angry", "raised", "sad")
        ),
        "hair": avatars.variants(
            "hair", _same("bun", "sideComed", "spiky", "undercut")
        ),
        "rear_hair": avatars.optional(
            "rearHair", _same("longStraight"), without="none"
        ),
        "hair_colour": avatars.colours(_HAIR_COLOURS, "hair"),
        "skin": avatars.colours(_SKIN_COLOURS, "skin"),
    },
    # The face from the forehead to the chin; clothes are outside the picture.
    fixed={
        "scale": 2.3,
        "translateY": -8,
        "backgroundColor": ["#b6e3f4"],
        "clothesVariant": "tShirt",
        "clothesColor": ["#545454"],
    },
    # 0.3 each makes "beard or laugh" true for 1 - 0.7 * 0.7 = 51 % of the
    # images.
    probabilities=(
        (0.7, 0.3),
        (0.7, 0.3),
        *[None] * 6,
    ),
)
