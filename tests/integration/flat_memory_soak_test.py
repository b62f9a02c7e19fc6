"""A long training and a long search take no more and more of the machine.

10,000 steps, and 1,000 images. After the first half the resident set, the
threads and the open files may grow by less than 2 %. Many minutes, so it is
run by hand; serving has `benchmarks/serving:soak`.
"""

import os
import pathlib
import sys
from collections.abc import Sequence
from typing import Any
from unittest import mock

import numpy as np
from absl.testing import absltest

from stylex_tf import run_folder
from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.data.records import tfrecords
from stylex_tf.runs import run as run_lib
from stylex_tf.search import exact, shards
from stylex_tf.training import loop, strategies
from tests.testing import known_answers, tiny_experiment

_STEPS = 10_000
_IMAGES = 1_000
_PARTS = 20
_MOST = 0.02


def _used() -> tuple[int, int, int]:
    """Returns kilobytes in memory, threads and open files."""
    status = pathlib.Path("/proc/self/status").read_text()
    numbers = dict(line.split(":", 1) for line in status.splitlines())
    return (
        int(numbers["VmRSS"].split()[0]),
        int(numbers["Threads"]),
        len(os.listdir("/proc/self/fd")),
    )


class FlatMemorySoakTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.rows: list[tuple[int, int, int]] = []

    def _look(self, done: int, of: int) -> None:
        """Notes what is used, at each of the parts."""
        while len(self.rows) * of <= done * _PARTS:
            self.rows.append(_used())
            print(
                f"{done:6d} of {of}: {self.rows[-1]}",
                file=sys.stderr,
                flush=True,
            )

    def _holds(self) -> None:
        half, last = self.rows[_PARTS // 2], self.rows[-1]
        for name, before, after in zip(
            ("kilobytes", "threads", "files"), half, last, strict=True
        ):
            with self.subTest(name):
                self.assertLess(after, before * (1 + _MOST))

    def test_training(self):
        data = tiny_experiment.write_data(self.folder / "data")
        classifier = self.folder / "classifier.keras"
        tiny_experiment.write_classifier(classifier)
        settings = tiny_experiment.settings("", str(classifier))
        settings.training.total_images = _STEPS * tiny_experiment.BATCH_SIZE
        settings.training.log_every = 10
        for name in ("checkpoint_every", "snapshot_every", "validate_every"):
            setattr(settings.training, name, 100)
        train = loop.train

        def watched(
            state: Any, step: Any, batches: Any, actions: Sequence, **most: Any
        ) -> None:
            def look(done: int, *_: Any, **__: Any) -> None:
                self._look(done, _STEPS)

            train(state, step, batches, [*actions, look], **most)

        folder = run_folder.RunFolder(self.folder / "run")
        self.enter_context(folder.locked())
        strategy = strategies.make(settings.training)
        run = run_lib.Run(
            settings,
            folder,
            tfrecords.Dataset(data.directory),
            strategy,
        )
        with mock.patch.object(run_lib.loop, "train", watched):
            run.train()

        self._holds()

    def test_search(self):
        world = known_answers.LinearWorld()
        styles = np.random.default_rng(1).normal(size=(_IMAGES, world.total))
        styles = styles.astype(np.float32)
        ranges = style_ranges.StyleRanges.from_styles(
            styles, searched=world.searched
        )
        space = edit_space.EditSpace(ranges)
        edits = 0

        def progress(more: int) -> None:
            nonlocal edits
            edits += more
            self._look(edits, _IMAGES * 2 * space.size)

        table = shards.measure(
            world.model,
            styles,
            space,
            directory=self.folder,
            image_ids=[str(number) for number in range(_IMAGES)],
            images_per_shard=8,
            batch_size=64,
            identity="a linear world",
            progress=progress,
        )

        self._holds()
        some = slice(0, _IMAGES, 100)
        remeasured = exact.measure_effects(
            world.model, styles[some], space, image_ids=list("abcdefghij")
        )
        np.testing.assert_allclose(
            table.effects[some], remeasured.effects, atol=1e-5
        )


if __name__ == "__main__":
    absltest.main()
