import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space
from stylex_tf.data import pictures
from stylex_tf.export import image_codec
from stylex_tf.search import exact
from tests.export import tiny_world
from tests.testing import image_files


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

    def test_pads_what_was_padded_for_training(self):
        servable = tiny_world.servable(self.world, crop="pad")
        wide = image_files.encode(image_files.noise(0, height=9, width=14))
        size = tiny_world.RESOLUTION
        padded = pictures.decode(wide, size, crop="pad") / 127.5 - 1.0

        (encoded,) = servable.encode(tf.constant([wide]))["styles"]

        expected = servable.encode_images(tf.constant([padded], tf.float32))
        np.testing.assert_allclose(encoded, expected["styles"][0], atol=0.02)
        centre = self.servable.encode(tf.constant([wide]))["styles"][0]
        self.assertGreater(np.abs(centre - encoded).max(), 0.1)
        self.assertEqual(servable.description()["crop"], "pad")
        self.assertEqual(self.servable.description()["crop"], "center")

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
        searched = self.world.find_attributes(styles, targets, top_k=top_k)

        answer = self.servable.find_attributes(
            self.files, targets, tf.fill([3], top_k)
        )

        exists = searched["coordinates"].numpy() >= 0
        self.assertTrue(np.all(exists[:, 0]))
        for name, theirs in (
            ("coordinates", "coordinates"),
            ("directions", "directions"),
            ("shifts", "strengths"),
            ("effects", "effects"),
            ("probabilities_after", "probabilities_after"),
        ):
            np.testing.assert_allclose(
                answer[name].numpy()[exists],
                searched[theirs].numpy()[exists],
                rtol=1e-4,
            )
            self.assertTrue(np.all(answer[name].numpy()[~exists] == -1))
        np.testing.assert_array_equal(
            answer["strengths"],
            np.where(exists, tiny_world.STYLE_STRENGTH, -1),
        )
        np.testing.assert_allclose(
            answer["probabilities_before"],
            searched["probabilities_before"],
            rtol=1e-5,
        )
        np.testing.assert_allclose(
            decode_png(answer["edited_bytes"][exists]),
            searched["images"].numpy()[exists],
            atol=0.5 / 127.4,
        )

    def test_an_answer_can_be_repeated_by_hand(self):
        answer = self.servable.find_attributes(self.files[:1], [1], [1])

        styles = self.servable.encode(self.files[:1])["styles"].numpy()
        styles[0, answer["coordinates"][0, 0]] += answer["shifts"][0, 0]
        edited = self.servable.generate(styles)["image_bytes"]
        after = self.servable.serving_default(edited)["probabilities"]

        self.assertEqual(edited[0], answer["edited_bytes"][0, 0])
        # The PNG has rounded the picture.
        np.testing.assert_allclose(
            after[0], answer["probabilities_after"][0, 0], atol=0.01
        )

    def test_what_is_found_can_be_edited(self):
        answer = self.servable.find_attributes(self.files, [-1, 0, 2], [1] * 3)

        edited = self.servable.edit(
            self.files,
            answer["coordinates"],
            answer["directions"],
            answer["strengths"],
        )

        np.testing.assert_array_equal(
            edited["edited_bytes"], answer["edited_bytes"][:, 0]
        )
        for name, theirs in (
            ("probabilities_before", answer["probabilities_before"]),
            ("probabilities_after", answer["probabilities_after"][:, 0]),
        ):
            np.testing.assert_allclose(edited[name], theirs, atol=1e-5)

    def test_edits_of_an_image_are_made_together(self):
        coordinates = np.array([[0, 4, 0], [-1, 2, -1], [-1, -1, -1]])
        directions = np.array([[1, 0, 0], [-1, 1, 7], [0, 0, 0]])
        strengths = np.array([[0.5] * 3, [-1.0, 1.5, 0.0], [1.0] * 3])

        answer = self.servable.edit(
            self.files,
            tf.constant(coordinates, tf.int32),
            tf.constant(directions, tf.int32),
            tf.constant(strengths, tf.float32),
        )

        expected = self.world.encode(self.images).numpy()
        ends = self.world.ranges.ends()
        for row, coordinate, end, share in (
            (0, 0, ends[1, 0], 0.5),
            (0, 4, ends[0, 4], 0.5),
            (1, 2, ends[1, 2], 1.5),
        ):
            here = expected[row, coordinate]
            expected[row, coordinate] = here + share * (end - here)
        images = self.world.generate(expected)
        np.testing.assert_allclose(
            decode_png(answer["edited_bytes"]), images, atol=0.51 / 127.5
        )
        np.testing.assert_allclose(
            answer["probabilities_after"],
            tf.nn.softmax(self.world.classify(images)),
            atol=1e-5,
        )
        reconstructed = self.servable.reconstruct(self.files)
        np.testing.assert_allclose(
            answer["probabilities_before"],
            reconstructed["probabilities"],
            atol=1e-6,
        )
        self.assertEqual(
            answer["edited_bytes"][2], reconstructed["image_bytes"][2]
        )

    def test_chunks_are_the_table_of_the_library(self):
        table = exact.measure_effects(
            self.world.model,
            self.world.encode(self.images).numpy(),
            edit_space.EditSpace(self.world.ranges, tiny_world.STYLE_STRENGTH),
            image_ids=["one", "two", "three"],
        )

        # A client that takes four at a time, the third image behind.
        parts = [
            self.servable.style_effects(
                self.files, [first, first, max(first - 4, 0)], [4] * 3
            )
            for first in range(0, 10, 4)
        ]

        effects = table.effects.reshape(3, 10, 3)
        whole = np.concatenate([part["effects"] for part in parts], axis=1)
        np.testing.assert_allclose(
            whole[:2, :10], effects[:2], rtol=1e-4, atol=1e-5
        )
        np.testing.assert_allclose(
            whole[2, 4:], effects[2, :8], rtol=1e-4, atol=1e-5
        )
        for part in parts:
            np.testing.assert_allclose(
                part["base_logits"], table.base_logits, atol=1e-5
            )
        last = parts[-1]
        np.testing.assert_array_equal(
            last["coordinates"],
            [[3, 4, -1, -1], [3, 4, -1, -1], [4, 0, 1, 2]],
        )
        np.testing.assert_array_equal(
            last["directions"],
            [[1, 1, -1, -1], [1, 1, -1, -1], [0, 1, 1, 1]],
        )
        self.assertTrue(np.all(last["effects"].numpy()[:2, 2:] == -1))

    def test_chunks_of_different_length_are_padded(self):
        answer = self.servable.style_effects(self.files, [0, 0, 0], [1, 3, 2])

        asked = np.arange(3) < np.array([[1], [3], [2]])
        np.testing.assert_array_equal(answer["coordinates"] >= 0, asked)
        self.assertTrue(np.all(answer["effects"].numpy()[~asked] == -1))

    def test_tells_the_attributes_of_classes(self):
        answer = self.servable.class_attributes([1, 0, 2, 1], [2, 2, 1, 1])

        for name, expected in (
            ("coordinates", [[4, 0], [3, -1], [-1, -1], [4, -1]]),
            ("directions", [[0, 1], [1, -1], [-1, -1], [0, -1]]),
            ("strengths", [[0.75, 0.75], [0.75, -1], [-1, -1], [0.75, -1]]),
            ("effects", [[1.5, 0.5], [0.5, -1], [-1, -1], [1.5, -1]]),
            ("shares", [[0.75, 0.0], [0.25, -1], [-1, -1], [0.75, -1]]),
        ):
            np.testing.assert_array_equal(answer[name], expected, name)

    def test_attributes_of_classes_can_be_edited(self):
        answer = self.servable.class_attributes([1, 0, 2], [3, 3, 3])

        edited = self.servable.edit(
            self.files,
            answer["coordinates"],
            answer["directions"],
            answer["strengths"],
        )

        # Class 2 has no attributes.
        reconstructed = self.servable.reconstruct(self.files)["image_bytes"]
        np.testing.assert_array_equal(
            edited["edited_bytes"] == reconstructed, [False, False, True]
        )

    @parameterized.parameters(1, 3)
    def test_images_may_be_tensors(self, batch):
        files, images = self.files[:batch], self.images[:batch]
        for of_bytes, of_images in (
            ("serving_default", "classify_images"),
            ("encode", "encode_images"),
        ):
            expected = getattr(self.servable, of_bytes)(files)
            answer = getattr(self.servable, of_images)(images)
            self.assertCountEqual(answer, expected)
            for name, value in expected.items():
                if value.dtype == tf.float32:
                    np.testing.assert_allclose(answer[name], value, atol=1e-5)
                else:
                    np.testing.assert_array_equal(answer[name], value)

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
            searched = self.world.find_attributes(
                styles, target_class, top_k=top_k
            )
            none = tf.range(top_k) >= 1
            return {
                **searched,
                "coordinates": tf.where(none, -1, searched["coordinates"]),
            }

        servable = tiny_world.servable(self.world, find_attributes=find_one)

        answer = servable.find_attributes(self.files[:2], [0, 1], [2, 2])

        self.assertEqual(answer["strengths"][:, 1].numpy().tolist(), [-1, -1])
        self.assertEqual(
            answer["edited_bytes"][:, 1].numpy().tolist(), [b"", b""]
        )
        self.assertTrue(np.all(answer["coordinates"].numpy()[:, 0] >= 0))

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


if __name__ == "__main__":
    absltest.main()
