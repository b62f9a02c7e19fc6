"""Tests of the text of an evaluation."""

from absl.testing import absltest

from stylex_tf.evaluation import schema, table


def _filled():
    curve = [k / 10 for k in range(1, 11)]
    return schema.build(
        {
            "classifier": {
                "accuracy": 0.987,
                "calibration_error": 0.012,
                "images": 1200,
            },
            "reconstruction": {
                "agreement": 0.974,
                "kl": 0.021,
                "probability_change": 0.034,
                "l1": 0.061,
                "ssim": 0.82,
                "perceptual": 0.31,
                "extractor": "the classifier",
                "cycles": {
                    "1": {"agreement": 0.974, "l1": 0.061},
                    "10": {"agreement": 0.91, "l1": 0.12},
                },
                "images": 1000,
            },
            "realism": {
                "kid": 0.0123,
                "kid_floor": -0.00004,
                "kid_edited": 0.02,
                "fid": 31.5,
                "fid_floor": 4.25,
                "extractor": "MobileNet",
                "images": 500,
            },
            "sufficiency": {
                "flip_rate": curve,
                "interval": [[max(0.0, r - 0.05), r] for r in curve],
                "images": 974,
                "by_target": {
                    "0": {"flip_rate": curve, "images": 480},
                    "12": {"flip_rate": [1.0] * 10, "images": 494},
                },
                "baselines": {
                    "random": [0.0] * 10,
                    "wu": [0.02] * 10,
                    "no_classification_loss": [0.3] * 10,
                    "label_swap": 0.012,
                },
                "second_classifier": {
                    "agreement": 0.95,
                    "flip_rate": [0.5] * 10,
                    "images": 925,
                },
            },
            "independence": {
                "mask_overlap": 0.1,
                "effect_cosine": 0.4,
                "additivity_gap": 0.25,
                "images": 400,
            },
            "significance": {
                "classifier_p_value": 1.5e-12,
                "attributes": 20,
                "both_ways": 8,
                "significant": 7,
                "level": 0.01,
                "images": 974,
            },
            "ground_truth": {
                "recall_at": {"4": 0.5, "6": 1.0, "8": 1.0},
                "precision_at": {"4": 0.75, "6": 0.5, "8": 0.5},
                "sign_accuracy": 1.0,
                "purity": 0.71,
                "rank_correlation": 0.9,
                "leakage": 0.2,
                "factor_agreement": {"glasses": 0.981, "mouth": 0.968},
                "regressor_accuracy": {"glasses": 0.999, "mouth": 0.984},
                "causal_effects": {"glasses": 0.45, "mouth": 0.0},
                "images": 800,
            },
            "run": {"images_seen": 48000, "seconds": 1090.4},
        }
    )


_FILLED = """\
Classifier                                                  images
  accuracy                                      98.7 %       1,200
  calibration error                              0.012       1,200
  p-value of mere guessing                     1.5e-12       1,000

Reconstruction                                              images
  agreement                                     97.4 %       1,000
  agreement after 10 cycles                     91.0 %       1,000
  KL divergence                                  0.021       1,000
  change of probability                          0.034       1,000
  L1                                             0.061       1,000
  L1 after 10 cycles                             0.120       1,000
  SSIM                                           0.820       1,000
  perceptual distance                            0.310       1,000
  features: the classifier

Realism                                                     images
  KID                                            0.012         500
  KID of edited images                            0.02         500
  KID of other real images                      -4e-05         500
  FID                                           31.500         500
  FID of other real images                       4.250         500
  features: MobileNet

Decisions flipped by the top attributes, %, 974 images
  top                             1    2    3    4    5    6    7    8    9   10
  flip rate                      10   20   30   40   50   60   70   80   90  100
    at least (95 %)               5   15   25   35   45   55   65   75   85   95
    at most                      10   20   30   40   50   60   70   80   90  100
    to class 0, 480 images       10   20   30   40   50   60   70   80   90  100
    to class 12, 494 images     100  100  100  100  100  100  100  100  100  100
  random coordinates              0    0    0    0    0    0    0    0    0    0
  Wu et al.'s ranking             2    2    2    2    2    2    2    2    2    2
  no classification loss         30   30   30   30   30   30   30   30   30   30
  second classifier, 925         50   50   50   50   50   50   50   50   50   50
  second classifier agrees                      95.0 %         974
  label-only swap flips                          1.2 %         974

Independence of the attributes                              images
  overlap of the masks                           0.100         400
  cosine of the effects                          0.400         400
  additivity gap                                 0.250         400

Significance                                                images
  attributes tested                                 20         974
  that work both ways                                8         974
  that matter as well, p < 0.01                      7         974

Ground truth                                                images
  causes found, top 4                           50.0 %         800
  causes found, top 6                          100.0 %         800
  causes found, top 8                          100.0 %         800
  attributes that are causes, top 4             75.0 %         800
  attributes that are causes, top 6             50.0 %         800
  attributes that are causes, top 8             50.0 %         800
  sign accuracy                                100.0 %         800
  purity                                         0.710         800
  rank correlation                               0.900         800
  leakage                                        0.200         800
  factor agreement
    glasses                                     98.1 %         800
    mouth                                       96.8 %         800
  accuracy of the factor regressor
    glasses                                     99.9 %         800
    mouth                                       98.4 %         800
  causal effect
    glasses                                      0.450         800
    mouth                                        0.000         800

Run
  images seen in training                       48,000
  seconds                                        1,090
"""

_EMPTY = """\
Classifier                                                  images
  accuracy                                not measured
  calibration error                       not measured
  p-value of mere guessing                not measured

Reconstruction                                              images
  agreement                               not measured
  agreement after 10 cycles               not measured
  KL divergence                           not measured
  change of probability                   not measured
  L1                                      not measured
  L1 after 10 cycles                      not measured
  SSIM                                    not measured
  perceptual distance                     not measured
  features: not measured

Realism                                                     images
  KID                                     not measured
  KID of edited images                    not measured
  KID of other real images                not measured
  FID                                     not measured
  FID of other real images                not measured
  features: not measured

Decisions flipped by the top attributes, %
  top                             1    2    3    4    5    6    7    8    9   10
  flip rate                     not measured
    at least (95 %)             not measured
    at most                     not measured
  random coordinates            not measured
  Wu et al.'s ranking           not measured
  no classification loss        not measured
  second classifier             not measured
  second classifier agrees                not measured
  label-only swap flips                   not measured

Independence of the attributes                              images
  overlap of the masks                    not measured
  cosine of the effects                   not measured
  additivity gap                          not measured

Significance                                                images
  attributes tested                       not measured
  that work both ways                     not measured
  that matter as well                     not measured

Ground truth                                                images
  causes found, top 4                     not measured
  causes found, top 6                     not measured
  causes found, top 8                     not measured
  attributes that are causes, top 4       not measured
  attributes that are causes, top 6       not measured
  attributes that are causes, top 8       not measured
  sign accuracy                           not measured
  purity                                  not measured
  rank correlation                        not measured
  leakage                                 not measured
  factor agreement                        not measured
  accuracy of the factor regressor        not measured
  causal effect                           not measured

Run
  images seen in training                 not measured
  seconds                                 not measured
"""


class TableTest(absltest.TestCase):
    maxDiff = None

    def test_prints_every_figure_with_its_images(self):
        self.assertEqual(table.render(_filled()), _FILLED)

    def test_says_what_was_not_measured(self):
        self.assertEqual(table.render(schema.build({})), _EMPTY)

    def test_shows_every_figure_of_the_schema(self):
        # Each leaf in turn is null in a filled evaluation: the text changes.
        whole = table.render(_filled())
        left_out = {"config", "machine", "versions"}
        for path in _leaves(schema.SCHEMA):
            if path[-1] in left_out or path[1:3] == ("cycles", "1"):
                # One cycle is the reconstruction, which is there.
                continue
            evaluation = _filled()
            section = evaluation
            for key in path[:-1]:
                section = section[key]
            section[path[-1]] = None
            with self.subTest(".".join(path)):
                self.assertNotEqual(table.render(evaluation), whole)

    def test_fits_a_terminal(self):
        for evaluation in (_filled(), schema.build({})):
            for line in table.render(evaluation).splitlines():
                self.assertLessEqual(len(line), 80)
                self.assertEqual(line, line.rstrip())

    def test_refuses_what_is_no_evaluation(self):
        with self.assertRaisesRegex(ValueError, "expected all of"):
            table.render({})


def _leaves(rules, path=()):
    for key, rule in rules.items():
        if isinstance(rule, dict):
            yield from _leaves(rule, (*path, key))
        else:
            yield (*path, key)


if __name__ == "__main__":
    absltest.main()
