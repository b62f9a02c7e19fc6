"""Draws the world "avataaars": glasses, facial hair, mouths and hair.

Its factors are of the kind that CelebA has. The style is a remix of "Avataaars"
by Pablo Stanley, free for personal and commercial use (https://avataaars.com).
"""

from stylex_tf.data.worlds import avatars

# The colours of facial hair and hair are one; each shows on every skin.
_HAIR_COLOURS = {
    "black": "#2c1b18",
    "blond": "#e0c060",
    "red": "#c93305",
    "silver": "#e8e1e1",
}
_SKIN_COLOURS = {
    "pale": "#ffdbb4",
    "tan": "#d08b5b",
    "brown": "#8a5a3c",
    "rose": "#f0a58f",
}

STYLE = avatars.AvatarStyle(
    name="avataaars",
    revision=3,
    file="avataaars.json",
    looks={
        "glasses": avatars.optional(
            "accessories",
            {"wayfarers": "prescription02", "sunglasses": "kurt"},
        ),
        "facial_hair": avatars.optional(
            "facialHair",
            {"beard": "beardMajestic", "moustache": "moustacheMagnum"},
        ),
        "mouth": avatars.variants(
            "mouth",
            {"serious": "serious", "smile": "smile", "scream": "screamOpen"},
        ),
        "eyes": avatars.variants(
            "eyes",
            {"open": "default", "closed": "happy", "surprised": "surprised"},
        ),
        "eyebrows": avatars.variants(
            "eyebrows",
            {"neutral": "default", "angry": "angry", "sad": "sadConcerned"},
        ),
        "hair": avatars.variants(
            "top",
            {
                "short": "shortFlat",
                "bald": "sides",
                "bob": "bob",
                "long": "straight01",
            },
        ),
        "hair_colour": avatars.colours(_HAIR_COLOURS, "hair", "facialHair"),
        "skin": avatars.colours(_SKIN_COLOURS, "skin"),
    },
    # The face from the hair to the beard; clothes are outside the picture.
    fixed={
        "scale": 1.9,
        "translateY": 8,
        "backgroundColor": ["#b6e3f4"],
        "clothesVariant": "shirtCrewNeck",
        "clothesColor": ["#929598"],
        "accessoriesColor": ["#262e33"],
        "noseVariant": "default",
    },
    # 0.3 each makes "glasses or facial hair" true for 51 % of the images.
    probabilities=(
        (0.7, 0.15, 0.15),
        (0.7, 0.15, 0.15),
        *[None] * 6,
    ),
)
