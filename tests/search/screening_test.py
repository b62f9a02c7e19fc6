"""Tests of the fast search, in memory and reloaded from disk."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import (
    edit_space,
    selection,
    style_ranges,
)
from stylex_tf.search import calibration, exact, gradient_effects, screening
from tests.testing import known_answers


def _ranges(world):
    return style_ranges.StyleRanges.from_styles(
        world.styles, searched=world.searched
    )


def _pairs(answer, image):
    return list(
        zip(
            answer["coordinates"].numpy()[image].tolist(),
            answer["directions"].numpy()[image].tolist(),
            strict=True,
        )
    )


class ScreeningTest(tf.test.TestCase, parameterized.TestCase):
    # All candidates, some, and inner batches that do not divide them.
    @parameterized.parameters((12, 32), (7, 3), (7, 4), (6, 1))
    def test_linear_world_gives_the_exhaustive_answer(
        self, candidates, batch_size
    ):
        world = known_answers.LinearWorld(classes=3)
        ranges = _ranges(world)
        targets = [0, 1, 2, 0, 1]
        answer = screening.find_attributes(
            world.model,
            tf.constant(world.styles),
            edit_space.EditSpace(ranges),
            tf.constant(targets),
            top_k=2,
            candidates=candidates,
            batch_size=batch_size,
        )
        table = exact.measure_effects(
            world.model,
            world.styles,
            edit_space.EditSpace(ranges),
            image_ids=list("abcde"),
        )
        for image, target in enumerate(targets):
            expected = selection.independent(
                table, image=image, target_class=target, top_k=2
            )
            self.assertEqual(
                _pairs(answer, image),
                [
                    (attribute.coordinate, attribute.direction)
                    for attribute in expected
                ],
            )
            self.assertAllClose(
                answer["effects"][image],
                [attribute.effect for attribute in expected],
                atol=1e-5,
            )

    def test_outputs_belong_together(self):
        world = known_answers.LinearWorld(classes=3)
        ranges = _ranges(world)
        answer = screening.find_attributes(
            world.model,
            tf.constant(world.styles),
            edit_space.EditSpace(ranges, 0.5),
            tf.constant([1] * 5),
            top_k=3,
        )
        base = world.styles @ world.weights
        self.assertAllClose(answer["logits_before"], base, atol=1e-5)
        self.assertAllClose(
            answer["probabilities_before"], tf.nn.softmax(base), atol=1e-5
        )
        for rank in range(3):
            coordinates = answer["coordinates"].numpy()[:, rank]
            edited = edit_space.EditSpace(ranges, 0.5).apply(
                world.styles,
                coordinates[:, None],
                answer["directions"].numpy()[:, rank, None],
            )
            real = coordinates >= 0
            rows = np.arange(5)[real]
            self.assertAllClose(
                answer["strengths"].numpy()[real, rank],
                (edited - world.styles)[rows, coordinates[real]],
                atol=1e-6,
            )
            images = world.generate(edited)
            self.assertAllClose(answer["images"][:, rank], images, atol=1e-5)
            self.assertAllClose(
                answer["probabilities_after"][:, rank],
                tf.nn.softmax(world.classify(images)),
                atol=1e-5,
            )

    def test_edits_that_do_not_help_are_not_attributes(self):
        world = known_answers.LinearWorld(relevant=[3])
        answer = screening.find_attributes(
            world.model,
            tf.constant(world.styles),
            edit_space.EditSpace(_ranges(world)),
            tf.constant([1] * 5),
            top_k=3,
        )
        highest = world.styles[:, 3].argmax()
        for image in range(5):
            expected = [(-1, -1)] * 3
            if image != highest:
                expected[0] = (3, 1)
            self.assertEqual(_pairs(answer, image), expected)
        self.assertAllEqual(answer["strengths"][:, 1:], np.zeros([5, 2]))
        self.assertAllClose(
            answer["images"][:, 2], world.generate(world.styles), atol=1e-6
        )

    def test_minus_one_leads_away_from_the_prediction(self):
        world = known_answers.LinearWorld()
        predicted = (world.styles @ world.weights).argmax(axis=1)
        answers = [
            screening.find_attributes(
                world.model,
                tf.constant(world.styles),
                edit_space.EditSpace(_ranges(world)),
                tf.constant(target, tf.int32),
                top_k=2,
            )["coordinates"]
            for target in (1 - predicted, np.full(5, screening.AWAY))
        ]
        self.assertAllEqual(answers[0], answers[1])

    def test_exact_effects_decide_where_gradients_mislead(self):
        # Parts 0 and 1 are causes. Part 0 is nearly saturated, so that its
        # gradient is small, but the way to its end is what turns the image.
        world = known_answers.PartsWorld(parts=3, causes=(0,))
        styles = world.styles(np.array([[1, 0, 0]]))
        ranges = style_ranges.StyleRanges(
            minimum=-np.ones(3), maximum=np.ones(3)
        )
        answer = screening.find_attributes(
            world.model,
            tf.constant(styles),
            edit_space.EditSpace(ranges),
            tf.constant([0]),
            top_k=1,
        )
        self.assertEqual(_pairs(answer, 0), [(0, 0)])
        self.assertAllClose(answer["effects"][0, 0], 12 * np.tanh(4), rtol=1e-4)

    def test_a_calibration_finds_what_gradients_do_not_see(self):
        # No part is there, where tanh is flat; the effect of coordinate 2 is
        # not in the gradient, but known from other images.
        world = known_answers.PartsWorld(parts=6, causes=(2,))
        styles = world.styles(np.zeros([6, 6]))
        styles[:, :6] *= np.random.default_rng(0).uniform(3, 4, (6, 6))
        ranges = style_ranges.StyleRanges(
            minimum=np.full(6, -4.0), maximum=np.full(6, 2.0)
        )
        known = exact.measure_effects(
            world.model,
            styles[:4],
            edit_space.EditSpace(ranges),
            image_ids=list("abcd"),
        )
        learned = calibration.fit(
            gradient_effects.GradientEffects(
                world.model, edit_space.EditSpace(ranges)
            ),
            styles[:4],
            known,
        )
        for target in (1, screening.AWAY):
            answer = screening.find_attributes(
                world.model,
                tf.constant(styles[4:]),
                edit_space.EditSpace(ranges),
                tf.constant([target] * 2),
                top_k=1,
                candidates=1,
                calibration=learned,
            )
            self.assertEqual(_pairs(answer, 0), [(2, 1)])
            self.assertEqual(_pairs(answer, 1), [(2, 1)])

    def test_as_many_candidates_as_edits_is_the_exact_search(self):
        world = known_answers.LinearWorld()
        tables = [
            measure(
                world.model,
                world.styles,
                edit_space.EditSpace(_ranges(world)),
                image_ids=list("abcde"),
                **options,
            )
            for measure, options in (
                (exact.measure_effects, {}),
                (screening.measure_effects, {"candidates": 12}),
                (screening.measure_effects, {"candidates": 100}),
                (screening.measure_effects, {"candidates": 2}),
            )
        ]
        for table in tables[1:3]:
            self.assertEqual(table.screened, 0)
            self.assertAllEqual(table.effects, tables[0].effects)
        # So few images are all measured whole.
        self.assertEqual(tables[3].screened, 2)
        self.assertAllClose(tables[3].effects, tables[0].effects, atol=1e-6)

    def test_default_candidates_are_never_more_than_the_edits(self):
        self.assertEqual(screening.default_candidates(3), 6)
        self.assertLess(screening.default_candidates(28), 56)

    def test_refuses_more_attributes_than_candidates(self):
        world = known_answers.LinearWorld()
        with self.assertRaisesRegex(ValueError, "expected 1 to 4"):
            screening.find_attributes(
                world.model,
                tf.constant(world.styles),
                edit_space.EditSpace(_ranges(world)),
                tf.constant([0] * 5),
                top_k=5,
                candidates=4,
            )

    def test_lives_in_an_exported_signature(self):
        world = known_answers.LinearWorld()
        ranges = _ranges(world)

        @tf.function(
            input_signature=[
                tf.TensorSpec([None, world.total], tf.float32, "styles"),
                tf.TensorSpec([None], tf.int32, "target_class"),
                tf.TensorSpec([None], tf.int32, "top_k"),
            ]
        )
        def signature(styles, target_class, top_k):
            return screening.find_attributes(
                world.model,
                styles,
                edit_space.EditSpace(ranges),
                target_class,
                top_k=tf.reduce_max(top_k),
                candidates=8,
                batch_size=3,
            )

        path = self.create_tempdir().full_path
        tf.saved_model.save(world, path, signatures={"find": signature})
        loaded = tf.saved_model.load(path).signatures["find"]
        for count in (1, 3):
            inputs = dict(
                styles=tf.constant(world.styles[:count]),
                target_class=tf.constant([1, 0, -1][:count]),
                top_k=tf.constant([4, 2, 3][:count]),
            )
            expected, answer = signature(**inputs), loaded(**inputs)
            self.assertEqual(answer["images"].shape, [count, 4, 4, 4, 3])
            for name, value in expected.items():
                self.assertAllClose(answer[name], value, atol=1e-6)


if __name__ == "__main__":
    absltest.main()
