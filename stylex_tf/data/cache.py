"""Says where the prepared images of a config are kept."""

import hashlib
import json
import pathlib
from typing import Any

from stylex_tf import config
from stylex_tf.data import pictures
from stylex_tf.data.sources import archives, idx
from stylex_tf.data.worlds import worlds

# Raise when the same key would no longer give the same records.
_FORMAT = 3
_DEFAULT = "~/.cache/stylex_tf"


def folder(data: config.DataConfig, resolution: int, seed: int) -> pathlib.Path:
    """Returns the folder of a config's prepared images, there or not.

    Args:
        data: which images.
        resolution: their height and width.
        seed: the seed of rendered worlds, and of a split that we make.

    Raises:
        DataError: the source is not there.
    """
    name = f"{_slug(data.source)}-{resolution}-{_key(data, resolution, seed)}"
    return pathlib.Path(data.cache_dir or _DEFAULT).expanduser() / name


def _slug(source: str) -> str:
    name = pathlib.PurePath(source).name
    return "".join(c if c.isalnum() else "_" for c in name)[:40]


def _key(data: config.DataConfig, resolution: int, seed: int) -> str:
    """Digests all that decides the records."""
    parts: dict[str, Any] = {
        "format": _FORMAT,
        "source": data.source,
        "classes": list(data.classes),
        "resolution": resolution,
    }
    if data.source in worlds.NAMES:
        parts |= {
            "version": worlds.get(data.source).version,
            "causes": list(data.causes),
            "rule": data.rule,
            "shortcut": data.shortcut,
            "shortcut_share": data.shortcut_share,
            "label_noise": data.label_noise,
            "images": data.rendered_images,
            "test_fraction": data.test_fraction,
            "seed": seed,
        }
    elif data.source not in idx.KNOWN:
        path = pathlib.Path(data.source).expanduser().absolute()
        parts |= {
            "source": str(path),
            "files": archives.open_archive(path).fingerprint(),
            "test_fraction": data.test_fraction,
            "layout": data.layout,
            "label": data.label,
            "factors": list(data.factors),
            "group": data.group,
            "on_error": data.on_error,
            "seed": seed,
        }
        # So that what was prepared before there was a choice is found.
        if data.crop != pictures.Crop.CENTER:
            parts["crop"] = data.crop
        if data.fold:
            parts["fold"] = data.fold
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
