import numpy as np
from absl.testing import absltest

from benchmarks import remainder
from stylex_tf import errors
from stylex_tf.evaluation import reconstruction
from stylex_tf.models import style_space
from tests.testing import known_answers


def _space(**sizes) -> style_space.StyleSpace:
    return style_space.StyleSpace.of_synthesis(
        16, channel_base=128, channel_max=8, **sizes
    )


class RemainderTest(absltest.TestCase):
    def _measure(self, relevant):
        """Measures a world of two searched coordinates and two others."""
        world = known_answers.LinearWorld(
            searched=2, total=4, relevant=[relevant]
        )
        styles = np.random.default_rng(0).normal(0.0, 0.1, (40, 4))
        styles[:, relevant] = np.where(np.arange(40) % 2, 1.0, -1.0)
        styles = styles.astype(np.float32)
        logits = np.asarray(world.classify(world.generate(styles)))
        return remainder.measure(
            lambda rows: np.asarray(
                world.classify(world.generate(rows))
            ).argmax(axis=1),
            {"searched": np.arange(2), "remainder": np.arange(2, 4)},
            reconstruction.Reconstruction(
                styles=styles,
                logits=logits,
                reconstructed_logits=logits,
                l1=np.zeros(40),
            ),
            remainder.Searched(styles, logits.argmax(axis=1)),
        )["parts"]

    def _shares(self, part):
        return [
            part["exchange"][name]["value"]
            for name in ("keeps_its_class", "gets_the_other")
        ]

    def test_the_class_lies_where_the_classifier_looks(self):
        for relevant, here, there in (
            (1, "searched", "remainder"),
            (3, "remainder", "searched"),
        ):
            measured = self._measure(relevant)
            # What is taken from another image brings its class along, or none.
            self.assertEqual(self._shares(measured[here]), [0.0, 1.0])
            self.assertEqual(self._shares(measured[there]), [1.0, 0.0])
            # One of two coordinates at random, then both.
            first, both = measured[here]["random"]["flips"]
            self.assertBetween(first["value"], 0.3, 0.7)
            self.assertEqual(both["value"], 1.0)
            for flips in measured[there]["random"]["flips"]:
                self.assertEqual(flips["highest"], 0.0)

    def test_refuses_images_of_one_class(self):
        logits = np.tile([[1.0, 0.0]], (4, 1))
        with self.assertRaisesRegex(errors.UserError, "sees 1 class in the 4"):
            remainder.measure(
                lambda rows: np.zeros(len(rows), int),
                {"searched": np.arange(2)},
                reconstruction.Reconstruction(
                    styles=np.zeros([4, 4]),
                    logits=logits,
                    reconstructed_logits=logits,
                    l1=np.zeros(4),
                ),
                remainder.Searched(np.zeros([4, 4]), np.zeros(4, int)),
            )

    def test_partners_are_of_another_class(self):
        classes = np.array([0, 0, 1, 2, 2, 2])
        chosen = remainder.partners(classes, seed=3)
        self.assertTrue(np.all(classes[chosen] != classes))

    def test_parts_lie_side_by_side(self):
        space = _space(
            style_width=8,
            searched_width=2,
            spatial_resolution=8,
            spatial_channels=3,
        )
        named = remainder.parts(space)
        self.assertLen(named["spatial_code"], 8 * 8 * 3)
        np.testing.assert_array_equal(
            np.concatenate(
                [
                    named["searched"],
                    named["styles_of_remainder"],
                    named["spatial_code"],
                ]
            ),
            np.arange(space.total),
        )
        self.assertLen(named["remainder"], space.total - space.size)

    def test_refuses_a_run_without_a_remainder(self):
        with self.assertRaisesRegex(errors.UserError, "model.searched_width"):
            remainder.parts(_space(style_width=8))


if __name__ == "__main__":
    absltest.main()
