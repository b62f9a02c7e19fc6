"""Tests of the table of effects."""

import dataclasses
import json
import pathlib
import weakref

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.attributes import effects, style_ranges


def _table(ids=("a", "b"), seed=0, **changes):
    rng = np.random.default_rng(seed)
    fields = dict(
        effects=rng.normal(size=(len(ids), 2, 3, 2)).astype(np.float32),
        base_logits=rng.normal(size=(len(ids), 2)).astype(np.float32),
        ranges=style_ranges.StyleRanges(
            minimum=np.array([-1.0, -2.0, 0.0]), maximum=np.ones(3)
        ),
        image_ids=tuple(ids),
        shift_size=1.0,
    )
    return effects.StyleEffects(**(fields | changes))


class StyleEffectsTest(parameterized.TestCase):
    def test_refuses_parts_that_do_not_fit(self):
        with self.assertRaisesRegex(ValueError, "effects have shape"):
            _table(effects=np.zeros([2, 2, 4, 2], np.float32))
        with self.assertRaisesRegex(ValueError, "not unique"):
            _table(image_ids=("a", "a"))
        with self.assertRaisesRegex(ValueError, "1 image ids for 2"):
            _table(image_ids=("a",))

        with self.assertRaisesRegex(ValueError, "score_changes have shape"):
            _table(score_changes=np.zeros([2, 2, 4], np.float32))
        with self.assertRaisesRegex(ValueError, "screened is -1"):
            _table(screened=-1)

    @parameterized.parameters("folder", "bytes")
    def test_save_and_load_round_trip(self, form):
        table = _table(score_changes=np.ones([2, 2, 3], "f4"), screened=4)
        if form == "folder":
            folder = self.create_tempdir().full_path
            effects.save(table, folder)
            again = effects.load(folder)
        else:
            again = effects.from_bytes(effects.to_bytes(table))
        np.testing.assert_array_equal(again.effects, table.effects)
        np.testing.assert_array_equal(again.base_logits, table.base_logits)
        self.assertTrue(again.ranges.equals(table.ranges))
        self.assertEqual(again.image_ids, table.image_ids)
        self.assertEqual(again.shift_size, table.shift_size)
        np.testing.assert_array_equal(again.score_changes, table.score_changes)
        self.assertEqual(again.screened, 4)

    def test_every_edit_was_measured_unless_the_index_says_otherwise(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        effects.save(_table(), folder)
        self.assertIsNone(effects.load(folder).score_changes)
        # As the first tables were written.
        index = json.loads((folder / "effects.json").read_text())
        del index["screened"], index["index_sha256"]
        (folder / "effects.json").write_text(json.dumps(index))
        self.assertEqual(effects.load(folder).screened, 0)

    def test_same_table_is_the_same_bytes_and_replaces_the_old_one(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        effects.save(_table(seed=1), folder)
        effects.save(_table(), folder)
        first = {path.name: path.read_bytes() for path in folder.iterdir()}
        effects.save(_table(), folder)
        again = {path.name: path.read_bytes() for path in folder.iterdir()}
        self.assertEqual(first, again)
        self.assertLen(first, 2)

    def test_interrupted_save_leaves_the_old_table(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        effects.save(_table(), folder)
        # Killed after the new arrays were written, before the index was.
        (folder / "effects-0123456789ab.npz").write_bytes(b"half")
        np.testing.assert_array_equal(
            effects.load(folder).effects, _table().effects
        )

    def test_damage_is_noticed(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        effects.save(_table(), folder)
        index = json.loads((folder / "effects.json").read_text())
        path = folder / index["arrays"]
        content = bytearray(path.read_bytes())
        content[-40] ^= 1
        path.write_bytes(bytes(content))
        with self.assertRaisesRegex(errors.DataError, "damaged.*checksum"):
            effects.load(folder)
        path.unlink()
        with self.assertRaisesRegex(errors.DataError, "damaged.*No such file"):
            effects.load(folder)

    @parameterized.parameters(
        ('"shift_size": 1.0', '"shift_size": 2.0', "its checksum"),
        ('"image_ids"', '"names"', "its checksum"),
        ('"index_sha256"', '"index_sha25"', "it has .*index_sha25"),
        ("{", "[", "Expecting"),
    )
    def test_damage_of_the_index_is_noticed(self, old, new, reason):
        folder = pathlib.Path(self.create_tempdir().full_path)
        effects.save(_table(), folder)
        index = folder / "effects.json"
        self.assertIn(old, index.read_text())
        index.write_text(index.read_text().replace(old, new, 1))
        with self.assertRaisesRegex(errors.DataError, f"damaged.*{reason}"):
            effects.load(folder)

    def test_any_damaged_byte_is_noticed(self):
        content = effects.to_bytes(_table())
        for position in range(0, len(content), 97):
            damaged = bytearray(content)
            damaged[position] ^= 1
            with self.assertRaisesRegex(ValueError, "damaged"):
                effects.from_bytes(bytes(damaged))
        with self.assertRaisesRegex(ValueError, "damaged"):
            effects.from_bytes(content[:-1])
        with self.assertRaisesRegex(ValueError, "damaged"):
            effects.from_bytes(b"")

    def test_merge_joins_images_in_order(self):
        first, second = _table(("a", "b")), _table(("c",), seed=1)
        merged = effects.merge([first, second])
        self.assertEqual(merged.image_ids, ("a", "b", "c"))
        np.testing.assert_array_equal(merged.effects[2], second.effects[0])
        np.testing.assert_array_equal(merged.predictions[:2], first.predictions)
        self.assertIsNone(merged.score_changes)
        scored = [
            _table((name,), score_changes=np.full([1, 2, 3], value, "f4"))
            for name, value in (("a", 1.0), ("b", 2.0))
        ]
        merged = effects.merge(scored)
        np.testing.assert_array_equal(merged.score_changes[:, 0, 0], [1, 2])

    def test_merge_needs_one_part_at_a_time(self):
        parts = [_table((name,), seed=seed) for seed, name in enumerate("abc")]
        made = []

        def one_by_one():
            for part in parts:
                self.assertEmpty(
                    [reference for reference in made if reference() is not None]
                )
                copy = dataclasses.replace(part)
                made.append(weakref.ref(copy))
                yield copy
                del copy

        merged = effects.merge(one_by_one(), images=3)
        whole = effects.merge(parts)
        self.assertEqual(effects.to_bytes(merged), effects.to_bytes(whole))
        with self.assertRaisesRegex(ValueError, "3 image ids for 4 images"):
            effects.merge(iter(parts), images=4)

    def test_parts_taken_join_to_the_whole(self):
        whole = _table(
            ids=("a", "b", "c"), score_changes=np.arange(18.0).reshape(3, 2, 3)
        )
        parts = [whole.take(np.array(rows)) for rows in ([0], [1, 2])]
        self.assertEqual(parts[1].image_ids, ("b", "c"))
        self.assertEqual(
            effects.to_bytes(effects.merge(parts)), effects.to_bytes(whole)
        )

    def test_merge_refuses_what_was_measured_differently(self):
        with self.assertRaisesRegex(ValueError, "no effects"):
            effects.merge([])
        with self.assertRaisesRegex(ValueError, "shift 2.0"):
            effects.merge([_table(), _table(("c",), shift_size=2.0)])
        with self.assertRaisesRegex(ValueError, "not unique"):
            effects.merge([_table(), _table()])
        other = style_ranges.StyleRanges(
            minimum=np.zeros(3), maximum=np.ones(3)
        )
        with self.assertRaisesRegex(ValueError, "different ranges"):
            effects.merge([_table(), _table(("c",), ranges=other)])
        with self.assertRaisesRegex(ValueError, "screened 8 into .* 0"):
            effects.merge([_table(), _table(("c",), screened=8)])
        scored = _table(("c",), score_changes=np.zeros([1, 2, 3], "f4"))
        with self.assertRaisesRegex(ValueError, "with score_changes and"):
            effects.merge([_table(), scored])


if __name__ == "__main__":
    absltest.main()
