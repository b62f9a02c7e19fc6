"""Names the rules by which causes make the label of a rendered image."""

from stylex_tf import choice


class RuleKind(choice.Choice):
    """How the causes make the label, see `worlds.rules.Rule`."""

    ANY = "any"
    ALL = "all"
    EACH = "each"
    RANDOM = "random"
