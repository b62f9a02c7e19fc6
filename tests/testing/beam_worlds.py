"""Models for the workers of a pipeline, which import them by their names."""

import os
import pathlib

import tensorflow as tf

from stylex_tf.search import model as model_lib
from tests.testing import known_answers


def scored(loads: pathlib.Path) -> model_lib.Model:
    """A linear world with a score; leaves a file in a folder at every load."""
    (loads / f"{os.getpid()}-{os.urandom(4).hex()}").touch()
    world = known_answers.LinearWorld()
    return model_lib.Model(
        world.generate,
        world.classify,
        score=lambda images: tf.reduce_sum(images, axis=[1, 2, 3]),
    )


def without_score() -> model_lib.Model:
    """A linear world that nobody scores."""
    world = known_answers.LinearWorld()
    return model_lib.Model(world.generate, world.classify)


def not_finite() -> model_lib.Model:
    """A linear world whose classifier answers NaN."""
    world = known_answers.LinearWorld()
    return model_lib.Model(
        world.generate, lambda images: world.classify(images) * float("nan")
    )
