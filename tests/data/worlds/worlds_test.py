"""Tests of stylex_tf.data.worlds.worlds."""

import dataclasses

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.records import manifest
from stylex_tf.data.worlds import rules, worlds

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


def _rule(kind="any", causes=("hat", "wide_mouth=smile")):
    return rules.parse(kind, causes, _TINY.factors, _TINY.name)


def _examples(rule=None, **options):
    defaults = {"count": 300, "resolution": 4, "seed": 0, "test_fraction": 0.3}
    return list(worlds.examples(_TINY, rule or _rule(), **(defaults | options)))


def _of_split(examples, split):
    return [example for where, example in examples if where == split]


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
        by_split = {"train": set(), "test": set()}
        for split, example in _examples(seed=2):
            by_split[split].add(example.factors[:2])
        self.assertNotEmpty(by_split["train"])
        self.assertNotEmpty(by_split["test"])
        self.assertEmpty(by_split["train"] & by_split["test"])

    def test_a_number_counts_by_the_quarter_of_its_range(self):
        def render(values, size):
            grey = round(100 * values[0] + 20 * values[1] + 19 * values[2])
            return np.full((size, size, 3), grey, np.uint8)

        world = dataclasses.replace(_TINY, render=render)
        by_split, groups = {"train": set(), "test": set()}, set()
        for split, example in worlds.examples(
            world, _rule(), count=600, resolution=4, seed=0, test_fraction=0.3
        ):
            hat, mouth, light = example.factors
            by_split[split].add((hat, mouth, int(4 * light)))
            groups.add(example.group)
        self.assertEmpty(by_split["train"] & by_split["test"])
        self.assertLen(groups, 2 * 3 * 4)
        # Some of the numbers of one combination are held out, not all.
        sides = [
            {setting[:2] for setting in part} for part in by_split.values()
        ]
        self.assertNotEmpty(sides[0] & sides[1])

    def test_the_label_follows_the_rule(self):
        labels = set()
        for _, example in _examples():
            hat, mouth, _ = example.factors
            self.assertEqual(example.label, int(hat == 1 or mouth == 2))
            labels.add(example.label)
        self.assertEqual(labels, {0, 1})

    def test_random_labels_follow_no_factor(self):
        examples = _examples(_rule("random", ()), count=4000)
        labels = np.array([example.label for _, example in examples])
        factors = np.array([example.factors for _, example in examples])
        self.assertAlmostEqual(labels.mean(), 0.5, delta=0.03)
        for column in factors.T:
            self.assertLess(abs(np.corrcoef(labels, column)[0, 1]), 0.05)

    def test_a_shortcut_goes_with_the_label_in_training_alone(self):
        world = worlds.get("faces")
        rule = rules.parse("any", ("open_mouth",), world.factors, world.name)
        drawn = dataclasses.replace(
            world, render=lambda values, size: np.array(values[:6])
        )
        examples = list(
            worlds.examples(
                drawn,
                rule,
                count=4000,
                resolution=4,
                seed=3,
                test_fraction=0.3,
                shortcut=worlds.parse_shortcut(world, "hair=blond", 0.9),
            )
        )
        for split, share in (("train", 0.9), ("test", 0.5)):
            goes_along = [
                (example.factors[3] == 1) == (example.label == 1)
                for example in _of_split(examples, split)
            ]
            self.assertAlmostEqual(np.mean(goes_along), share, delta=0.05)
        combinations = [
            {example.factors for example in _of_split(examples, split)}
            for split in ("train", "test")
        ]
        self.assertEmpty(set.intersection(*combinations))

    def test_wrong_labels_are_in_training_alone(self):
        noisy = _examples(count=2000, label_noise=0.2)
        for (split, example), (_, clean) in zip(
            noisy, _examples(count=2000), strict=True
        ):
            if split == "test":
                self.assertEqual(example.label, clean.label)
        wrong = [
            first.label != second.label
            for first, second in zip(
                _of_split(noisy, "train"),
                _of_split(_examples(count=2000), "train"),
                strict=True,
            )
        ]
        self.assertAlmostEqual(np.mean(wrong), 0.2, delta=0.04)

    @parameterized.parameters(
        ("light", "continuous; expected one with values"),
        ("hat=red", "no value 'red'"),
    )
    def test_refuses_impossible_shortcuts(self, text, message):
        with self.assertRaisesRegex(errors.DataError, message):
            worlds.parse_shortcut(_TINY, text, 0.9)

    def test_about_the_share_asked_for_is_held_out(self):
        world = worlds.get("faces")
        sides = worlds._Sides(world, 16, seed=0, test_fraction=0.1)
        values = worlds.draw_factors(world, 2000, seed=0)
        tests = [sides.side(row) == "test" for row in values]
        self.assertBetween(np.mean(tests), 0.06, 0.14)

    def test_combinations_that_look_the_same_are_on_one_side(self):
        # The last factor is hidden.
        world = dataclasses.replace(
            _TINY,
            factors=(*_TINY.factors[:2], manifest.Factor("hidden", ("a", "b"))),
            probabilities=(),
        )
        for seed in range(10):
            examples = worlds.examples(
                world,
                _rule(),
                count=60,
                resolution=4,
                seed=seed,
                test_fraction=0.3,
            )
            by_split = {"train": set(), "test": set()}
            for split, example in examples:
                by_split[split].add(example.image.tobytes())
            self.assertEmpty(by_split["train"] & by_split["test"])
            self.assertLen(by_split["train"] | by_split["test"], 6)


if __name__ == "__main__":
    absltest.main()
