"""Groups images that belong together, as the user says: a patient, a plant."""

import dataclasses
import re

from stylex_tf import errors
from stylex_tf.data.sources import archives, image_tables, listing


def is_pattern(group: str) -> bool:
    """Says whether a group is a pattern on file names, not a column.

    Raises:
        DataError: it has brackets, but not one group of them.
    """
    if "(" not in group:
        return False
    try:
        groups = re.compile(group).groups
    except re.error as error:
        raise errors.DataError(
            f"group is {group!r}, which is no regular expression: {error}"
        ) from error
    if groups != 1:
        raise errors.DataError(
            f"group is {group!r}, with {groups} bracket groups; expected one, "
            "as in 'patient_([0-9]+)', or the name of a column"
        )
    return True


def name_groups(
    archive: archives.Archive, listed: listing.Listing, group: str
) -> listing.Listing:
    """Gives every image of a listing the name of its group.

    Args:
        archive: whose images are listed.
        listed: the images.
        group: a regular expression with one bracket group, which is searched
            in the name of each file, with its folders; or a column of the one
            .csv that has it, whose empty cells leave an image by itself. ""
            changes nothing.

    Raises:
        DataError: an image has no group.
    """
    if not group:
        return listed
    if is_pattern(group):
        names = {
            image.name: match[1]
            for image in listed.images
            if (match := re.search(group, image.name)) and match[1]
        }
        why = f"does not match group {group!r}"
    else:
        file = image_tables.find(archive, group)
        names = {
            name: cell
            for _, name, (cell,) in image_tables.rows(archive, file, [group])
        }
        why = f"has no row in {file}, whose column {group!r} is the group"
    without = [image.name for image in listed.images if image.name not in names]
    if without:
        more = f", nor do {len(without) - 1} more" if len(without) > 1 else ""
        raise errors.DataError(f"{archive.path}/{without[0]}: {why}{more}")
    return dataclasses.replace(
        listed,
        images=[
            dataclasses.replace(image, group=names[image.name])
            for image in listed.images
        ],
    )
