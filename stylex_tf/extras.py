"""Says how the packages that only some need are installed."""


def how(*extras: str) -> str:
    """Returns the command that installs extras, and where it is typed.

    Args:
        *extras: their names in pyproject.toml.
    """
    return f"pip install '.[{','.join(extras)}]' in a clone of StylEx"
