"""Tests of stylex_tf.data.worlds."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data import errors, manifest, worlds

_TINY = worlds.World(
    name="tiny",
    factors=(
        manifest.Factor("hat", ("no", "yes")),
        manifest.Factor("wide_mouth", ("sad", "happy", "smile")),
        manifest.Factor("light"),
    ),
    render=lambda values, size: np.full(
        (size, size, 3), round(100 * values[0] + 10 * values[1]), np.uint8
    ),
    version="1",
    probabilities=((0.9, 0.1), None, None),
)


def _examples(**options):
    defaults = {
        "count": 300,
        "causes": ("hat", "wide_mouth=smile"),
        "rule": "any",
        "resolution": 4,
        "seed": 0,
        "test_fraction": 0.3,
    }
    return list(worlds.examples(_TINY, **(defaults | options)))


class WorldsTest(parameterized.TestCase):
    @parameterized.parameters(*worlds.NAMES)
    def test_every_world_draws_its_factors(self, name):
        world = worlds.get(name)
        values = worlds.draw_factors(world, 1, seed=0)[0]
        self.assertEqual(world.render(values, 32).shape, (32, 32, 3))
        if world.probabilities:
            for factor, p in zip(
                world.factors, world.probabilities, strict=True
            ):
                if p is not None:
                    self.assertLen(p, len(factor.values))
                    self.assertAlmostEqual(sum(p), 1)

    def test_refuses_an_unknown_world(self):
        with self.assertRaisesRegex(errors.DataError, "no world 'mars'.*faces"):
            worlds.get("mars")

    @parameterized.named_parameters(
        ("any", "any", lambda hat, smile: hat or smile),
        ("all", "all", lambda hat, smile: hat and smile),
    )
    def test_the_label_follows_the_rule(self, rule, expected):
        labels = set()
        for _, example in _examples(rule=rule):
            hat, mouth, _ = example.factors
            self.assertEqual(example.label, int(expected(hat == 1, mouth == 2)))
            labels.add(example.label)
        self.assertEqual(labels, {0, 1})

    def test_a_bare_factor_means_any_value_but_the_first(self):
        causes = worlds.parse_causes(_TINY, ("wide_mouth",))
        labels = [worlds.label((0, v, 0.5), causes, "any") for v in range(3)]
        self.assertEqual(labels, [0, 1, 1])

    def test_classes_are_named_by_the_rule(self):
        causes = ("hat", "wide_mouth", "wide_mouth=smile")
        self.assertEqual(
            worlds.class_names(_TINY, causes, "any"),
            ("other", "hat or wide mouth or smile"),
        )
        self.assertEqual(
            worlds.class_names(_TINY, causes[:2], "all"),
            ("other", "hat and wide mouth"),
        )

    @parameterized.named_parameters(
        ("none", (), "causes is empty; expected factors of tiny, .*hat"),
        ("factor", ("nose",), "no factor 'nose'; expected one of .*hat"),
        ("value", ("hat=red",), "hat has no value 'red'; expected.*yes"),
        ("continuous", ("light",), "light is continuous"),
    )
    def test_refuses_impossible_causes(self, causes, message):
        with self.assertRaisesRegex(errors.DataError, message):
            worlds.parse_causes(_TINY, causes)

    def test_factors_follow_their_probabilities_independently(self):
        values = worlds.draw_factors(_TINY, 20_000, seed=3)
        self.assertAlmostEqual(values[:, 0].mean(), 0.1, delta=0.01)
        shares = np.bincount(values[:, 1].astype(int)) / len(values)
        np.testing.assert_allclose(shares, [1 / 3] * 3, atol=0.015)
        self.assertBetween(values[:, 2].min(), 0, 0.01)
        self.assertBetween(values[:, 2].max(), 0.99, 1)
        correlations = np.corrcoef(values.T) - np.eye(3)
        self.assertLess(np.abs(correlations).max(), 0.03)

    def test_the_seed_decides_everything(self):
        def content(examples):
            return [
                (s, e.id, e.factors, e.image.tobytes()) for s, e in examples
            ]

        self.assertEqual(content(_examples()), content(_examples()))
        self.assertNotEqual(content(_examples()), content(_examples(seed=1)))

    def test_no_combination_is_in_both_splits(self):
        found = {"train": set(), "test": set()}
        for split, example in _examples():
            found[split].add(example.factors[:2])
        self.assertNotEmpty(found["train"])
        self.assertNotEmpty(found["test"])
        self.assertEmpty(found["train"] & found["test"])

    def test_about_the_share_asked_for_is_held_out(self):
        world = worlds.get("faces")
        values = worlds.draw_factors(world, 4000, seed=0)[:, :6]
        tests = [worlds._split_of(row, 0, 0.1) == "test" for row in values]
        self.assertBetween(np.mean(tests), 0.06, 0.14)


if __name__ == "__main__":
    absltest.main()
