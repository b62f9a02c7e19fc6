"""Tests of Wu et al.'s ranking."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.evaluation import wu_ranking


def _rank(styles, predictions, **options):
    defaults = {"target_class": 1, "searched": styles.shape[1], "top_k": 10}
    return wu_ranking.rank(styles, predictions, **(defaults | options))


def _reference(styles, predictions, target):
    """The paper's steps, one coordinate at a time: (relevance, sign)."""
    ranking = []
    for column in styles.T:
        population = [float(value) for value in column]
        mean = sum(population) / len(population)
        deviation = np.sqrt(
            sum((value - mean) ** 2 for value in population) / len(population)
        )
        delta = [
            (value - mean) / deviation
            for value, seen in zip(population, predictions, strict=True)
            if seen == target
        ]
        middle = sum(delta) / len(delta)
        spread = np.sqrt(
            sum((value - middle) ** 2 for value in delta) / len(delta)
        )
        ranking.append((abs(middle) / spread, int(middle > 0)))
    return ranking


class WuRankingTest(parameterized.TestCase):
    @parameterized.parameters(0, 1, 2)
    def test_equals_a_slow_twin(self, target):
        rng = np.random.default_rng(target)
        predictions = rng.integers(0, 3, 40)
        styles = rng.normal(size=(40, 7)) + predictions[:, None] * [0, 1] @ (
            rng.normal(size=(2, 7))
        )
        expected = _reference(styles, predictions, target)
        ranked = _rank(styles, predictions, target_class=target)
        self.assertLen(ranked, 7)
        relevance = [attribute.effect for attribute in ranked]
        self.assertEqual(relevance, sorted(relevance, reverse=True))
        for attribute in ranked:
            self.assertAlmostEqual(
                attribute.effect, expected[attribute.coordinate][0], places=9
            )
            self.assertEqual(
                attribute.direction, expected[attribute.coordinate][1]
            )

    def test_finds_what_stands_out_and_its_side(self):
        rng = np.random.default_rng(0)
        predictions = np.repeat([0, 1], 50)
        styles = rng.normal(size=(100, 12))
        styles[predictions == 1, 3] += 6.0
        styles[predictions == 1, 8] -= 3.0
        ranked = _rank(styles, predictions, top_k=2)
        self.assertEqual(
            [
                (attribute.coordinate, attribute.direction)
                for attribute in ranked
            ],
            [(3, 1), (8, 0)],
        )
        other = _rank(styles, predictions, target_class=0, top_k=2)
        self.assertEqual(
            [
                (attribute.coordinate, attribute.direction)
                for attribute in other
            ],
            [(3, 0), (8, 1)],
        )

    def test_units_do_not_matter(self):
        rng = np.random.default_rng(1)
        styles, predictions = rng.normal(size=(30, 5)), np.arange(30) % 2
        scaled = styles * [1, 100, 0.01, 7, 3] + [0, -50, 1, 2, 9]
        first, again = (_rank(given, predictions) for given in (styles, scaled))
        self.assertEqual(
            [attribute.coordinate for attribute in first],
            [attribute.coordinate for attribute in again],
        )

    def test_constant_coordinates_are_never_listed(self):
        rng = np.random.default_rng(2)
        styles = rng.normal(size=(20, 4)).astype(np.float32)
        styles[:, 1] = 0.1
        styles[:, 2] = 0.0
        ranked = _rank(styles, np.arange(20) % 2)
        self.assertCountEqual(
            [attribute.coordinate for attribute in ranked], [0, 3]
        )

    def test_the_same_in_all_exemplars_is_most_relevant_and_finite(self):
        rng = np.random.default_rng(3)
        predictions = np.arange(20) % 2
        styles = rng.normal(size=(20, 4))
        styles[predictions == 1, 2] = 2.0
        ranked = _rank(styles, predictions)
        self.assertEqual(ranked[0].coordinate, 2)
        self.assertTrue(np.isfinite(ranked[0].effect))

    def test_without_exemplars_there_is_no_ranking(self):
        styles = np.random.default_rng(4).normal(size=(6, 3))
        for predictions in ([0] * 6, [0, 0, 1, 0, 0, 0]):
            self.assertEmpty(_rank(styles, np.array(predictions)))

    def test_ranks_searched_styles_only(self):
        rng = np.random.default_rng(5)
        predictions = np.arange(40) % 2
        styles = rng.normal(size=(40, 6))
        styles[predictions == 1, 5] += 9.0
        ranked = _rank(styles, predictions, searched=4)
        self.assertLess(max(attribute.coordinate for attribute in ranked), 4)

    def test_refuses_what_does_not_fit(self):
        styles = np.zeros([4, 3])
        with self.assertRaisesRegex(ValueError, r"expected \[N, T\]"):
            _rank(styles, np.zeros(5, int))
        with self.assertRaisesRegex(ValueError, "searched is 4; expected 1"):
            _rank(styles, np.zeros(4, int), searched=4)


if __name__ == "__main__":
    absltest.main()
