"""Names which networks of a training are kept."""

from stylex_tf import choice


class Keep(choice.Choice):
    """Which networks are explained: the last, or those that score best."""

    LAST = "last"
    BEST = "best"
