"""Tests of the shards."""

import dataclasses
import pathlib
import shutil
import types
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.attributes import edit_space, effects, style_ranges
from stylex_tf.search import exact, shards
from tests.testing import known_answers

_RANGES = style_ranges.StyleRanges(minimum=np.zeros(6), maximum=np.ones(6))
IDS = list("abcdefghijk")


class _Killed(Exception):
    pass


class ShardsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir().full_path)
        self.world = known_answers.LinearWorld()
        rng = np.random.default_rng(1)
        shape = (len(IDS), self.world.total)
        self.styles = rng.normal(size=shape).astype(np.float32)
        self.ranges = style_ranges.StyleRanges.from_styles(
            self.styles, searched=self.world.searched
        )
        self.inputs = {
            "styles": self.styles,
            "space": edit_space.EditSpace(self.ranges),
            "image_ids": IDS,
            "images_per_shard": 3,
            "batch_size": 8,
            "identity": "step 3",
        }

    def measure(self, directory=None, **changes):
        return shards.measure(
            changes.pop("model", self.world.model),
            directory=directory or self.folder,
            **(self.inputs | changes),
        )

    def plan(self, **changes):
        return shards.Plan.of(**({"scored": False} | self.inputs | changes))

    def counting(self, measured, dies_after=None):
        """A measuring function that notes its images, and may be killed."""
        measure = exact.Search(
            self.world.model,
            edit_space.EditSpace(self.ranges),
            images=3,
            batch_size=8,
        )

        def measure_images(styles, image_ids):
            if len(measured) == dies_after:
                raise _Killed
            measured.append("".join(image_ids))
            return measure(styles, image_ids)

        return measure_images

    def measure_missing(self, plan, measure_images, order=(0, 1, 2, 3)):
        for index in order:
            if not shards.complete(index, plan, self.folder):
                shards.measure_shard(
                    index,
                    plan,
                    measure_images,
                    self.styles,
                    IDS,
                    directory=self.folder,
                )

    def test_covers_every_image_once(self):
        self.assertEqual(self.plan().shards, [(0, 3), (3, 6), (6, 9), (9, 11)])
        self.assertEqual(self.plan(images_per_shard=99).shards, [(0, 11)])

    def test_is_the_table_of_the_search(self):
        done = []
        table = self.measure(progress=done.append)
        whole = exact.measure_effects(
            self.world.model,
            self.styles,
            edit_space.EditSpace(self.ranges),
            image_ids=IDS,
        )
        np.testing.assert_allclose(table.effects, whole.effects, atol=1e-5)
        np.testing.assert_allclose(
            table.base_logits, whole.base_logits, atol=1e-5
        )
        self.assertEqual(table.image_ids, whole.image_ids)
        self.assertEqual(sum(done), 11 * 2 * self.world.searched)

    def test_killed_and_started_again_nothing_is_computed_twice(self):
        plan, measured = self.plan(), []
        with self.assertRaises(_Killed):
            self.measure_missing(plan, self.counting(measured, dies_after=2))
        self.assertEqual(measured, ["abc", "def"])
        # What a process leaves that is killed while it writes.
        (self.folder / ".0123.tmp").write_bytes(b"half")
        self.measure_missing(plan, self.counting(measured))
        self.assertEqual(measured, ["abc", "def", "ghi", "jk"])
        resumed = effects.to_bytes(shards.merge(plan, self.folder))
        self.assertEqual(
            resumed, effects.to_bytes(self.measure(self.folder / "other"))
        )

    def test_the_order_of_the_shards_does_not_matter(self):
        plan = self.plan()
        self.measure_missing(plan, self.counting([]), order=(2, 0, 3, 1))
        self.assertEqual(
            effects.to_bytes(shards.merge(plan, self.folder)),
            effects.to_bytes(self.measure(self.folder / "other")),
        )

    def test_what_is_there_is_not_measured_again(self):
        first, done = self.measure(), []
        self.world.classify = None
        again = self.measure(progress=done.append)
        self.assertEqual(effects.to_bytes(first), effects.to_bytes(again))
        self.assertEqual(sum(done), 11 * 2 * self.world.searched)

    def test_two_workers_may_write_the_same_shard(self):
        plan, measured = self.plan(), []
        for _ in range(2):
            path = shards.measure_shard(
                1,
                plan,
                self.counting(measured),
                self.styles,
                IDS,
                directory=self.folder,
            )
        self.assertEqual(measured, ["def", "def"])
        self.assertEqual([str(p) for p in self.folder.iterdir()], [path])

    @parameterized.named_parameters(
        ("names", {"image_ids": list("ABCDEFGHIJK")}),
        ("size", {"images_per_shard": 4}),
        ("shift", {"space": edit_space.EditSpace(_RANGES, 2.0)}),
        ("batch", {"batch_size": 9}),
        ("identity", {"identity": "step 4"}),
        ("score", {"scored": True}),
        ("styles", {"styles": np.zeros([11, 9], np.float32)}),
        (
            "ranges",
            {"space": edit_space.EditSpace(_RANGES)},
        ),
    )
    def test_other_inputs_have_other_shards(self, change):
        self.assertNotEqual(self.plan(**change).digest, self.plan().digest)

    def test_shards_of_other_inputs_are_replaced(self):
        self.measure(space=edit_space.EditSpace(self.ranges, 2.0))
        table = self.measure()
        self.assertEqual(table.shift_size, 1.0)
        names = {path.name for path in self.folder.iterdir()}
        plan = self.plan()
        expected = {pathlib.Path(plan.path(i, "")).name for i in range(4)}
        self.assertEqual(names, expected)

    @parameterized.parameters("cut", "changed", "empty")
    def test_a_damaged_shard_is_measured_again(self, damage):
        plan, measured = self.plan(), []
        whole = effects.to_bytes(self.measure())
        path = pathlib.Path(plan.path(2, self.folder))
        content = path.read_bytes()
        changed = bytearray(content)
        changed[len(content) // 2] ^= 1
        path.write_bytes(
            {"cut": content[:-9], "changed": bytes(changed), "empty": b""}[
                damage
            ]
        )
        with self.assertRaisesRegex(ValueError, "00002-of-00004.*damaged"):
            shards.merge(plan, self.folder)
        with self.assertLogs(level="WARNING") as logs:
            self.measure_missing(plan, self.counting(measured))
        self.assertIn("measured again", logs.output[0])
        self.assertEqual(measured, ["ghi"])
        merged = effects.to_bytes(shards.merge(plan, self.folder))
        self.assertEqual(merged, whole)

    def test_does_not_merge_what_is_not_complete(self):
        plan = self.plan()
        self.measure_missing(plan, self.counting([]), order=(0, 1, 3))
        self.assertFalse(shards.complete(2, plan, self.folder))
        with self.assertRaisesRegex(ValueError, "00002-of-00004.*no such"):
            shards.merge(plan, self.folder)

    def test_too_little_room_is_said_before_the_search(self):
        # A number has 4 bytes, and is in a shard and in the table.
        room = types.SimpleNamespace(free=7_999)
        folder = self.folder / "new" / "shards"
        with mock.patch.object(shutil, "disk_usage", return_value=room):
            with self.assertRaisesRegex(
                errors.RunFolderError,
                "new/shards: the disk has .* left; the effects of this search",
            ):
                shards.check_room(folder, 1_000)
            self.assertFalse(folder.parent.exists())
            shards.check_room(folder, 1_000, copies=1)
            # The bucket is not on this disk.
            shards.check_room("gs://bucket/shards", 1_000)
            room.free += 1
            shards.check_room(folder, 1_000)

    def test_shards_that_are_there_need_no_room(self):
        self.measure()
        there = sum(file.stat().st_size for file in self.folder.iterdir())
        room = types.SimpleNamespace(free=0)
        with mock.patch.object(shutil, "disk_usage", return_value=room):
            shards.check_room(self.folder, there // 8)
            with self.assertRaises(errors.RunFolderError):
                shards.check_room(self.folder, there // 8 + 1)

    def test_keeps_the_score(self):
        def score(images):
            return self.world.classify(images)[:, 0]

        table = self.measure(
            model=dataclasses.replace(self.world.model, score=score)
        )
        np.testing.assert_allclose(
            table.score_changes, table.effects[..., 0], atol=1e-5
        )
        self.assertIsNone(self.measure().score_changes)

    def test_refuses_what_cannot_be_split(self):
        with self.assertRaisesRegex(ValueError, "images_per_shard is 0"):
            self.plan(images_per_shard=0)
        with self.assertRaisesRegex(ValueError, "no images"):
            self.plan(styles=self.styles[:0], image_ids=[])


if __name__ == "__main__":
    absltest.main()
