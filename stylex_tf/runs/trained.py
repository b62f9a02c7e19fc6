"""Opens a run that has been trained, from its folder."""

import dataclasses
import functools
import os
import pathlib
from typing import Any

from stylex_tf import config, errors, experiment, run_folder
from stylex_tf.classifiers import adapter
from stylex_tf.data.records import tfrecords
from stylex_tf.runs import begun_inputs, trained_model, training_record
from stylex_tf.runs import held_out as held_out_lib
from stylex_tf.training import (
    checkpoint_files,
    checkpoints,
    strategies,
    strategy_kind,
)


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """A run whose training is finished, and what was trained.

    Images are decoded, and the classifier is judged, when they are asked for.

    Attributes:
        settings: the config of the run.
        folder: where it lives.
        dataset: its prepared images.
        classifier: the one under explanation.
        stylex: what was trained.
        record: how the training went.
        seconds: spent in training, all sessions together.
    """

    settings: config.ExperimentConfig
    folder: run_folder.RunFolder
    dataset: tfrecords.Dataset
    classifier: adapter.Classifier
    stylex: trained_model.TrainedModel
    record: training_record.TrainingRecord
    seconds: float

    @functools.cached_property
    def held_out(self) -> held_out_lib.HeldOut:
        """Cuts the images of the test split in three, by their content."""
        return held_out_lib.HeldOut.of(
            self.dataset.load("test"),
            searched=self.settings.attributes.images,
            unseen=self.settings.evaluation.images,
        )

    @functools.cached_property
    def classifier_figures(self) -> dict[str, Any]:
        """Returns how good the classifier is on held-out images."""
        return experiment.prepare_classifier(
            self.settings, self.dataset, self.folder.classifier
        )


def is_finished(
    settings: config.ExperimentConfig, folder: run_folder.RunFolder
) -> bool:
    """Returns whether a run needs no training any more."""
    try:
        newest = checkpoints.find_newest(folder.checkpoints, mend=False)
    except errors.CheckpointError:
        return False
    steps = newest.step if newest else 0
    record = training_record.TrainingRecord(settings, folder, steps)
    return record.is_finished(steps)


def open_run(
    settings: config.ExperimentConfig,
    folder: run_folder.RunFolder,
    dataset: tfrecords.Dataset,
) -> TrainedRun:
    """Opens a run whose training is finished; trains nothing.

    Raises:
        RunFolderError: its training is not finished, or it was begun with
            other images or another classifier.
        CheckpointError: the state to keep is not there, or damaged.
    """
    newest = checkpoints.find_newest(folder.checkpoints, mend=False)
    steps = newest.step if newest else 0
    record = training_record.TrainingRecord(settings, folder, steps)
    if newest is None or not record.is_finished(steps):
        raise errors.RunFolderError(
            f"{folder.root} is trained for {steps} of {settings.total_steps} "
            "steps; expected all of them. Go on with the train command"
        )
    begun_inputs.check(settings, folder, dataset)
    kept = _kept(newest, record, folder)
    classifier = experiment.load_classifier(
        settings, dataset, folder.classifier
    )
    return TrainedRun(
        settings=settings,
        folder=folder,
        dataset=dataset,
        classifier=classifier,
        stylex=trained_model.restore(settings, kept.path, classifier, dataset),
        record=record,
        seconds=newest.facts.seconds,
    )


def find_kept(
    settings: config.ExperimentConfig, folder: run_folder.RunFolder
) -> checkpoints.Newest | None:
    """Returns the state to explain, also of a run that is not finished.

    Raises:
        CheckpointError: it is damaged.
    """
    newest = checkpoints.find_newest(folder.checkpoints, mend=False)
    if newest is None:
        return None
    record = training_record.TrainingRecord(settings, folder, newest.step)
    return _kept(newest, record, folder)


def _kept(
    newest: checkpoints.Newest,
    record: training_record.TrainingRecord,
    folder: run_folder.RunFolder,
) -> checkpoints.Newest:
    """Finds the newest state, or the best, as the config has it."""
    step = record.kept_step
    if step == newest.step:
        return newest
    path = checkpoint_files.prefix(folder.best_checkpoint, step)
    return checkpoints.Newest(path, step, checkpoint_files.inspect(path))


def load(run_dir: str | os.PathLike[str]) -> TrainedRun:
    """Opens the run in a folder; trains nothing.

    Args:
        run_dir: the folder of a run whose training is finished.

    Raises:
        RunFolderError: there is no run, or it is not finished.
    """
    folder = run_folder.RunFolder(pathlib.Path(run_dir).expanduser().absolute())
    settings = read_config(folder)
    # One process that reads, however many trained.
    on_one_device = dataclasses.replace(
        settings.training, strategy=strategy_kind.Strategy.ONE_DEVICE.value
    )
    strategies.make(on_one_device)
    return open_run(settings, folder, experiment.load_data(settings))


def read_config(folder: run_folder.RunFolder) -> config.ExperimentConfig:
    """Reads the config that a run was begun with.

    Raises:
        RunFolderError: there is none, or it is damaged.
    """
    return config.from_dict(folder.begun_config())
