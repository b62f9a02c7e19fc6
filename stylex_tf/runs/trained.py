"""A run that has been trained, opened again from its folder."""

import dataclasses
import json
import os
import pathlib

from stylex_tf import errors
from stylex_tf import config, experiment, run_folder
from stylex_tf.data.records import tfrecords
from stylex_tf.runs import functions as functions_lib
from stylex_tf.runs import run as run_lib


@dataclasses.dataclass(frozen=True)
class Trained:
    """A trained run, its functions, and its held-out images.

    Attributes:
        run: the run, whose training is finished.
        functions: of the run.
        searched: held-out images to search.
        tested: others, to test whether what was found is significant.
        unseen: others still, to evaluate what passed the tests.
    """

    run: run_lib.Run
    functions: functions_lib.Functions
    searched: tfrecords.Examples
    tested: tfrecords.Examples
    unseen: tfrecords.Examples

    @classmethod
    def of(cls, run: run_lib.Run) -> "Trained":
        """Opens a run of this process.

        Raises:
            RunFolderError: its training is not finished.
            CheckpointError: the state to keep is not there.
        """
        if not run.is_trained:
            raise errors.RunFolderError(
                f"{run.folder.root} is trained for {run.trained_steps} of "
                f"{run.settings.total_steps} steps; expected all of them. Go "
                "on with the train command"
            )
        run.keep()
        held_out = run.dataset.load("test")
        ids, settings = len(held_out.ids), run.settings
        count = settings.searched_images(ids)
        end = min(2 * count + settings.evaluation.images, ids)
        return cls(
            run=run,
            functions=functions_lib.Functions(run),
            searched=held_out.take(0, count),
            tested=held_out.take(count, 2 * count),
            unseen=held_out.take(2 * count, end),
        )


def load(run_dir: str | os.PathLike[str]) -> Trained:
    """Opens the run in a folder; trains nothing.

    Args:
        run_dir: the folder of a run whose training is finished.

    Raises:
        RunFolderError: there is no run, or it is not finished.
    """
    folder = run_folder.RunFolder(pathlib.Path(run_dir).absolute())
    settings = read_config(folder)
    # One process that reads, however many trained.
    one = dataclasses.replace(settings.training, strategy="one_device")
    strategy = experiment.make_strategy(one)
    dataset = experiment.load_data(settings)
    return Trained.of(run_lib.Run(settings, folder, dataset, strategy))


def read_config(folder: run_folder.RunFolder) -> config.ExperimentConfig:
    """Reads the config that a run was begun with.

    Raises:
        RunFolderError: there is none.
    """
    path = folder.root / "config.json"
    if not path.is_file():
        raise errors.RunFolderError(
            f"{path}: no such file; expected the folder of a run"
        )
    return config.from_dict(json.loads(path.read_text()))
