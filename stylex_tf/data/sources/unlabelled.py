"""Reads images without labels, in any folders: FFHQ.

FFHQ (https://github.com/NVlabs/ffhq-dataset) is images1024x1024/00000/*.png;
smaller copies have the same names.
"""

from stylex_tf.data.sources import annotations, archives, listing


def list_images(archive: archives.Archive) -> listing.Listing:
    """Finds every image."""
    return listing.Listing(
        [
            listing.Listed(name, class_name=None)
            for name in annotations.images(archive)
        ],
        class_names=None,
    )
