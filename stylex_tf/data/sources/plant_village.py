"""Reads PlantVillage, as healthy leaves against all others.

Hughes and Salathe 2015 (https://arxiv.org/abs/1511.08060); for example
Tomato___healthy and Tomato___Late_blight.
"""

import dataclasses

from stylex_tf import errors
from stylex_tf.data.sources import archives, class_folders, listing

HEALTHY, SICK = "healthy", "sick"
_BETWEEN = "___"
_HINT = "Give one of color/, grayscale/ and segmented/ as the source"


def list_images(archive: archives.Archive) -> listing.Listing:
    """Finds out from each image's folder whether the leaf is healthy.

    Raises:
        DataError: a folder has no ___ in its name.
    """
    listed = class_folders.list_images(archive, hint=_HINT)
    return listing.Listing(
        [
            dataclasses.replace(image, class_name=_health(archive, image))
            for image in listed.images
        ],
        (HEALTHY, SICK),
    )


def _health(archive: archives.Archive, image: listing.Listed) -> str:
    folder = str(image.class_name)
    plant, between, disease = folder.partition(_BETWEEN)
    if not (plant and between and disease):
        raise errors.DataError(
            f"{archive.path}/{image.name}: the folder is {folder!r}; expected "
            f"<Plant>___<disease>. {_HINT}"
        )
    return HEALTHY if disease.lower() == HEALTHY else SICK
