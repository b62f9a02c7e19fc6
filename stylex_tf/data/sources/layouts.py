"""Finds what reads a layout, by the layout's name."""

from collections.abc import Callable, Sequence

from stylex_tf import choice, errors
from stylex_tf.data.sources import (
    archives,
    celeba,
    class_folders,
    cub,
    factor_table,
    graded,
    grouping,
    listing,
    plant_village,
    unlabelled,
)


class Layout(choice.Choice):
    """How a folder says what is on its images; docs/data.md."""

    CLASS_FOLDERS = "class_folders"
    CELEBA = "celeba"
    GRADED = "graded"
    PLANT_VILLAGE = "plant_village"
    CUB = "cub"
    UNLABELLED = "unlabelled"


_LABELLED_BY_FIELD = (Layout.CELEBA, Layout.GRADED)
_WITH_FACTORS = (Layout.CELEBA, Layout.CUB)


def reader(
    layout: str,
    label: str,
    factors: Sequence[str],
    *,
    group: str = "",
    classes: Sequence[str] = (),
) -> Callable[[archives.Archive], listing.Listing]:
    """Returns what lists the images of an archive of this layout.

    Args:
        layout: a `Layout`.
        label: what makes the classes, where the layout leaves a choice.
        factors: annotations to read as known factors: those of the layout, or
            columns of factors.csv.
        classes: those that are kept; where folders allow of two readings.
        group: which images belong together, as in `grouping.name_groups`.

    Raises:
        DataError: no such layout, or a label that it does not have, or no
            label where it needs one, or a group that is not possible.
    """
    if bool(label) != (layout in _LABELLED_BY_FIELD):
        expected = (
            f"none, since layout {layout!r} has classes of its own"
            if label
            else "one: celeba's is an attribute (\"Male\"), graded's a column "
            'and a grade ("level>=2")'
        )
        raise errors.DataError(f"label is {label!r}; expected {expected}")
    grouping.is_pattern(group)
    readers: dict[str, Callable[[archives.Archive], listing.Listing]] = {
        Layout.CLASS_FOLDERS: lambda archive: class_folders.list_images(
            archive, classes
        ),
        Layout.CELEBA: lambda archive: celeba.list_images(
            archive, label, factors
        ),
        Layout.GRADED: lambda archive: graded.list_images(archive, label),
        Layout.PLANT_VILLAGE: plant_village.list_images,
        Layout.CUB: lambda archive: cub.list_images(archive, factors),
        Layout.UNLABELLED: unlabelled.list_images,
    }
    if layout not in readers:
        raise errors.DataError(
            f"layout is {layout!r}; expected one of {', '.join(readers)}"
        )

    def read(archive: archives.Archive) -> listing.Listing:
        listed = readers[layout](archive)
        if layout not in _WITH_FACTORS:
            listed = factor_table.add_factors(archive, listed, factors)
        return grouping.name_groups(archive, listed, group)

    return read
