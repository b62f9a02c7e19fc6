import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.export import image_codec, signatures
from tests.export import tiny_world


def decode_png(contents: tf.Tensor) -> np.ndarray:
    """PNG strings, [N], to float images in [-1, 1], [N, H, W, 3]."""
    images = [tf.io.decode_png(file).numpy() for file in contents.numpy()]
    return np.stack(images) / 127.5 - 1.0


class ServableTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = tiny_world.TinyWorld()
        cls.servable = tiny_world.servable(cls.world)
        cls.files = tf.constant(tiny_world.pictures(3))
        cls.images = image_codec.decode(cls.files, tiny_world.RESOLUTION)

    @parameterized.parameters(1, 3)
    def test_classifies_images_of_any_size(self, batch):
        logits = self.world.classify(self.images[:batch]).numpy()

        answer = self.servable.serving_default(self.files[:batch])

        np.testing.assert_allclose(answer["logits"], logits, rtol=1e-5)
        np.testing.assert_allclose(
            answer["probabilities"], tf.nn.softmax(logits), rtol=1e-5
        )
        winners = logits.argmax(-1)
        np.testing.assert_array_equal(answer["class"], winners)
        self.assertEqual(
            [name.decode() for name in answer["class_name"].numpy()],
            [tiny_world.CLASS_NAMES[winner] for winner in winners],
        )

    @parameterized.parameters(1, 3)
    def test_encodes_and_generates(self, batch):
        styles = self.servable.encode(self.files[:batch])["styles"]
        generated = self.servable.generate(styles)

        expected = self.world.encode(self.images[:batch])
        np.testing.assert_allclose(styles, expected, rtol=1e-5)
        images = self.world.generate(expected)
        np.testing.assert_allclose(generated["images"], images, atol=1e-6)
        np.testing.assert_allclose(
            decode_png(generated["image_bytes"]), images, atol=0.5 / 127.4
        )

    @parameterized.parameters(1, 3)
    def test_reconstructs(self, batch):
        images = self.world.generate(self.world.encode(self.images[:batch]))

        answer = self.servable.reconstruct(self.files[:batch])

        np.testing.assert_allclose(
            decode_png(answer["image_bytes"]), images, atol=0.5 / 127.4
        )
        np.testing.assert_allclose(
            answer["probabilities"],
            tf.nn.softmax(self.world.classify(images)),
            rtol=1e-5,
        )

    def test_finds_what_the_search_finds(self):
        targets = tf.constant([-1, 0, 2])
        top_k = tiny_world.MAX_TOP_K
        styles = self.world.encode(self.images)
        found = self.world.find_attributes(styles, targets, top_k=top_k)

        answer = self.servable.find_attributes(
            self.files, targets, tf.fill([3], top_k)
        )

        for name in (
            "coordinates",
            "directions",
            "strengths",
            "probabilities_before",
            "probabilities_after",
        ):
            np.testing.assert_allclose(answer[name], found[name], rtol=1e-5)
        np.testing.assert_allclose(
            decode_png(tf.reshape(answer["edited_bytes"], [-1])),
            tf.reshape(found["images"], [-1, 8, 8, 3]),
            atol=0.5 / 127.4,
        )

    def test_an_answer_can_be_repeated_by_hand(self):
        answer = self.servable.find_attributes(self.files[:1], [1], [1])

        styles = self.servable.encode(self.files[:1])["styles"].numpy()
        styles[0, answer["coordinates"][0, 0]] += answer["strengths"][0, 0]
        edited = self.servable.generate(styles)["image_bytes"]
        after = self.servable.serving_default(edited)["probabilities"]

        self.assertEqual(edited[0], answer["edited_bytes"][0, 0])
        # The PNG has rounded the picture.
        np.testing.assert_allclose(
            after[0], answer["probabilities_after"][0, 0], atol=0.01
        )

    def test_rows_that_asked_for_less_are_padded(self):
        answer = self.servable.find_attributes(self.files, [-1] * 3, [1, 3, 2])

        asked = np.arange(3) < np.array([[1], [3], [2]])
        for name in ("coordinates", "directions", "strengths"):
            self.assertEqual(answer[name].shape, (3, 3))
            self.assertTrue(np.all(answer[name].numpy()[~asked] == -1))
        np.testing.assert_array_equal(answer["coordinates"] >= 0, asked)
        self.assertEqual(answer["probabilities_after"].shape, (3, 3, 3))
        self.assertTrue(
            np.all(answer["probabilities_after"].numpy()[~asked] == -1)
        )
        np.testing.assert_array_equal(
            tf.strings.length(answer["edited_bytes"]) > 0, asked
        )

    def test_columns_without_an_attribute_are_padded(self):
        def find_one(styles, target_class, *, top_k):
            found = self.world.find_attributes(
                styles, target_class, top_k=top_k
            )
            none = tf.range(top_k) >= 1
            return {
                **found,
                "coordinates": tf.where(none, -1, found["coordinates"]),
            }

        servable = tiny_world.servable(self.world, find_attributes=find_one)

        answer = servable.find_attributes(self.files[:2], [0, 1], [2, 2])

        self.assertEqual(answer["strengths"][:, 1].numpy().tolist(), [-1, -1])
        self.assertEqual(
            answer["edited_bytes"][:, 1].numpy().tolist(), [b"", b""]
        )
        self.assertTrue(np.all(answer["coordinates"].numpy()[:, 0] >= 0))

    @parameterized.named_parameters(
        ("top_k_of_zero", [0], [0], "top_k must be 1 to 4.*0"),
        ("top_k_too_large", [0], [5], "top_k must be 1 to 4.*5"),
        ("target_below", [-2], [1], "target_class must be -1 to 2.*-2"),
        ("target_above", [3], [1], "target_class must be -1 to 2.*3"),
        ("targets_missing", [], [1], "differ in length.*1.*0.*1"),
        ("top_k_doubled", [0], [1, 1], "differ in length.*1.*1.*2"),
    )
    def test_refuses_requests_that_make_no_sense(self, target, top_k, message):
        with self.assertRaisesRegex(tf.errors.InvalidArgumentError, message):
            self.servable.find_attributes(
                self.files[:1],
                tf.constant(target, tf.int32),
                tf.constant(top_k, tf.int32),
            )

    def test_bounds_the_work_of_a_call(self):
        for name, signature in signatures.CONTRACT.items():
            for batch in (0, signature.max_batch + 1):
                inputs = {
                    "image_bytes": tf.repeat(self.files[:1], batch),
                    "styles": tf.zeros([batch, tiny_world.NUM_STYLES]),
                    "target_class": tf.zeros([batch], tf.int32),
                    "top_k": tf.ones([batch], tf.int32),
                }
                with self.assertRaisesRegex(
                    tf.errors.InvalidArgumentError,
                    f"{name} takes 1 to {signature.max_batch} images",
                ):
                    getattr(self.servable, name)(
                        **{key: inputs[key] for key in signature.inputs}
                    )

    def test_is_pure(self):
        before = [variable.numpy() for variable in self.servable.weights]

        first = self.servable.find_attributes(self.files, [0] * 3, [2] * 3)
        again = self.servable.find_attributes(self.files, [0] * 3, [2] * 3)

        for name in first:
            np.testing.assert_array_equal(first[name], again[name])
        for variable, value in zip(self.servable.weights, before, strict=True):
            np.testing.assert_array_equal(variable, value)

    def test_owns_each_variable_once(self):
        self.assertCountEqual(
            [id(variable) for variable in self.servable.variables],
            [
                id(self.world.encoder),
                id(self.world.generator),
                id(self.world.classifier),
            ],
        )

    def test_no_operation_is_bound_to_a_device(self):
        for function in self.servable.concrete_functions().values():
            graph = function.graph.as_graph_def()
            nodes = list(graph.node)
            for body in graph.library.function:
                nodes += body.node_def
            self.assertEqual({node.device for node in nodes}, {""})


class RefusedModelTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.world = tiny_world.TinyWorld()
        self.count = tf.Variable(0.0)

    def counted(self, images):
        self.count.assign_add(1.0)
        return self.world.classify(images)

    def noisy(self, images):
        return self.world.classify(images + tf.random.normal(tf.shape(images)))

    def in_python(self, images):
        return tf.numpy_function(
            lambda values: values.reshape(len(values), -1)[:, :3],
            [images],
            tf.float32,
        )

    @parameterized.parameters(
        ("counted", "AssignAddVariableOp"),
        ("noisy", "RandomStandardNormal"),
        ("in_python", "PyFunc"),
    )
    def test_a_function_that_is_more_than_one(self, classify, operation):
        with self.assertRaisesRegex(
            ValueError, f"serving_default cannot be exported.*{operation}"
        ):
            tiny_world.servable(self.world, classify=getattr(self, classify))

    def test_a_function_of_another_shape(self):
        with self.assertRaisesRegex(ValueError, "5.*6"):
            tiny_world.servable(
                self.world,
                encode=lambda images: self.world.encode(images)[:, :5],
            )

    def test_a_function_of_another_type(self):
        with self.assertRaisesRegex(
            ValueError, "generate: images is float16; the contract says float32"
        ):
            tiny_world.servable(
                self.world,
                generate=lambda styles: tf.cast(
                    self.world.generate(styles), tf.float16
                ),
            )


if __name__ == "__main__":
    absltest.main()
