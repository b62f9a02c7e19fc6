"""Names what encoder and discriminator look at."""

from stylex_tf import choice


class Backbone(choice.Choice):
    """The pixels, or features of them; see `photo_backbone.py`."""

    NONE = "none"
    PHOTOGRAPHS = "photographs"
