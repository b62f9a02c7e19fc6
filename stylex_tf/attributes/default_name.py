"""Names a style coordinate that nobody has named, in one way everywhere."""


def of(coordinate: int) -> str:
    """Returns the name: "style 12".

    Args:
        coordinate: its place among the searched coordinates.
    """
    return f"style {coordinate}"
