"""Says which classes the sub-folders of a folder of images name."""

import pathlib
from collections.abc import Sequence

from stylex_tf.data.sources import archives, class_folders


def of(place: pathlib.Path, expected: Sequence[str] = ()) -> tuple[str, ...]:
    """Returns the classes, sorted; one or none where nothing tells them apart.

    Args:
        place: a folder or zip.
        expected: the classes that there should be; where the folders allow of
            two readings, they decide.

    Raises:
        DataError: there is none, or its folders allow of two readings.
    """
    archive = archives.open_archive(place)
    return class_folders.list_images(archive, expected).class_names or ()
