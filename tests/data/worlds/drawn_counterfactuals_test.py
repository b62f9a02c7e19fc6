"""Tests of stylex_tf.data.worlds.drawn_counterfactuals."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data.records import manifest
from stylex_tf.data.worlds import (
    drawn_counterfactuals,
    factor_masks,
    rules,
    worlds,
)

_RESOLUTION = 32


# How much a step of each factor changes its row.
_STEPS = (50, 40, 40, 40)


def _stripes(values, resolution):
    """One row of the picture a factor, as bright as its value."""
    picture = np.zeros((resolution, resolution, 3), np.uint8)
    for row, (value, step) in enumerate(zip(values, _STEPS, strict=True)):
        picture[row] = round(step * value)
    return picture


_TINY = worlds.World(
    name="tiny",
    factors=(
        manifest.Factor("hat", ("no", "yes")),
        manifest.Factor("mouth", ("sad", "happy", "smile", "grin")),
        manifest.Factor("light"),
        manifest.Factor("skin", ("a", "b")),
    ),
    render=_stripes,
    version="1",
)


def _rule(kind, *causes, world=_TINY):
    return rules.parse(kind, causes, world.factors, world.name)


def _nearest(rule, row, target, **options):
    """What becomes of one row of the tiny world."""
    drawn = drawn_counterfactuals.drawn_counterfactual(
        _TINY, rule, np.array([row]), target, resolution=4, **options
    )
    return drawn.factors[0].tolist(), bool(drawn.reached[0])


class DrawnCounterfactualsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("one cause comes", "any", [0, 0, 0.2, 1], 1, [1, 0, 0.2, 1]),
        ("two causes go", "any", [1, 2, 0.2, 1], 0, [0, 1, 0.2, 1]),
        ("two causes come", "all", [0, 0, 0.2, 1], 1, [1, 2, 0.2, 1]),
        ("one of two goes", "all", [1, 2, 0.2, 1], 0, [1, 1, 0.2, 1]),
        ("there already", "any", [0, 2, 0.2, 1], 1, [0, 2, 0.2, 1]),
    )
    def test_changes_as_few_causes_as_can_be(self, kind, row, target, nearest):
        # A hat is 50 away; from a smile, "happy" and "grin" are 40, of which
        # the first counts.
        rule = _rule(kind, "hat", "mouth=smile")
        self.assertEqual(_nearest(rule, row, target), (nearest, True))

    def test_of_equally_many_changes_the_least_visible_counts(self):
        rule = _rule("any", "hat", "mouth=grin")
        # A smile is a step from a grin, and "sad" farther than the hat.
        self.assertEqual(_nearest(rule, [0, 2, 0, 0], 1)[0], [0, 3, 0, 0])
        self.assertEqual(_nearest(rule, [0, 0, 0, 0], 1)[0], [1, 0, 0, 0])
        rule = _rule("any", "skin=b", "mouth=smile", "mouth=grin")
        # From "sad" the skin is one step, a smile two, a grin three.
        self.assertEqual(_nearest(rule, [0, 0, 0, 0], 1)[0], [0, 0, 0, 1])
        # Off a grin, "happy" is nearer than "sad", and a smile is a cause.
        self.assertEqual(_nearest(rule, [0, 3, 0, 0], 0)[0], [0, 1, 0, 0])

    @parameterized.parameters(
        (0.3, 1, 0.6), (0.9, 0, 0.4), (0.55, 1, 0.55), (0.5, 1, 0.6)
    )
    def test_a_continuous_cause_crosses_the_middle(self, light, target, after):
        nearest, reached = _nearest(
            _rule("any", "light"), [0, 1, light, 0], target
        )
        np.testing.assert_allclose(nearest, [0, 1, after, 0])
        self.assertTrue(reached)

    def test_from_one_class_of_many_to_another(self):
        # The first cause that holds counts, so a hat is enough from "smile",
        # and has to come off on the way back.
        rule = _rule("each", "hat", "mouth=smile", "light")
        self.assertEqual(_nearest(rule, [0, 2, 0.2, 0], 1)[0], [1, 2, 0.2, 0])
        self.assertEqual(_nearest(rule, [1, 2, 0.2, 0], 2)[0], [0, 2, 0.2, 0])
        self.assertEqual(_nearest(rule, [1, 2, 0.9, 0], 3)[0], [0, 1, 0.9, 0])
        self.assertEqual(_nearest(rule, [1, 2, 0.9, 0], 0)[0], [0, 1, 0.4, 0])

    def test_only_what_is_allowed_changes(self):
        rule = _rule("any", "hat", "mouth=smile")
        self.assertEqual(
            _nearest(rule, [0, 1, 0, 0], 1, only=["hat"]), ([1, 1, 0, 0], True)
        )
        self.assertEqual(
            _nearest(rule, [1, 2, 0, 0], 0, only=["hat"]),
            ([1, 2, 0, 0], False),
        )

    def test_rows_with_targets_of_their_own(self):
        rule = _rule("any", "hat")
        factors = np.array([[0, 1, 0.1, 0], [1, 1, 0.1, 0], [1, 0, 0.3, 1]])
        drawn = drawn_counterfactuals.drawn_counterfactual(
            _TINY, rule, factors, [1, 0, 1], resolution=4
        )
        self.assertEqual(drawn.factors[:, 0].tolist(), [1, 0, 1])
        self.assertEqual(drawn.changed[:, 0].tolist(), [True, True, False])
        self.assertFalse(drawn.changed[:, 1:].any())
        for row, image in zip(drawn.factors, drawn.images, strict=True):
            np.testing.assert_array_equal(image, _stripes(row, 4))

    def test_no_rows(self):
        drawn = drawn_counterfactuals.drawn_counterfactual(
            _TINY, _rule("any", "hat"), np.zeros([0, 4]), 1, resolution=4
        )
        self.assertEqual(drawn.images.shape, (0, 4, 4, 3))
        self.assertEqual(drawn.factors.shape, (0, 4))

    @parameterized.parameters(
        (("random",), {}, "labels are random"),
        (("any", "hat"), {"target": 2}, r"target is \[2\]; expected 0 to 1"),
        (("any", "hat"), {"only": ["skin"]}, r"only has \['skin'\].*'hat'"),
        (("any", "hat"), {"margin": 0.0}, "margin is 0.0"),
        (("any", "hat"), {"factors": np.zeros([2, 3])}, r"\(2, 3\).*\[N, 4\]"),
    )
    def test_refuses(self, rule, options, message):
        arguments = {"factors": np.zeros([1, 4]), "target": 1} | options
        with self.assertRaisesRegex(ValueError, message):
            drawn_counterfactuals.drawn_counterfactual(
                _TINY, _rule(*rule), resolution=4, **arguments
            )


class EveryWorldTest(parameterized.TestCase):
    """On the faces: what is promised of any world that draws pictures."""

    def _drawn(self, target):
        world = worlds.get("faces")
        rule = _rule("any", "glasses", "open_mouth", world=world)
        factors = worlds.draw_factors(world, 60, seed=4)
        drawn = drawn_counterfactuals.drawn_counterfactual(
            world, rule, factors, target, resolution=_RESOLUTION
        )
        return world, rule, factors, drawn

    @parameterized.parameters(0, 1)
    def test_the_rule_gives_the_target(self, target):
        _, rule, _, drawn = self._drawn(target)
        self.assertTrue(drawn.reached.all())
        labels = [rule.label(row, 0.0) for row in drawn.factors]
        self.assertEqual(set(labels), {target})

    @parameterized.parameters(0, 1)
    def test_only_causal_pixels_change(self, target):
        world, _, factors, drawn = self._drawn(target)
        originals = np.stack([world.render(r, _RESOLUTION) for r in factors])
        differs = (originals != drawn.images).any(axis=-1)
        causal = np.zeros_like(differs)
        for name in ("glasses", "open_mouth"):
            causal |= factor_masks.factor_masks(
                world, factors, name, resolution=_RESOLUTION
            )
        self.assertFalse((differs & ~causal).any())
        moved = drawn.changed.any(axis=1)
        self.assertEqual(differs.any(axis=(1, 2)).tolist(), moved.tolist())
        self.assertBetween(moved.mean(), 0.1, 0.9)

    @parameterized.parameters(0, 1)
    def test_changing_back_gives_the_original_picture(self, target):
        world, _, factors, drawn = self._drawn(target)
        back = np.where(drawn.changed, factors, drawn.factors)
        for before, after in zip(factors, back, strict=True):
            np.testing.assert_array_equal(
                world.render(before, _RESOLUTION),
                world.render(after, _RESOLUTION),
            )


if __name__ == "__main__":
    absltest.main()
