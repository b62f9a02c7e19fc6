"""The held-out worlds share one method, and hide small causes."""

import importlib
import math
import pathlib

import numpy as np
from absl.testing import absltest, parameterized

import configs
from configs.worlds.held_out import method
from stylex_tf.data.worlds import rules, worlds

_NAMES = sorted(
    {
        path.stem
        for folder in configs.__path__
        for path in pathlib.Path(folder).glob("worlds/held_out/*.py")
    }
    - {"__init__", "method"}
)
_PAIRS = 40


def _experiment(name: str):
    return importlib.import_module(
        f"configs.worlds.held_out.{name}"
    ).get_config()


def _causes(name: str) -> tuple[worlds.World, rules.Rule]:
    data = _experiment(name).data
    world = worlds.get(data.source)
    return world, rules.parse(data.rule, data.causes, world.factors, world.name)


class HeldOutTest(parameterized.TestCase):
    def test_there_are_enough(self):
        self.assertGreaterEqual(len(_NAMES), 4)
        kinds = [_experiment(name).data.rule for name in _NAMES]
        self.assertContainsSubset({"any", "all"}, set(kinds))
        several = [len(_experiment(name).data.causes) > 1 for name in _NAMES]
        self.assertGreaterEqual(sum(several), 2)

    @parameterized.parameters(*_NAMES)
    def test_everything_but_what_is_drawn_is_the_methods(self, name):
        experiment, shared = _experiment(name), method.get_config()
        experiment.name = shared.name
        experiment.data.source = shared.data.source
        experiment.data.causes = shared.data.causes
        experiment.data.rule = shared.data.rule
        self.assertEqual(experiment, shared)

    def test_the_method_is_the_protocols(self):
        shared = method.get_config()
        self.assertEqual(shared.model.resolution, 32)
        self.assertEqual(shared.training.total_images, 100_000)
        self.assertEqual(shared.data.rendered_images, method.RENDERED_IMAGES)

    @parameterized.parameters(*_NAMES)
    def test_has_factors_that_no_other_world_has(self, name):
        """But the light, which falls on everything."""
        own = {factor.name for factor in worlds.get(name).factors}
        for other in worlds.NAMES:
            if other not in _NAMES:
                shared = own & {f.name for f in worlds.get(other).factors}
                self.assertContainsSubset(shared, {"light"}, other)

    @parameterized.parameters(*_NAMES)
    def test_has_six_nuisances_and_many_pictures(self, name):
        world, rule = _causes(name)
        causal = {cause.factor for cause in rule.causes}
        self.assertGreaterEqual(len(world.factors) - len(causal), 6)
        # A continuous factor counts for four values.
        combinations = math.prod(len(f.values) or 4 for f in world.factors)
        self.assertGreater(combinations, 4 * method.RENDERED_IMAGES)

    @parameterized.parameters(*_NAMES)
    def test_causes_are_less_than_a_twentieth_of_the_pixels(self, name):
        """Measured: pairs of pictures that differ in one causal factor."""
        world, rule = _causes(name)
        rows = worlds.draw_factors(world, _PAIRS, seed=7)
        for cause in rule.causes:
            factor = world.factors[cause.factor]
            shares = []
            for row in rows:
                before = world.render(row, 32)
                for value in range(len(factor.values)) or (0.0, 0.5, 1.0):
                    changed = row.copy()
                    changed[cause.factor] = value
                    if value != row[cause.factor]:
                        after = world.render(changed, 32)
                        differs = (after != before).any(axis=-1)
                        shares.append(differs.mean())
            self.assertLess(max(shares), 0.05, cause.name)
            # And large enough to be seen: ten pixels.
            self.assertGreater(np.mean(shares), 0.0095, cause.name)

    @parameterized.parameters(*_NAMES)
    def test_both_classes_are_common(self, name):
        world, rule = _causes(name)
        rows = worlds.draw_factors(world, 2000, seed=0)
        share = np.mean([rule.label(row, 0.0) for row in rows])
        self.assertBetween(share, 0.35, 0.65)

    @parameterized.parameters(*_NAMES)
    def test_says_that_it_is_held_out(self, name):
        module = importlib.import_module(f"configs.worlds.held_out.{name}")
        for text in ("Nothing may be tuned", "every start is logged"):
            self.assertIn(text, module.__doc__)


if __name__ == "__main__":
    absltest.main()
