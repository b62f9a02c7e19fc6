"""Tests of benchmarks.other_explanations: refusals, and its figures."""

import dataclasses
import json
import pathlib
import types
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest, flagsaver

from benchmarks import explained_images, other_explanations, smallest_edits
from stylex_tf import errors, run_folder
from stylex_tf.attributes import selection
from stylex_tf.evaluation import edit_lists, led
from stylex_tf.ops import preprocessing
from tests.testing import linear_run

_COUNT, _SIDE = 4, 64


def _refused(error):
    return mock.patch.object(
        other_explanations.trained_lib, "load", side_effect=error
    )


class RefusalsTest(absltest.TestCase):
    def test_asks_for_the_package_before_a_run_is_opened(self):
        missing = errors.UserError("pip install")
        with (
            mock.patch.object(
                other_explanations.grad_cam, "check", side_effect=missing
            ),
            _refused(AssertionError) as opened,
            self.assertRaisesRegex(errors.UserError, "pip install"),
        ):
            other_explanations.main([""])
        opened.assert_not_called()

    def test_refuses_a_sheet_of_another_kind_before_a_run_is_opened(self):
        with (
            mock.patch.object(other_explanations.grad_cam, "check"),
            _refused(AssertionError) as opened,
            flagsaver.flagsaver(sheet="sheet.gif"),
            self.assertRaisesRegex(errors.UserError, "--sheet=sheet.gif"),
        ):
            other_explanations.main([""])
        opened.assert_not_called()

    def test_refuses_three_classes(self):
        with self.assertRaisesRegex(errors.UserError, "3 classes; expected"):
            other_explanations.check_two_classes(("a", "b", "c"))
        other_explanations.check_two_classes(("a", "b"))


class EditFiguresTest(absltest.TestCase):
    def test_pairs_the_images_that_both_ways_turn(self):
        grey = np.full([_COUNT, _SIDE, _SIDE, 3], 100, np.uint8)
        sources = np.array([0, 0, 0, 0])
        images = explained_images.Images(
            photographs=grey,
            reconstructions=grey,
            styles=np.zeros([_COUNT, 2]),
            led=led.Led(np.arange(_COUNT), sources, 1 - sources),
            logits=np.zeros([_COUNT, 2]),
        )

        def edit(strengths, step):
            pictures = preprocessing.to_float_numpy(grey)
            return smallest_edits.SmallestEdits(
                np.array(strengths),
                pictures + step * np.array(strengths)[:, None, None, None],
                np.zeros([_COUNT, 2]),
                np.array(strengths) > 0,
            )

        opinion = types.SimpleNamespace(
            classify=lambda pictures: tf.tile(
                [[1.0, 0.0]], [tf.shape(pictures)[0], 1]
            )
        )
        with mock.patch.object(
            other_explanations.photo_backbone,
            "PhotoBackbone",
            return_value=lambda pictures: [pictures],
        ):
            measured = other_explanations.edit_figures(
                {
                    "all": edit([0.5, 0.5, 0.0, 0.0], 0.2),
                    "direction": edit([0.0, 1.0, 1.0, 1.0], 0.3),
                },
                images,
                opinion,
            )
        self.assertEqual(measured["all"]["flips"], 0.5)
        self.assertEqual(measured["direction"]["flips"], 0.75)
        self.assertAlmostEqual(measured["all_paired"]["l1"], 0.1, places=5)
        self.assertAlmostEqual(
            measured["direction_paired"]["l1"], 0.3, places=5
        )
        self.assertEqual(measured["direction_paired"]["turned"], 1)
        # The second classifier never follows.
        self.assertEqual(measured["all"]["second"], 0.0)


class ListedTest(absltest.TestCase):
    def test_reads_the_newest_export(self):
        root = pathlib.Path(self.create_tempdir().full_path)
        for version, coordinate in ((9, 3), (10, 7)):
            assets = root / "export" / str(version) / "assets"
            assets.mkdir(parents=True)
            attribute = selection.Attribute(coordinate, 1, 2.5, 0.5)
            (assets / "class_attributes.json").write_text(
                json.dumps({"0": [], "1": [dataclasses.asdict(attribute)]})
            )
        trained = types.SimpleNamespace(folder=run_folder.RunFolder(root))
        self.assertEqual(
            explained_images.listed(trained), {0: [], 1: [attribute]}
        )

    def test_tests_again_where_nothing_was_exported(self):
        root = pathlib.Path(self.create_tempdir().full_path)
        trained = types.SimpleNamespace(folder=run_folder.RunFolder(root))
        with mock.patch.object(
            explained_images.reported, "attributes", return_value={0: []}
        ):
            self.assertEqual(explained_images.listed(trained), {0: []})


class OfRunTest(absltest.TestCase):
    def test_takes_the_images_that_keep_their_class(self):
        run = linear_run.LinearRun(relevant=[2])
        trained = run.trained
        trained.held_out.unseen = trained.held_out.searched
        images = explained_images.of_run(trained)
        np.testing.assert_array_equal(images.led.rows, np.arange(5))
        bright = run.world.styles[:, 2] > 0
        np.testing.assert_array_equal(images.led.targets, ~bright)
        np.testing.assert_array_equal(images.logits[:, 1] > 0, bright)
        np.testing.assert_array_equal(
            images.reconstructions,
            preprocessing.to_uint8(run.world.generate(images.styles)),
        )

        def turn(styles):
            return -run.world.generate(styles)

        trained.stylex.generate = turn
        trained.folder = run_folder.RunFolder(pathlib.Path("run"))
        with self.assertRaisesRegex(errors.UserError, "keeps its class"):
            explained_images.of_run(trained)


class ByAttributesTest(absltest.TestCase):
    def test_edits_by_each_alone_and_by_all(self):
        run = linear_run.LinearRun(relevant=[2])
        targets = np.ones(5, int)
        images = types.SimpleNamespace(
            styles=run.world.styles,
            led=led.Led(np.arange(5), 1 - targets, targets),
        )
        listed = [
            selection.Attribute(coordinate, 1, 1.0, 1.0)
            for coordinate in (2, 4)
        ]
        lists = edit_lists.of_classes({1: listed}, targets)
        with mock.patch.object(
            explained_images.reported,
            "table",
            return_value=run.search_result.table,
        ):
            edits = explained_images.by_attributes(run.trained, images, lists)
        self.assertEqual(list(edits), ["first", "second", "all"])
        # The classifier reads coordinate 2, whose end is 3, and no other.
        moved = run.world.styles[:, 2]
        reached = np.array(
            [
                next(
                    strength
                    for strength in smallest_edits.STRENGTHS
                    if start + strength * (3 - start) > 0
                )
                for start in moved
            ]
        )
        np.testing.assert_array_equal(edits["first"].strengths, reached)
        np.testing.assert_array_equal(edits["all"].strengths, reached)
        already = moved > 0
        np.testing.assert_array_equal(edits["second"].turned, already)

    def test_a_run_that_lists_nothing_has_no_edit(self):
        lists = edit_lists.of_classes({}, np.ones(2, int))
        self.assertEqual(explained_images.by_attributes(None, None, lists), {})


if __name__ == "__main__":
    absltest.main()
