"""Tests of stylex_tf.cli.search."""

import contextlib
import io
import pathlib
from unittest import mock

from absl import app
from absl.testing import absltest, flagsaver

from stylex_tf import errors
from stylex_tf.attributes import edit_space, effects, style_ranges
from stylex_tf.cli import search
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import exact
from tests.testing import tiny_experiment, tiny_run

_IMAGES = 6


def _fail(run_dir: str):
    raise OSError(f"{run_dir}: not on this machine")


class SearchTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tiny_run.train().folder

    def setUp(self):
        super().setUp()
        self.output = pathlib.Path(self.create_tempdir()) / "table"

    def _run(self, *arguments: str, **values) -> str:
        defaults = {
            "run_dir": str(self.folder.root),
            "output": str(self.output),
            "images": _IMAGES,
            "images_per_shard": 4,
        }
        printed = io.StringIO()
        with flagsaver.flagsaver(**(defaults | values)):
            with contextlib.redirect_stdout(printed):
                search.main(["search", *arguments])
        return printed.getvalue()

    def test_measures_what_one_machine_measures(self):
        printed = self._run()
        table = effects.load(self.output)

        trained = trained_lib.load(self.folder.root)
        functions, settings = trained.stylex, trained.settings
        images = trained.dataset.load("test", limit=_IMAGES)
        styles = batching.apply(
            functions.encode,
            preprocessing.to_float_numpy(images.images),
            batch_size=settings.attributes.batch_size,
        )
        local = exact.measure_effects(
            functions.model.without_score(),
            styles,
            edit_space.EditSpace(
                style_ranges.StyleRanges.from_styles(
                    styles, searched=functions.style_space.size
                )
            ),
            image_ids=images.ids,
            batch_size=settings.attributes.batch_size,
        )
        self.assertEqual(table.image_ids, local.image_ids)
        self.assertTrue(table.ranges.equals(local.ranges))
        self.assertEqual(table.effects.shape, local.effects.shape)
        # The local batches have another shape.
        self.assertLess(abs(table.effects - local.effects).max(), 1e-4)

        edits = _IMAGES * 2 * functions.style_space.size
        self.assertIn(f"{edits:,} edits of {_IMAGES} images", printed)
        for name in tiny_experiment.CLASSES:
            self.assertIn(f"towards {name}:", printed)
        self.assertIn(f"Written to {self.output}", printed)

    def test_goes_on_from_the_shards_where_it_is_told_to_keep_them(self):
        kept = self.create_tempdir("kept").full_path
        self._run(shards=kept)
        before = effects.load(self.output)
        with mock.patch.object(search, "load_model", _fail):
            self._run(shards=kept, output=f"{self.output}2")
        after = effects.load(f"{self.output}2")
        self.assertEqual(effects.to_bytes(after), effects.to_bytes(before))

    def test_a_worker_that_fails_is_one_line(self):
        with mock.patch.object(search, "load_model", _fail):
            with self.assertRaises(SystemExit) as ended:
                self._run()
        self.assertRegex(
            ended.exception.code,
            f"^error: a worker failed at .*{self.folder.root}: not on this "
            "machine.*2 of 2 shards are left",
        )
        self.assertFalse((self.output / "effects.json").exists())

    def test_what_follows_the_flags_is_for_beam(self):
        # An unknown runner is refused before anything is loaded.
        with self.assertRaisesRegex(app.UsageError, "Unheard.*Valid values"):
            self._run("--runner=Unheard", run_dir="/nowhere")
        with self.assertRaisesRegex(app.UsageError, "unexpected arguments"):
            self._run("runner")

    def test_asks_for_what_is_missing(self):
        with self.assertRaisesRegex(app.UsageError, "are needed"):
            self._run(output=None)

    def test_a_folder_without_a_run_is_refused(self):
        with self.assertRaisesRegex(errors.RunFolderError, "no such file"):
            self._run(run_dir=str(self.output))


if __name__ == "__main__":
    absltest.main()
