"""A tiny experiment, trained two steps in a run folder of its own."""

import dataclasses
import pathlib
import tempfile
import types
from collections.abc import Mapping
from typing import Any

import tensorflow as tf
from absl.testing import absltest

from stylex_tf import run_folder
from stylex_tf.runs import run as run_lib
from stylex_tf.training import strategies
from tests.testing import tiny_experiment


def train(
    training: Mapping[str, Any] = types.MappingProxyType({}), **attributes
) -> run_lib.Run:
    """Trains a new run.

    Args:
        training: fields of `config.TrainingConfig` that differ.
        **attributes: fields of `config.AttributesConfig` that differ.
    """
    root = pathlib.Path(
        tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
    )
    classifier = root / "classifier.keras"
    tiny_experiment.write_classifier(classifier)
    dataset = tiny_experiment.write_data(root / "data")
    settings = tiny_experiment.settings(str(root / "data"), str(classifier))
    settings.training.total_images = 2 * tiny_experiment.BATCH_SIZE
    settings.training = dataclasses.replace(settings.training, **training)
    settings.attributes = dataclasses.replace(settings.attributes, **attributes)
    folder = run_folder.RunFolder(root / "run")
    folder.root.mkdir()
    folder.begin(dataclasses.asdict(settings))
    strategy = strategies.make(settings.training)
    run = run_lib.Run(settings, folder, dataset, strategy)
    # Two steps take a fifth of the time if nothing is compiled for them.
    tf.config.run_functions_eagerly(True)
    run.train()
    tf.config.run_functions_eagerly(False)
    return run
