"""Tests of stylex_tf.training.symptoms: each rule, on both sides."""

from absl.testing import absltest, parameterized

from stylex_tf.training import symptoms

# As the quick start's world has them after 50,000 images.
_SOUND = {
    "step": 1500,
    "discriminator/encoded/real_sign": 0.97,
    "discriminator/encoded/fake_sign": -0.91,
    "discriminator/sampled/real_sign": 0.79,
    "discriminator/sampled/fake_sign": -1.0,
    "generator/encoded/adversarial": 1.9,
    "generator/sampled/adversarial": 2.7,
    "validation/score": 3.5,
    "validation/l1": 0.144,
    "validation/l1_of_mean_image": 0.332,
    "validation/l1_of_another_image": 0.404,
    "validation/agreement": 0.99,
    "validation/images/other": 183.0,
    "validation/agreement/other": 1.0,
    "validation/diversity/other": 0.8,
    "validation/images/big/cat": 67.0,
    "validation/agreement/big/cat": 0.97,
    "validation/diversity/big/cat": 0.7,
}
_IGNORED = {"validation/l1": 0.39}
_WON = {
    "discriminator/encoded/real_sign": 0.99,
    "discriminator/encoded/fake_sign": -0.99,
    "discriminator/sampled/real_sign": 0.99,
    "discriminator/sampled/fake_sign": -1.0,
    "generator/encoded/adversarial": 5.0,
    "generator/sampled/adversarial": 6.5,
}
_COLLAPSED = {"validation/diversity/big/cat": 0.05}


def _codes(*changes) -> list[str]:
    noticed = symptoms.find([_SOUND | change for change in changes])
    return [symptom.code for symptom in noticed]


class FindTest(absltest.TestCase):
    def test_a_sound_training_has_none(self):
        self.assertEmpty(_codes({}, {}, {}, {}))

    def test_only_what_lasts_is_a_symptom(self):
        self.assertEmpty(_codes(_WON, _WON))
        self.assertEqual(_codes(_WON, _WON, _WON), ["discriminator_wins"])
        self.assertEmpty(_codes(_WON, _WON, _WON, {}))
        self.assertEmpty(_codes(_WON, {}, _WON, _WON))
        self.assertEmpty(_codes(_WON, _IGNORED, _COLLAPSED))

    def test_the_gravest_comes_first(self):
        all_of_them = _WON | _IGNORED | _COLLAPSED
        self.assertEqual(
            _codes(all_of_them, all_of_them, all_of_them),
            [
                "encoder_ignored",
                "discriminator_wins",
                "class_collapsed/big/cat",
            ],
        )

    def test_says_the_figures_of_the_last_validation(self):
        later = _WON | {"generator/sampled/adversarial": 9.0}
        (noticed,) = symptoms.find([_SOUND | x for x in (_WON, _WON, later)])
        self.assertEqual(noticed.headline, "The discriminator wins")
        self.assertIn("in 99.6% of the cases", noticed.text)
        self.assertIn("loss is 7.0", noticed.text)


class RulesTest(parameterized.TestCase):
    @parameterized.parameters(
        ({}, None),
        ({"validation/l1": 0.331}, None),
        # No nearer than the mean of all images.
        ({"validation/l1": 0.333}, "0.333 from its image; the mean of all"),
        # Nearly as near to another image, however near that is.
        (
            {"validation/l1": 0.1, "validation/l1_of_another_image": 0.102},
            "0.100 from its image, and of 0.102 from another",
        ),
        (
            {"validation/l1": 0.1, "validation/l1_of_another_image": 0.12},
            None,
        ),
    )
    def test_encoder_ignored(self, changes, expected):
        text = symptoms.encoder_ignored(_SOUND | changes)
        self._expect(text, expected, "Raise loss.l1")

    @parameterized.parameters(
        ({}, None),
        (_WON, "real from generated images in 99.6% of the cases"),
        # Never wrong, but near: sound trainings on small images are so.
        (
            _WON
            | {
                "generator/encoded/adversarial": 2.0,
                "generator/sampled/adversarial": 3.0,
            },
            None,
        ),
        # Far off, but often wrong: it oscillates.
        (_WON | {"discriminator/sampled/real_sign": 0.5}, None),
    )
    def test_discriminator_wins(self, changes, expected):
        text = symptoms.discriminator_wins(_SOUND | changes)
        self._expect(text, expected, "Raise loss.r1")

    @parameterized.parameters(
        ({}, None),
        ({"validation/agreement/big/cat": 0.11}, None),
        ({"validation/agreement/big/cat": 0.09}, "gives 9% of the reconstr"),
        ({"validation/diversity/big/cat": 0.11}, None),
        (_COLLAPSED, "differ from each other by 5%"),
        # Too few to say so.
        (_COLLAPSED | {"validation/images/big/cat": 7.0}, None),
    )
    def test_class_collapsed(self, changes, expected):
        text = symptoms.class_collapsed(_SOUND | changes, "big/cat")
        self._expect(text, expected, "more images of this class")
        self.assertIsNone(symptoms.class_collapsed(_SOUND | changes, "other"))

    def test_what_was_not_measured_is_no_symptom(self):
        self.assertIsNone(symptoms.encoder_ignored({}))
        self.assertIsNone(symptoms.discriminator_wins({}))
        self.assertIsNone(symptoms.class_collapsed({}, "cat"))

    def _expect(self, text, expected, advice):
        if expected is None:
            self.assertIsNone(text)
        else:
            self.assertIn(expected, text)
            self.assertIn(advice, text)


if __name__ == "__main__":
    absltest.main()
