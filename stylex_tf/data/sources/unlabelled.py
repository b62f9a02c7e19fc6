"""Reads images without labels, in any folders: FFHQ.

FFHQ (https://github.com/NVlabs/ffhq-dataset) is images1024x1024/00000/*.png;
smaller copies have the same names.
"""

import logging

from stylex_tf import errors
from stylex_tf.data import passed_over
from stylex_tf.data.sources import annotations, archives, listing


def list_images(archive: archives.Archive) -> listing.Listing:
    """Finds every image.

    Raises:
        DataError: there are files, of which none is an image.
    """
    names = annotations.images(archive)
    others = passed_over.endings(archive.names)
    if others and not names:
        raise errors.DataError(
            f"{passed_over.refused(archive.path, others)}. Convert the files"
        )
    if others:
        logging.warning("%s", passed_over.told(archive.path, others))
    return listing.Listing(
        [listing.Listed(name, class_name=None) for name in names],
        class_names=None,
    )
