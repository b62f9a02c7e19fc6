"""Names the ways in which the discriminator's images are varied."""

from stylex_tf import choice

# Stronger augmentation shows in what the generator draws: Karras et al. 2020
# (https://arxiv.org/abs/2006.06676), section 2.2.
MAX_AUGMENTATION = 0.8


class Augmentation(choice.Choice):
    """How they are varied, see `augmentation_strength.of`."""

    OFF = "off"
    FIXED = "fixed"
    ADAPTIVE = "adaptive"
