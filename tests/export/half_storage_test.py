"""Tests of weights in float16."""

import json
import tempfile

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.export import half_storage, warmup
from tests.export import tiny_world


class HalfStorageTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = tiny_world.TinyWorld()
        # Functions of their own, as a run's networks are: to differentiate
        # them, their forward halves return weights.
        for name, shape in (
            ("encode", [8, 8, 3]),
            ("generate", [tiny_world.NUM_STYLES]),
            ("classify", [8, 8, 3]),
        ):
            function = tf.function(
                getattr(cls.world, name),
                input_signature=[tf.TensorSpec([None, *shape])],
            )
            setattr(cls.world, name, function)
        cls.servable = tiny_world.servable(cls.world)
        cls.half = half_storage.HalfStored(cls.servable)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        tf.saved_model.save(
            cls.half, folder.name, signatures=cls.half.concrete_functions()
        )
        cls.loaded = tf.saved_model.load(folder.name)

    def test_computes_in_float32_with_what_float16_holds(self):
        # The same model, rounded by hand.
        rounded = tiny_world.TinyWorld()
        for matrix in (rounded.encoder, rounded.generator):
            matrix.assign(matrix.numpy().astype(np.float16))
        expected = tiny_world.servable(rounded)
        asked = warmup.requests(self.servable, 3)
        for name, inputs in asked.items():
            answers = self.loaded.signatures[name](**inputs)
            for key, value in getattr(expected, name)(**inputs).items():
                if value.dtype == tf.float32:
                    np.testing.assert_allclose(
                        answers[key], value, rtol=1e-4, atol=1e-5
                    )
                elif key == "description":
                    # What it says of held-out images was measured before.
                    ours, theirs = (
                        json.loads(texts.numpy()[0])
                        for texts in (answers[key], value)
                    )
                    for said in (ours, theirs):
                        self.assertEqual(said.pop("held_out")["images"], 40)
                    self.assertEqual(ours, theirs)
                else:
                    np.testing.assert_array_equal(answers[key], value)

    def test_the_classifier_is_not_touched(self):
        kept = [
            variable.numpy()
            for variable in self.half.variables
            if variable.dtype == tf.float32
        ]
        self.assertLen(kept, 1)
        np.testing.assert_array_equal(kept[0], self.world.classifier)
        halved = [
            variable
            for variable in self.half.variables
            if variable.dtype == tf.float16
        ]
        self.assertLen(halved, 2)

    def test_the_servable_is_not_touched(self):
        self.assertEqual(
            {variable.dtype for variable in self.servable.variables},
            {tf.float32},
        )

    def test_vectors_and_whole_numbers_keep_their_type(self):
        layer = keras.layers.Dense(tiny_world.NUM_STYLES)
        layer.build([None, tiny_world.NUM_STYLES])
        step = tf.Variable([[1, 2]], trainable=False)
        half = half_storage.HalfStored(
            tiny_world.servable(
                self.world,
                encode=lambda images: (
                    layer(self.world.encode(images))
                    + tf.cast(step[0, 0], tf.float32)
                ),
            )
        )
        kinds = {
            tuple(variable.shape): variable.dtype for variable in half.variables
        }
        self.assertEqual(kinds[6, 6], tf.float16)
        self.assertEqual(kinds[6,], tf.float32)
        self.assertEqual(kinds[1, 2], tf.int32)

    def test_every_result_of_a_function_is_mended(self):
        # What freezing leaves of a forward half: the operations renamed, its
        # results not. As many as a real network has, so that a container that
        # is written to while it is iterated over shows.
        body = tf.compat.v1.GraphDef().library.function.add()
        names = [f"layer_{index}/ReadVariableOp" for index in range(500)]
        for name in names:
            body.node_def.add(name=name, op="Identity")
            body.ret[name] = f"{name}:value:0"
        body.node_def.add(name="read", op="ReadVariableOp")
        body.ret["read"] = "read:value:0"
        half_storage._mend_results(body)
        self.assertEqual(
            dict(body.ret),
            {name: f"{name}:output:0" for name in names}
            | {"read": "read:value:0"},
        )

    def test_refuses_what_float16_cannot_hold(self):
        world = tiny_world.TinyWorld()
        world.encoder[0, 0].assign(7e4)
        with self.assertRaisesRegex(
            errors.ExportError,
            "export.storage is float16; expected float32: .* weight of 70000",
        ):
            half_storage.HalfStored(tiny_world.servable(world))


if __name__ == "__main__":
    absltest.main()
