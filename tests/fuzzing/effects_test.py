"""Whatever is called a table of effects, it is the one written, or refused."""

import json
import pathlib

import numpy as np
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.attributes import effects
from tests.fuzzing import changed_bytes
from tests.testing import effect_tables

_TABLE = effect_tables.random(0, images=3, size=4)


class EffectsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())

    @changed_bytes.tried(content=changed_bytes.of([effects.to_bytes(_TABLE)]))
    def test_a_shard(self, content):
        try:
            self._same(effects.from_bytes(content))
        except ValueError as error:
            self.assertIn("damaged", str(error))

    def test_a_folder(self):
        effects.save(_TABLE, self.folder)
        whole = {p.name: p.read_bytes() for p in self.folder.iterdir()}
        arrays = json.loads(whole["effects.json"])["arrays"]

        for name in ("effects.json", arrays):
            with self.subTest(name):
                self._damage(self.folder / name, whole[name])
                (self.folder / name).write_bytes(whole[name])

    def _damage(self, path: pathlib.Path, whole: bytes) -> None:
        @changed_bytes.tried(content=changed_bytes.of([whole]))
        def check(test, content):
            path.write_bytes(content)
            try:
                test._same(effects.load(test.folder))
            except errors.DataError as error:
                test.assertIn("measure the effects again", str(error))

        check(self)

    def _same(self, table: effects.StyleEffects) -> None:
        np.testing.assert_array_equal(table.effects, _TABLE.effects)
        np.testing.assert_array_equal(table.base_logits, _TABLE.base_logits)
        self.assertEqual(table.image_ids, _TABLE.image_ids)
        self.assertEqual(table.shift_size, _TABLE.shift_size)
        self.assertEqual(table.screened, _TABLE.screened)


if __name__ == "__main__":
    absltest.main()
