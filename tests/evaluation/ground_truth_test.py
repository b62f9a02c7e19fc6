"""Tests of the ground truth figures, on a world that is known."""

import dataclasses

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.evaluation import factor_readings, figure, ground_truth
from stylex_tf.search import exact
from tests.testing import known_answers

_AT = ("4", "6", "8", "listed")


def _values(figures):
    return {name: share.value for name, share in figures.items()}


@dataclasses.dataclass(frozen=True)
class _Factor:
    name: str
    values: tuple[str, ...] = ()


class _BandReader:
    """Reads the bands of `PartsWorld` exactly; the last is a number."""

    def __init__(self, world):
        self._world = world
        last = world.parts - 1
        self.factors = tuple(
            _Factor(f"part{i}", ("no", "yes")) for i in range(last)
        ) + (_Factor(f"part{last}"),)
        # Every part is there in half of the images.
        self.random_changes = np.full(self._world.parts, 0.5)

    def predict(self, images):
        bands = np.asarray(images)[:, : 4 * self._world.parts : 4, 0, 0]
        present = (bands + 1.0) / 2.0
        answers = [
            np.stack([1.0 - part, part], axis=1) for part in present.T[:-1]
        ]
        return [*answers, present[:, -1:]]


def _factor(name, *, cause_change=None, purity=1.0, changes=None):
    return ground_truth.AttributeFactor(
        factor=name,
        purity=purity,
        changes=changes or {name or "none": 1.0},
        cause_change=cause_change,
    )


class AttributeFactorsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.world = known_answers.PartsWorld()
        self.reader = _BandReader(self.world)
        grid = np.indices([2] * self.world.parts).reshape(self.world.parts, -1)
        self.styles = self.world.styles(grid.T)
        self.ranges = style_ranges.StyleRanges.from_styles(
            self.styles, searched=self.world.parts
        )
        self.images = self.world.generate(self.styles).numpy()
        self.unedited = self.reader.predict(self.images)

    def _read(self, styles):
        return self.reader.predict(self.world.generate(styles).numpy())

    def _readings(self):
        return factor_readings.FactorReadings(
            self.world.generate,
            self.reader,
            self.styles,
            edit_space.EditSpace(self.ranges),
            batch_size=5,
        )

    def test_agreement_is_the_share_that_reads_the_same(self):
        changed = self.styles.copy()
        changed[:4, 1] *= -1  # A quarter of the 16 images lose or gain part 1.
        agreement = ground_truth.factor_agreement(
            self.reader, self.images, self.world.generate(changed).numpy()
        )
        self.assertEqual(
            agreement,
            {"part0": 1.0, "part1": 0.75, "part2": 1.0, "part3": 1.0},
        )

    def test_names_the_factor_that_was_moved_and_its_purity(self):
        first = self.styles.copy()
        first[:, 0] = 1.0
        both = first.copy()
        both[:4, 1] *= -1
        factors = ground_truth.attribute_factors(
            self.reader,
            self.unedited,
            [self._read(x) for x in (first, both)],
            causes_by_class=((), ("part0", "part2=yes")),
        )
        self.assertEqual(
            [factor.factor for factor in factors], ["part0", "part0"]
        )
        self.assertAlmostEqual(factors[0].purity, 1.0, places=5)
        # Half of the images gained part 0, a quarter changed part 1.
        self.assertAlmostEqual(factors[0].changes["part0"], 1.0, places=2)
        self.assertAlmostEqual(factors[1].purity, 2 / 3, places=4)
        self.assertAlmostEqual(factors[0].cause_change, 0.5, places=2)

    def test_a_number_is_measured_against_a_random_exchange(self):
        moved = self.styles.copy()
        moved[:, 3] = 1.0  # Half of the images move, as in an exchange.
        (factor,) = ground_truth.attribute_factors(
            self.reader, self.unedited, [self._read(moved)]
        )
        self.assertEqual(factor.factor, "part3")
        self.assertAlmostEqual(factor.changes["part3"], 1.0, places=2)
        self.assertIsNone(factor.cause_change)

    def test_both_ways_count_alike_however_many_images_they_have(self):
        # Eight of twelve images gain part 0; the other four lose part 1.
        edited = self.styles.copy()
        edited[:12, 0], edited[12:, 1] = 1.0, -1.0
        (factor,) = ground_truth.attribute_factors(
            self.reader,
            self.unedited,
            [self._read(edited)],
            causes_by_class=((), ("part1",)),
            backwards=np.arange(16) >= 12,
        )
        # As shares of an exchange, which changes half of all images.
        self.assertAlmostEqual(factor.changes["part0"], 8 / 12, places=2)
        self.assertAlmostEqual(factor.changes["part1"], 4 / 4, places=2)
        self.assertEqual(factor.factor, "part1")
        self.assertAlmostEqual(factor.cause_change, 0.5, places=2)

    def test_an_edit_that_moves_nothing_has_no_factor(self):
        (factor,) = ground_truth.attribute_factors(
            self.reader,
            self.unedited,
            [self.unedited],
            causes_by_class=((), ("part0",)),
        )
        self.assertIsNone(factor.factor)
        self.assertIsNone(factor.purity)
        self.assertIsNone(factor.cause_change)

    def test_the_search_recovers_what_was_planted(self):
        table = exact.measure_effects(
            self.world.model,
            self.styles,
            edit_space.EditSpace(self.ranges),
            image_ids=[str(n) for n in range(len(self.styles))],
        )
        causes = ("part0", "part2")
        merged = selection.merge_binary(table, top_k=8)
        judged = ground_truth.judge(
            self._readings(),
            merged,
            table.predictions,
            target_class=1,
            both_ways=True,
            causes_by_class=((), causes),
        )
        self.assertEqual(
            {factor.factor for factor in judged}, {"part0", "part2"}
        )
        figures = ground_truth.recovery(judged, causes, images=9)
        self.assertEqual(_values(figures.recall_at), dict.fromkeys(_AT, 1.0))
        self.assertEqual(figures.precision_at["8"].value, 1.0)
        self.assertEqual(figures.sign_accuracy.value, 1.0)
        self.assertAlmostEqual(figures.purity.value, 1.0, places=4)
        self.assertAlmostEqual(figures.leakage.value, 0.0, places=4)

    def test_leading_to_class_zero_takes_the_cause_away(self):
        table = exact.measure_effects(
            self.world.model,
            self.styles,
            edit_space.EditSpace(self.ranges),
            image_ids=[str(n) for n in range(len(self.styles))],
        )
        judged = ground_truth.judge(
            self._readings(),
            selection.select_class_attributes(table, target_class=0, top_k=2),
            table.predictions,
            target_class=0,
            causes_by_class=((), ("part0", "part2")),
        )
        self.assertLen(judged, 2)
        for factor in judged:
            # The causes are class 1's: to take them away is right.
            self.assertGreater(factor.cause_change, 0.0)

    def test_of_three_classes_each_has_its_own_cause(self):
        gains = [self.styles.copy() for _ in range(2)]
        for part, styles in enumerate(gains):
            styles[:, part] = 1.0
        edits = [self._read(x) for x in gains]
        causes = ((), ("part0",), ("part1",))
        changes = [
            [
                factor.cause_change
                for factor in ground_truth.attribute_factors(
                    self.reader,
                    self.unedited,
                    edits,
                    causes_by_class=causes,
                    target_class=target,
                )
            ]
            for target in range(3)
        ]
        # To gain the cause of another class is the wrong way.
        np.testing.assert_allclose(
            changes, [[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5]], atol=0.01
        )

    def test_no_image_to_edit_is_no_result(self):
        judged = ground_truth.judge(
            self._readings(),
            [selection.Attribute(0, 1, 1.0, 1.0)],
            np.ones(len(self.styles), int),
            target_class=1,
        )
        self.assertEmpty(judged)


class RecoveryTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.judged = [
            _factor("hair", purity=0.5),
            _factor("glasses", cause_change=0.2),
            _factor("glasses", cause_change=-0.1),
            _factor(None, purity=None),
            _factor("mouth", cause_change=0.3),
        ]
        self.figures = ground_truth.recovery(
            self.judged, ("glasses", "mouth=open"), images=9
        )

    def test_counts_by_hand(self):
        figures = self.figures
        self.assertEqual(
            _values(figures.recall_at),
            dict(zip(_AT, (0.5, 1.0, 1.0, 1.0), strict=True)),
        )
        self.assertEqual(
            _values(figures.precision_at),
            dict(zip(_AT, (0.5, 0.6, 0.6, 0.6), strict=True)),
        )
        self.assertAlmostEqual(figures.sign_accuracy.value, 2 / 3)
        self.assertAlmostEqual(figures.purity.value, 3.5 / 4)
        self.assertAlmostEqual(figures.leakage.value, 1 / 4)

    def test_says_of_how_many_attributes_or_causes_and_not_images(self):
        figures = self.figures
        self.assertEqual(figures.images_judged, figure.Figure(9.0, 9))
        for measured, n, of in (
            (figures.recall_at["4"], 2, "causes"),
            (figures.recall_at["listed"], 2, "causes"),
            (figures.precision_at["4"], 4, "attributes"),
            (figures.precision_at["listed"], 5, "attributes"),
            (figures.sign_accuracy, 3, "attributes"),
            # One attribute moves no factor.
            (figures.purity, 4, "attributes"),
            (figures.leakage, 4, "attributes"),
        ):
            self.assertEqual((measured.n, measured.of), (n, of))
        without = ground_truth.recovery(self.judged, (), images=9)
        self.assertEqual(without.images_judged.value, 9)

    def test_nothing_found_is_null_not_nan(self):
        figures = ground_truth.recovery([], ("glasses",), images=9)
        self.assertEqual(figures.recall_at["8"].value, 0.0)
        self.assertIsNone(figures.precision_at)
        self.assertIsNone(figures.sign_accuracy)
        self.assertIsNone(figures.purity)

    def test_parses_causes(self):
        factors = [_Factor("hair", ("red", "blue")), _Factor("age")]
        self.assertEqual(
            ground_truth.parse_causes(
                (("hair=blue",), (), ("age", "hair")), factors
            ),
            [(0, 1, 0), (1, None, 2), (0, None, 2)],
        )

    @parameterized.parameters(("nose", "no such factor"), ("hair=x", "one of"))
    def test_refuses_unknown_causes(self, cause, message):
        with self.assertRaisesRegex(ValueError, message):
            ground_truth.parse_causes(
                ((cause,),), [_Factor("hair", ("a", "b"))]
            )


if __name__ == "__main__":
    absltest.main()
