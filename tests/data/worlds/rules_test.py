"""Tests of stylex_tf.data.worlds.rules."""

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.records import manifest
from stylex_tf.data.worlds import rules

_FACTORS = (
    manifest.Factor("hat", ("no", "yes")),
    manifest.Factor("wide_mouth", ("sad", "happy", "smile")),
    manifest.Factor("light"),
)


def _parse(kind, *causes):
    return rules.parse(kind, causes, _FACTORS, "tiny")


class RulesTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("any", "any", [0, 1, 1, 1]),
        ("all", "all", [0, 0, 0, 1]),
        ("each", "each", [0, 2, 1, 1]),
    )
    def test_two_causes(self, kind, expected):
        rule = _parse(kind, "hat", "wide_mouth=smile")
        labels = [
            rule.label((hat, mouth, 0.5), chance=0.0)
            for hat in (0, 1)
            for mouth in (1, 2)
        ]
        self.assertEqual(labels, expected)

    def test_a_bare_factor_means_any_value_but_the_first(self):
        rule = _parse("any", "wide_mouth")
        labels = [rule.label((0, v, 0.5), chance=0.0) for v in range(3)]
        self.assertEqual(labels, [0, 1, 1])

    def test_a_continuous_cause_holds_from_the_half_on(self):
        rule = _parse("any", "light")
        labels = [rule.label((1, 1, v), chance=0.0) for v in (0.0, 0.49, 0.51)]
        self.assertEqual(labels, [0, 0, 1])

    def test_chance_alone_decides_a_random_label(self):
        rule = _parse("random")
        labels = [
            rule.label(values, chance)
            for values in ((0, 0, 0.0), (1, 2, 1.0))
            for chance in (0.1, 0.7)
        ]
        self.assertEqual(labels, [1, 0, 1, 0])

    @parameterized.named_parameters(
        ("any", "any", ("other", "hat or wide mouth or smile")),
        ("all", "all", ("other", "hat and wide mouth and smile")),
        ("each", "each", ("other", "hat", "wide mouth", "smile")),
    )
    def test_classes_are_named_by_the_rule(self, kind, names):
        rule = _parse(kind, "hat", "wide_mouth", "wide_mouth=smile")
        self.assertEqual(rule.class_names, names)

    def test_random_classes_are_two_and_mean_nothing(self):
        self.assertEqual(_parse("random").class_names, ("heads", "tails"))

    @parameterized.named_parameters(
        ("none", "any", (), "causes is .*; expected factors of tiny, .*hat"),
        ("random", "random", ("hat",), "expected none, since the labels"),
        ("factor", "any", ("nose",), "no factor 'nose'; expected one of .*hat"),
        ("value", "all", ("hat=red",), "hat has no value 'red'; expected.*yes"),
        ("continuous", "any", ("light=1",), "no value, since it is continuous"),
    )
    def test_refuses_impossible_causes(self, kind, causes, message):
        with self.assertRaisesRegex(errors.DataError, message):
            _parse(kind, *causes)


if __name__ == "__main__":
    absltest.main()
