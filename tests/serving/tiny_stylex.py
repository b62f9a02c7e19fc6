"""A tiny StylEx export, and images of which to ask it."""

import pathlib

import tensorflow as tf

from tests.export import tiny_world

NAME = "stylex"


def save(base: pathlib.Path, version: int = 1) -> pathlib.Path:
    """Publishes a version below a base path, and returns its folder."""
    servable = tiny_world.servable(tiny_world.TinyWorld())
    temporary = base / "incoming"
    tf.saved_model.save(
        servable,
        str(temporary),
        signatures=servable.concrete_functions(),
    )
    return temporary.rename(base / str(version))


def write_images(folder: pathlib.Path, count: int = 3) -> list[pathlib.Path]:
    """Files of different sizes and formats."""
    paths = []
    for index, content in enumerate(tiny_world.pictures(count)):
        path = folder / f"image-{index}.{'jpg' if index % 2 else 'png'}"
        path.write_bytes(content)
        paths.append(path)
    return paths
