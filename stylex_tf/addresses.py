"""Tells addresses from paths, before a path is made of one."""

import os


def refusal(given: str | os.PathLike, way: str) -> str:
    """Returns why an address is not taken, and the way; "" for any path.

    `pathlib.Path` would make one slash of the two, and a message of it would
    not show what was given.

    Args:
        given: what the user named, as it was given.
        way: what to do instead, as "download it, and give the file".
    """
    if "://" not in str(given):
        return ""
    return (
        f"{given} is an address, and nothing is fetched from the network; {way}"
    )
