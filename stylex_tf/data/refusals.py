"""Refuses fields of a config that do not go with its source."""

from stylex_tf import config, errors
from stylex_tf.data import pictures
from stylex_tf.data.worlds import worlds


def refuse_names(data: config.DataConfig) -> None:
    """Refuses what is asked of files, for a source that has none.

    Raises:
        DataError: names the field.
    """
    for name, value in (("group", data.group), ("factors", data.factors)):
        if value:
            raise errors.DataError(
                f"{name} is {value!r}, but the images of {data.source} are no "
                "files of a folder; expected none"
            )
    if data.crop != pictures.Crop.CENTER:
        raise errors.DataError(
            f"crop is {data.crop!r}, but the images of {data.source} are no "
            f"files of a folder; expected {pictures.Crop.CENTER.value!r}"
        )


def refuse_causes(data: config.DataConfig) -> None:
    """Refuses what is asked of rendered worlds, for another source.

    Raises:
        DataError: names the field.
    """
    for name, value in (("causes", data.causes), ("shortcut", data.shortcut)):
        if value:
            raise errors.DataError(
                f"{name} is {value!r}, but {data.source} is not a rendered "
                f"world; expected none, or one of {worlds.NAMES}"
            )
