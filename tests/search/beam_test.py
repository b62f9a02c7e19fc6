"""Tests of stylex_tf.search.beam."""

import dataclasses
import functools
import os
import pathlib

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, effects, style_ranges
from stylex_tf.search import beam, shards
from tests.testing import beam_worlds, known_answers

_IMAGES, _PER_SHARD = 14, 4
_SETTINGS = {
    "image_ids": [f"image {i}" for i in range(_IMAGES)],
    "identity": "a linear world",
    "images_per_shard": _PER_SHARD,
    "batch_size": 16,
}


class PipelineTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.create_tempdir())
        self.directory = folder / "shards"
        self.loads = folder / "loads"
        self.loads.mkdir()
        world = known_answers.LinearWorld()
        self.styles = (
            np.random.default_rng(0)
            .normal(size=(_IMAGES, world.total))
            .astype(np.float32)
        )
        self.ranges = style_ranges.StyleRanges.from_styles(
            self.styles, searched=world.searched
        )
        self.space = edit_space.EditSpace(self.ranges, 1.5)
        self.local = shards.measure(
            beam_worlds.scored(folder),
            self.styles,
            self.space,
            directory=folder / "local",
            **_SETTINGS,
        )

    def _measure(self, *beam_flags, **changes) -> effects.StyleEffects:
        arguments = {
            "load": functools.partial(beam_worlds.scored, self.loads),
            "styles": self.styles,
            "space": self.space,
            "directory": self.directory,
            "scored": True,
            "beam_flags": beam_flags,
        }
        return beam.measure(**(_SETTINGS | arguments | changes))

    def _assert_local(self, table: effects.StyleEffects):
        self.assertEqual(effects.to_bytes(table), effects.to_bytes(self.local))

    def _processes(self) -> list[str]:
        return [path.name.split("-")[0] for path in self.loads.iterdir()]

    @parameterized.parameters(
        [[]],
        [["--runner=DirectRunner"]],
        [["--direct_running_mode=multi_threading", "--direct_num_workers=2"]],
        [["--direct_running_mode=multi_threading", "--direct_num_workers=4"]],
    )
    def test_workers_in_this_process_give_the_local_table(self, beam_flags):
        self._assert_local(self._measure(*beam_flags))
        # However many threads there are, they share one model.
        self.assertEqual(self._processes(), [str(os.getpid())])

    def test_worker_processes_give_the_local_table(self):
        before = os.environ.get("PYTHONPATH")
        table = self._measure(
            "--direct_running_mode=multi_processing", "--direct_num_workers=2"
        )
        self._assert_local(table)
        processes = self._processes()
        self.assertLen(processes, 2)
        self.assertLen(set(processes) - {str(os.getpid())}, 2)
        self.assertEqual(os.environ.get("PYTHONPATH"), before)

    def test_only_what_is_missing_or_damaged_is_measured(self):
        self._measure()
        paths = sorted(self.directory.iterdir())
        self.assertLen(paths, 4)
        # A file that is replaced is another file.
        before = [path.stat().st_ino for path in paths]
        kept = [path.open() for path in paths]
        paths[1].unlink()
        paths[2].write_bytes(paths[2].read_bytes()[:-9])
        self._assert_local(self._measure())
        after = [path.stat().st_ino for path in paths]
        self.assertEqual(
            [
                first == second
                for first, second in zip(before, after, strict=True)
            ],
            [True, False, False, True],
        )
        for file in kept:
            file.close()

    def test_asks_no_worker_where_everything_is_there(self):
        self._measure()
        (first,) = self.loads.iterdir()
        first.unlink()
        done = []
        self._assert_local(self._measure(progress=done.append))
        self.assertEmpty(list(self.loads.iterdir()))
        self.assertEqual(sum(done), _IMAGES * 2 * self.ranges.size)

    def test_goes_on_from_the_shards_of_one_machine(self):
        self._measure()
        model = beam_worlds.scored(self.loads)
        done = []
        shards.measure(
            dataclasses.replace(
                model, generate=lambda styles: self.fail("measured again")
            ),
            self.styles,
            self.space,
            directory=self.directory,
            progress=done.append,
            **_SETTINGS,
        )
        self.assertEqual(sum(done), _IMAGES * 2 * self.ranges.size)

    def test_reports_every_edit_once(self):
        done = []
        self._measure(progress=done.append)
        self.assertEqual(sum(done), _IMAGES * 2 * self.ranges.size)
        self.assertLen(done, 4)

    @parameterized.parameters(
        [[]],
        [["--direct_running_mode=multi_processing", "--direct_num_workers=1"]],
    )
    def test_the_error_of_a_worker_is_told(self, beam_flags):
        with self.assertRaisesRegex(
            beam.WorkerError,
            "^a worker failed at .*shard 0, images 0 to 3: FloatingPointError"
            r": .* not finite \[while running 'Measure'\]. 4 of 4 shards are "
            "left",
        ):
            self._measure(
                *beam_flags, load=beam_worlds.not_finite, scored=False
            )

    def test_a_model_that_cannot_be_loaded_is_told(self):
        with self.assertRaisesRegex(
            beam.WorkerError, "the loaded model has no score to measure"
        ):
            self._measure(load=beam_worlds.without_score)

    def test_refuses_what_does_not_fit_before_any_worker_starts(self):
        with self.assertRaisesRegex(ValueError, "images_per_shard is 0"):
            self._measure(images_per_shard=0)
        with self.assertRaisesRegex(ValueError, "NoSuchRunner"):
            self._measure("--runner=NoSuchRunner")
        with self.assertRaisesRegex(ValueError, "no.such.Runner"):
            self._measure("--runner=no.such.Runner")
        self.assertEmpty(list(self.loads.iterdir()))


if __name__ == "__main__":
    absltest.main()
