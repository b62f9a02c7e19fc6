"""Saves checkpoints, which resume a run. What ships a model is an export."""

import contextlib
import dataclasses
import logging
import pathlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import tensorflow as tf

from stylex_tf import disk_room, errors, plain_paths, temporary_folder
from stylex_tf.training import checkpoint_files, layout, loop, state
from stylex_tf.training import networks as networks_lib

_LOGGER = logging.getLogger(__name__)
# A name that Keras 2 has for the count of an optimizer's steps.
_KERAS_2 = "state/optimizers/generator/_iterations/"
# So many of the last checkpoints stay.
_KEPT = 2


class Checkpoints:
    """Saves the whole state at intervals and restores the newest whole one.

    What counts is the files: there is no list of checkpoints beside them,
    which could be lost or be another's.
    """

    def __init__(
        self,
        train_state: state.TrainState,
        directory: pathlib.Path,
        *,
        every: int,
        keep: int = _KEPT,
        clock: Callable[[], float] = time.monotonic,
    ):
        """Opens the folder.

        Args:
            train_state: what is saved, whole.
            directory: where.
            every: steps between two checkpoints.
            keep: so many of the last ones.
            clock: in seconds.
        """
        self._state = train_state
        self._directory = directory
        self._every = every
        self._keep = keep
        self._clock = clock
        self._since: float | None = None
        self._facts = checkpoint_files.Facts()
        self._checkpoint = train_state.checkpoint()

    @property
    def latest_step(self) -> int:
        """Returns the step of the newest checkpoint, 0 where there is none."""
        return max(checkpoint_files.steps(self._directory), default=0)

    @property
    def facts(self) -> checkpoint_files.Facts:
        """Returns what a run must know beside its state, as it is now."""
        if self._since is None:
            return self._facts
        seconds = self._facts.seconds + self._clock() - self._since
        return dataclasses.replace(self._facts, seconds=seconds)

    def begin(self, **facts: Any) -> None:
        """Counts the time from here on as spent in training.

        Args:
            **facts: of `checkpoint_files.Facts`, that differ from those of
                the checkpoint that was restored.

        Raises:
            RunFolderError: the disk has too little room for the checkpoints.
        """
        self._facts = dataclasses.replace(self.facts, **facts)
        self._since = self._clock()
        self._directory.mkdir(parents=True, exist_ok=True)
        checkpoint_files.remove_unfinished(self._directory)
        check_room(
            self._directory,
            _bytes(self._state.networks),
            _bytes(self._state.averages),
            self._keep,
        )

    def restore(self, *, logged_step: int = 0, mend: bool = False) -> int:
        """Restores the newest whole checkpoint, if there ever was any.

        Args:
            logged_step: the last step that the run's log knows of.
            mend: move damaged checkpoints aside, so that training goes on.

        Returns:
            The step to go on from.

        Raises:
            CheckpointError: there were checkpoints, and none is whole; or
                the newest whole one is not of this state.
        """
        newest = find_newest(self._directory, mend=mend)
        if newest is not None:
            restore(self._state, newest.path)
            self._facts = newest.facts
        elif logged_step > self._every:
            raise errors.CheckpointError(
                f"{self._directory} has no checkpoint of a run whose log "
                f"knows of {logged_step} steps. Put a copy of the checkpoints "
                "there, or give another --run_dir to begin anew"
            )
        return int(self._state.step.numpy())

    def __call__(self, step: int, metrics: loop.Metrics, *, last: bool):
        """Saves where a checkpoint is due."""
        if last or step % self._every == 0:
            self.save(step, self.facts)

    def save(self, step: int, facts: checkpoint_files.Facts) -> None:
        """Saves the state whole, or not at all.

        Args:
            step: the step of the state.
            facts: what is written beside it.

        Raises:
            RunFolderError: the disk is full, or cannot be written.
        """
        with _one_line(self._directory, step):
            self._directory.mkdir(parents=True, exist_ok=True)
            target = checkpoint_files.prefix(self._directory, step)
            # Beside the others, and out of sight until all of it is there.
            with temporary_folder.beside(target) as folder:
                path = checkpoint_files.prefix(folder, step)
                # As tf.train.CheckpointManager counts.
                self._checkpoint.save_counter.assign_add(1)
                self._checkpoint.write(str(path))
                checkpoint_files.seal(path, facts)
                checkpoint_files.publish(path, target)
            for old in checkpoint_files.steps(self._directory)[self._keep :]:
                checkpoint_files.remove(
                    checkpoint_files.prefix(self._directory, old)
                )


def check_room(
    directory: pathlib.Path, networks: int, averages: int, keep: int = _KEPT
) -> None:
    """Refuses a disk without room for one more checkpoint than is kept.

    Args:
        directory: of the checkpoints; need not exist yet.
        networks: bytes of the weights, of which there are Adam's two slots.
        averages: bytes of their averages.
        keep: so many of the last checkpoints.

    Raises:
        RunFolderError: there is too little room.
    """
    there = len(checkpoint_files.steps(directory))
    disk_room.require(
        directory,
        (3 * networks + averages) * max(1, keep + 1 - there),
        "the checkpoints of this run need",
    )


@dataclasses.dataclass(frozen=True)
class Newest:
    """The newest whole checkpoint of a folder.

    Attributes:
        path: without the endings of its files.
        step: the step of its state.
        facts: what was written beside it.
    """

    path: pathlib.Path
    step: int
    facts: checkpoint_files.Facts


def find_newest(directory: pathlib.Path, *, mend: bool) -> Newest | None:
    """Returns the newest whole checkpoint, None where there is no file of one.

    Args:
        directory: the directory of the checkpoints.
        mend: move aside those that are damaged, and newer.

    Raises:
        CheckpointError: there are checkpoints, and none is whole.
    """
    rejected: list[tuple[pathlib.Path, errors.CheckpointError]] = []
    for step in checkpoint_files.steps(directory):
        path = checkpoint_files.prefix(directory, step)
        try:
            facts = checkpoint_files.inspect(path)
        except errors.CheckpointError as error:
            rejected.append((path, error))
            continue
        for damaged, why in rejected:
            moved = checkpoint_files.set_aside(damaged) if mend else directory
            _LOGGER.warning(
                "A checkpoint is damaged, and an older one is taken: %s. It "
                "is in %s.",
                why,
                moved,
            )
        return Newest(path, step, facts)
    if rejected:
        whys = "; ".join(str(why) for _, why in rejected)
        raise errors.CheckpointError(
            f"{directory} has no whole checkpoint: {whys}. Put a copy of them "
            "there, or give another --run_dir to begin anew"
        )
    return None


def restore(train_state: state.TrainState, path: pathlib.Path) -> None:
    """Restores a whole checkpoint into a state that has all of its parts.

    Args:
        train_state: is given the numbers.
        path: of the checkpoint, without the endings of its files.

    Raises:
        CheckpointError: it is of another state.
    """
    with _of_this_state(path), plain_paths.of(path.parent) as folder:
        plain = str(folder / path.name)
        named = train_state.named()
        shapes = tf.train.load_checkpoint(plain).get_variable_to_shape_map()
        if any(name.startswith(_KERAS_2) for name in shapes):
            _name_as_earlier(named, train_state, shapes)
        checkpoint = tf.train.Checkpoint(state=named)
        checkpoint.restore(plain).assert_consumed()


def _name_as_earlier(
    named: dict[str, Any],
    train_state: state.TrainState,
    shapes: Mapping[str, Sequence[int]],
) -> None:
    """Changes names to those of before the optimizers were ours.

    Args:
        named: the names of `train_state`.
        train_state: the state.
        shapes: of what the checkpoint has, by name.
    """
    named["optimizers"] = {
        name: optimizer.named_as_keras_2()
        for name, optimizer in train_state.optimizers.items()
    }
    for part in ("networks", "averages"):
        # The backbone was saved as well. It is never trained: read, and left.
        prefix = f"state/{part}/backbone/"
        backbone = {
            name.removeprefix(prefix).partition("/")[0]: tf.Variable(
                tf.zeros(shape)
            )
            for name, shape in shapes.items()
            if name.startswith(prefix)
        }
        if backbone:
            named[part] = {**named[part], "backbone": backbone}


def restore_part(path: pathlib.Path, **parts: Any) -> None:
    """Restores parts of the state that a checkpoint has, and nothing else.

    Args:
        path: the path of the checkpoint, without the endings of its files.
        **parts: by the names that `TrainState` has for them: networks, or
            what `layout.named` takes.

    Raises:
        CheckpointError: it is of other networks.
    """
    part = layout.named(
        {
            name: (
                value.parts
                if isinstance(value, networks_lib.Networks)
                else value
            )
            for name, value in parts.items()
        }
    )
    with _of_this_state(path), plain_paths.of(path.parent) as folder:
        status = tf.train.Checkpoint(state=part).restore(
            str(folder / path.name)
        )
        status.assert_existing_objects_matched().expect_partial()


@contextlib.contextmanager
def _of_this_state(path: pathlib.Path) -> Iterator[None]:
    try:
        yield
    except (AssertionError, ValueError) as error:
        if isinstance(error, errors.UserError):
            raise
        raise errors.CheckpointError(
            f"{path} is of other networks or optimizers than the config "
            f"describes: {error}"
        ) from error


def _bytes(networks: networks_lib.Networks) -> int:
    return sum(
        variable.shape.num_elements() * variable.dtype.size
        for variable in networks.variables
    )


@contextlib.contextmanager
def _one_line(directory: pathlib.Path, step: int) -> Iterator[None]:
    """Says in one line why a checkpoint could not be written."""
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        raise errors.RunFolderError(
            f"{directory}: the checkpoint of step {step} could not be written, "
            f"the earlier ones are whole: {_reason(error)}. The same command "
            "goes on from there once there is room"
        ) from error


def _reason(error: Exception) -> str:
    text = error.message if isinstance(error, tf.errors.OpError) else str(error)
    for known in ("No space left on device", "Read-only file system"):
        if known in text:
            return known
    return text
