import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.export import signatures
from tests.export import tiny_world


class RefusedRequestTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = tiny_world.TinyWorld()
        cls.servable = tiny_world.servable(cls.world)
        cls.files = tf.constant(tiny_world.pictures(3))

    @parameterized.named_parameters(
        ("top_k_of_zero", [0], [0], "top_k must be 1 to 4; found.*0"),
        ("top_k_too_large", [0], [5], "top_k must be 1 to 4; found.*5"),
        ("target_below", [-2], [1], "target_class must be -1 to 2; found.*-2"),
        ("target_above", [3], [1], "target_class must be -1 to 2; found.*3"),
        ("targets_missing", [], [1], "target_class has another length.*0.*1"),
        ("top_k_doubled", [0], [1, 1], "top_k has another length.*2.*1"),
    )
    def test_refuses_to_find_what_makes_no_sense(self, target, top_k, message):
        self.assert_refused(
            "find_attributes",
            message,
            image_bytes=self.files[:1],
            target_class=tf.constant(target, tf.int32),
            top_k=tf.constant(top_k, tf.int32),
        )

    @parameterized.named_parameters(
        ("no_class", [-1], [1], "target_class must be 0 to 2; found.*-1"),
        ("top_k", [0], [10**9], "top_k must be 1 to 4; found.*1000000000"),
        ("none", [], [], "class_attributes takes 1 to 256 .*0"),
    )
    def test_refuses_classes_that_are_not_there(self, target, top_k, message):
        self.assert_refused(
            "class_attributes",
            message,
            target_class=tf.constant(target, tf.int32),
            top_k=tf.constant(top_k, tf.int32),
        )

    @parameterized.named_parameters(
        ("coordinate", [[5]], [[0]], [[1.0]], "coordinates must be -1 to 4.*5"),
        ("below", [[-2]], [[0]], [[1.0]], "coordinates must be -1 to 4.*-2"),
        ("direction", [[0]], [[2]], [[1.0]], "directions must be 0 to 1.*2"),
        ("none", [[0]], [[-1]], [[1.0]], "directions must be 0 to 1.*-1"),
        ("nan", [[0]], [[0]], [[np.nan]], "strengths must be finite"),
        ("inf", [[0]], [[0]], [[np.inf]], "strengths must be finite.*inf"),
        ("row", [[0]] * 2, [[0]], [[1.0]], "coordinates has another length"),
        ("edits", [[0]], [[0, 0]], [[1.0]], "directions has another number"),
        ("many", [[0] * 17], [[0] * 17], [[1.0] * 17], "at most 16.*17"),
    )
    def test_refuses_edits_that_make_no_sense(
        self, coordinates, directions, strengths, message
    ):
        self.assert_refused(
            "edit",
            message,
            image_bytes=self.files[:1],
            coordinates=tf.constant(coordinates, tf.int32),
            directions=tf.constant(directions, tf.int32),
            strengths=tf.constant(strengths, tf.float32),
        )

    def test_a_long_list_of_edits_is_refused_before_it_costs_memory(self):
        # Compared with each other, so many would take 10 GB.
        self.assert_refused(
            "edit",
            "at most 16.*100000",
            image_bytes=self.files[:1],
            coordinates=tf.zeros([1, 100_000], tf.int32),
            directions=tf.zeros([1, 100_000], tf.int32),
            strengths=tf.zeros([1, 100_000]),
        )

    @parameterized.named_parameters(
        ("before_the_first", [-1], [1], "first_edit must be 0 to 9.*-1"),
        ("behind_the_last", [10], [1], "first_edit must be 0 to 9.*10"),
        ("nothing", [0], [0], "num_edits must be 1 to 64.*0"),
        ("too_much", [0], [10**9], "num_edits must be 1 to 64.*1000000000"),
        ("length", [0, 0], [1], "first_edit has another length.*2.*1"),
    )
    def test_refuses_chunks_that_are_not_there(self, first, edits, message):
        self.assert_refused(
            "style_effects",
            message,
            image_bytes=self.files[:1],
            first_edit=tf.constant(first, tf.int32),
            num_edits=tf.constant(edits, tf.int32),
        )

    @parameterized.parameters(255.0, -1.01, np.nan)
    def test_refuses_pixels_of_another_range(self, value):
        images = np.zeros([1, 8, 8, 3], np.float32)
        images[0, 3, 3, 0] = value
        for name in ("classify_images", "encode_images"):
            self.assert_refused(
                name, "images must be -1 to 1; found", images=images
            )

    def test_refuses_styles_that_are_not_finite(self):
        styles = np.full([1, tiny_world.NUM_STYLES], np.inf, np.float32)
        self.assert_refused("generate", "styles must be finite", styles=styles)

    def test_bounds_the_work_of_a_call(self):
        for name, signature in signatures.CONTRACT.items():
            for batch in (0, signature.max_batch + 1):
                inputs = {
                    "image_bytes": tf.repeat(self.files[:1], batch),
                    "images": tf.zeros([batch, 8, 8, 3]),
                    "styles": tf.zeros([batch, tiny_world.NUM_STYLES]),
                    "target_class": tf.zeros([batch], tf.int32),
                    "top_k": tf.ones([batch], tf.int32),
                    "first_edit": tf.zeros([batch], tf.int32),
                    "num_edits": tf.ones([batch], tf.int32),
                    "coordinates": tf.zeros([batch, 1], tf.int32),
                    "directions": tf.zeros([batch, 1], tf.int32),
                    "strengths": tf.zeros([batch, 1]),
                    "format": tf.ones([batch], tf.int32),
                }
                self.assert_refused(
                    name,
                    f"{name} takes 1 to {signature.max_batch} images",
                    **{key: inputs[key] for key in signature.inputs},
                )

    def assert_refused(self, name, message, **inputs):
        with self.assertRaisesRegex(tf.errors.InvalidArgumentError, message):
            getattr(self.servable, name)(**inputs)


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
