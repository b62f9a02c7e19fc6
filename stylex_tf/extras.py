"""Says how the packages that only some need are installed."""


def how(extra: str, *others: str) -> str:
    """Returns the command that installs an extra, and where it is typed.

    Args:
        extra: its name in pyproject.toml.
        others: what is installed with it.
    """
    words = " ".join((f"'.[{extra}]'", *others))
    return f"pip install {words} in a clone of StylEx"
