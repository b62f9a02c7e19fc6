"""Tests of stylex_tf.training.objective: terms, weights, conditioning."""

import dataclasses

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import config
from stylex_tf.losses import perceptual, regularizers
from stylex_tf.training import batch as batch_lib
from stylex_tf.training import objective
from tests.testing import tiny_experiment

_BATCH = 4
_NOTHING = config.LossConfig(
    **{
        field.name: 0.0
        for field in dataclasses.fields(config.LossConfig)
        if isinstance(field.default, float)
    }
)
_MARGINAL = np.float32([0.25, 0.75])


def _softplus(x):
    return np.log1p(np.exp(x))


def _softmax(logits):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _neighbours(rows: np.ndarray) -> np.ndarray:
    """Exchanges rows in pairs."""
    return rows.reshape(-1, 2, rows.shape[1])[:, ::-1].reshape(rows.shape)


class ObjectiveTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.networks = tiny_experiment.networks()
        # A generator that is not told p has no place for it.
        cls.untold = tiny_experiment.networks(condition_dim=0)
        cls.images = (
            tf.constant(tiny_experiment.images(_BATCH), tf.float32) / 127.5
            - 1.0
        )

    def setUp(self):
        super().setUp()
        self.path_length_mean = tf.Variable(2.0)
        for networks in (self.networks, self.untold):
            average = networks.mapping.w_average
            average.assign(tf.zeros_like(average))

    def _objective(self, weights=None, **changes) -> objective.Objective:
        told = changes.get("conditioning") != "none"
        arguments = {
            "networks": self.networks if told else self.untold,
            "classify": tiny_experiment.classify,
            "perceptual_features": None,
            "marginal": tf.constant(_MARGINAL),
            "path_length_mean": self.path_length_mean,
            "weights": weights or config.LossConfig(),
            "conditioning": "probabilities",
            "condition_dropout": 0.5,
            "style_mixing": 0.9,
            "style_exchange": 0.0,
            "w_average_decay": 0.9,
            "noise": "fixed",
        }
        return objective.Objective(**(arguments | changes))

    def _begin(self, losses: objective.Objective, seed=(0, 0)):
        seed = tf.constant(seed, tf.int64)
        return losses.begin(self.images, seed, _BATCH)

    # Before there is a judge.

    def test_reconstructing_is_the_encoded_path_without_its_judges(self):
        weights = config.LossConfig()
        losses = self._objective(weights)
        step = self._begin(losses)
        alone = losses.generator_reconstructing(step)
        judged = losses.generator_encoded(step)
        judges = ("adversarial", "classification")
        np.testing.assert_allclose(
            alone.loss
            + sum(
                getattr(weights, name) * judged.metrics[name] for name in judges
            ),
            judged.loss,
            rtol=1e-5,
        )
        self.assertNoCommonElements(alone.metrics, judges)
        self.assertIsNone(alone.made)

    # The encoded path.

    def test_terms_of_the_encoded_path(self):
        losses = self._objective()
        step = self._begin(losses)
        outcome = losses.generator_encoded(step)
        networks, fakes = self.networks, outcome.made.images
        w = networks.encoder(self.images)
        np.testing.assert_array_equal(
            fakes, networks.generator(w, step.condition)
        )
        logits, maps = tiny_experiment.classify(self.images)
        fake_logits, fake_maps = tiny_experiment.classify(fakes)
        p, q = _softmax(logits.numpy()), _softmax(fake_logits.numpy())
        scores = networks.discriminator(fakes, p).numpy()
        expected = {
            "adversarial": _softplus(-scores),
            "l1": np.abs(self.images - fakes).mean(axis=(1, 2, 3)),
            "classification": (p * np.log(p / q)).sum(axis=-1),
            "perceptual": perceptual.perceptual_distance(maps, fake_maps),
            "w_reconstruction": np.abs(w - networks.encoder(fakes)).mean(-1),
        }
        for name, value in expected.items():
            np.testing.assert_allclose(
                outcome.metrics[name], value, rtol=1e-4, atol=1e-6, err_msg=name
            )
        agree = fake_logits.numpy().argmax(-1) == logits.numpy().argmax(-1)
        np.testing.assert_array_equal(
            outcome.metrics["classifier_agreement"], agree
        )

    @parameterized.parameters(
        "adversarial", "l1", "classification", "perceptual", "w_reconstruction"
    )
    def test_a_weight_multiplies_its_term(self, name):
        weights = dataclasses.replace(_NOTHING, **{name: 3.0})
        losses = self._objective(weights)
        outcome = losses.generator_encoded(self._begin(losses))
        np.testing.assert_allclose(
            outcome.loss, 3.0 * outcome.metrics[name], rtol=1e-6
        )

    def test_the_loss_is_the_sum_of_the_weighted_terms(self):
        weights = config.LossConfig()
        losses = self._objective(weights)
        outcome = losses.generator_encoded(self._begin(losses))
        total = sum(
            getattr(weights, name) * outcome.metrics[name].numpy()
            for name in (
                "adversarial",
                "l1",
                "classification",
                "perceptual",
                "w_reconstruction",
            )
        )
        np.testing.assert_allclose(outcome.loss, total, rtol=1e-5)

    @parameterized.parameters("perceptual", "w_reconstruction")
    def test_a_term_that_costs_a_network_is_not_computed_for_nothing(
        self, name
    ):
        weights = dataclasses.replace(config.LossConfig(), **{name: 0.0})
        losses = self._objective(weights)
        outcome = losses.generator_encoded(self._begin(losses))
        self.assertNotIn(name, outcome.metrics)

    def test_the_perceptual_distance_of_other_features(self):
        losses = self._objective(perceptual_features=lambda x: [x * 2.0 + 1.0])
        outcome = losses.generator_encoded(self._begin(losses))
        np.testing.assert_allclose(
            outcome.metrics["perceptual"],
            perceptual.perceptual_distance(
                [self.images * 2.0 + 1.0], [outcome.made.images * 2.0 + 1.0]
            ),
            rtol=1e-5,
        )

    # The sampled path.

    def test_terms_of_the_sampled_path(self):
        weights = dataclasses.replace(_NOTHING, adversarial=3.0)
        losses = self._objective(weights)
        outcome = losses.generator_sampled(self._begin(losses))
        scores = self.networks.discriminator(
            outcome.made.images, outcome.made.p
        )
        np.testing.assert_allclose(
            outcome.loss, 3.0 * _softplus(-scores.numpy()), rtol=1e-4
        )

    def test_samples_belong_to_the_step(self):
        losses = self._objective()
        first, again, next_step, other_run = (
            losses.generator_sampled(self._begin(losses, seed)).made.images
            for seed in ((0, 5), (0, 5), (0, 6), (1, 5))
        )
        np.testing.assert_array_equal(first, again)
        self.assertFalse(np.array_equal(first, next_step))
        self.assertFalse(np.array_equal(first, other_run))

    def test_styles_are_mixed(self):
        fakes = []
        for mixing in (0.0, 1.0):
            losses = self._objective(style_mixing=mixing)
            outcome = losses.generator_sampled(self._begin(losses))
            fakes.append(outcome.made.images.numpy())
        for plain, mixed in zip(*fakes, strict=True):
            self.assertFalse(np.array_equal(plain, mixed))

    def test_exchanged_styles_are_of_the_image_or_of_its_neighbour(self):
        losses = self._objective(conditioning="none")
        step = self._begin(losses)
        exchanged = losses.sampling.exchanged(step).numpy()
        own = self.untold.generator.styles(
            self.untold.encoder(self.images)
        ).numpy()
        neighbours = own[[1, 0, 3, 2]]
        is_own = np.isclose(exchanged, own)
        self.assertTrue(np.all(is_own | np.isclose(exchanged, neighbours)))
        self.assertBetween(is_own.mean(), 0.05, 0.95)
        # Each coordinate by itself: no two images are cut at one place.
        self.assertGreater(len(np.unique(is_own, axis=0)), 1)
        other = losses.sampling.exchanged(self._begin(losses, (0, 1))).numpy()
        self.assertFalse(np.array_equal(exchanged, other))

    def test_the_encoder_learns_from_exchanged_styles_alone(self):
        for share, learns in ((0.0, False), (1.0, True)):
            losses = self._objective(conditioning="none", style_exchange=share)
            step = self._begin(losses)
            with tf.GradientTape() as tape:
                loss = losses.generator_sampled(step).loss
            gradients = tape.gradient(
                loss, self.untold.encoder.trainable_variables
            )
            self.assertEqual(
                any(g is not None and np.any(g) for g in gradients), learns
            )

    def test_exchanged_styles_are_read_back(self):
        weights = dataclasses.replace(_NOTHING, style_reconstruction=3.0)
        losses = self._objective(
            weights, conditioning="none", style_exchange=1.0
        )
        step = self._begin(losses)
        outcome = losses.generator_sampled(step)
        networks, styles = self.untold, losses.sampling.exchanged(step)
        read = networks.generator.styles(networks.encoder(outcome.made.images))
        np.testing.assert_allclose(
            outcome.loss, 3.0 * np.abs(read - styles).mean(axis=1), rtol=1e-4
        )

    def test_the_answer_follows_the_searched_part_of_exchanged_styles(self):
        untold = tiny_experiment.networks(condition_dim=0, searched_width=2)
        losses = self._objective(
            dataclasses.replace(_NOTHING, remainder=3.0),
            networks=untold,
            conditioning="none",
            style_exchange=1.0,
        )
        size = untold.generator.style_space.size
        own = untold.generator.styles(untold.encoder(self.images)).numpy()
        neighbours = _neighbours(own)
        seen = set()
        for number in range(4):
            step = self._begin(losses, (0, number))
            outcome = losses.generator_sampled(step)
            whole = losses.sampling.exchanges_remainder(step).numpy()
            seen.update(whole)
            styles = losses.sampling.exchanged(step).numpy()
            np.testing.assert_allclose(
                styles[whole],
                np.concatenate([own[:, :size], neighbours[:, size:]], 1)[whole],
                rtol=1e-5,
            )
            p = _softmax(step.logits.numpy())
            q = _softmax(
                tiny_experiment.classify(outcome.made.images)[0].numpy()
            )
            kl = np.sum(p * (np.log(p) - np.log(q)), axis=1)
            np.testing.assert_allclose(
                outcome.loss, 3.0 * np.where(whole, kl, 0.0), atol=1e-4
            )
        self.assertEqual(seen, {False, True})

    def test_a_spatial_code_is_exchanged_whole_and_read_back_by_nobody(self):
        untold = tiny_experiment.networks(condition_dim=0, spatial_channels=2)
        losses = self._objective(
            dataclasses.replace(_NOTHING, style_reconstruction=3.0),
            networks=untold,
            conditioning="none",
            style_exchange=1.0,
        )
        own = untold.generator.styles(untold.encoder(self.images)).numpy()
        neighbours = _neighbours(own)
        seen = set()
        for number in range(4):
            step = self._begin(losses, (0, number))
            styles = losses.sampling.exchanged(step).numpy()
            theirs = np.isclose(styles, neighbours, atol=1e-6)[:, -128:]
            ours = np.isclose(styles, own, atol=1e-6)[:, -128:]
            np.testing.assert_array_equal(theirs.all(axis=1), ~ours.all(axis=1))
            seen.update(theirs.all(axis=1))
            outcome = losses.generator_sampled(step)
            read = untold.generator.styles(
                untold.encoder(outcome.made.images)
            ).numpy()
            np.testing.assert_allclose(
                outcome.loss,
                3.0 * np.abs(read - styles)[:, :-128].mean(axis=1),
                rtol=1e-4,
            )
        self.assertEqual(seen, {False, True})

    def test_some_images_are_rebuilt_without_their_spatial_code(self):
        untold = tiny_experiment.networks(condition_dim=0, spatial_channels=2)
        losses = self._objective(
            dataclasses.replace(_NOTHING, l1=1.0),
            networks=untold,
            conditioning="none",
            spatial_dropout=0.5,
        )
        styles = untold.generator.styles(untold.encoder(self.images)).numpy()
        without = styles.copy()
        without[:, -128:] = 0.0
        l1, l1_without = (
            np.abs(
                untold.generator.synthesis(rows, noise="fixed") - self.images
            ).mean(axis=(1, 2, 3))
            for rows in (styles, without)
        )
        seen = set()
        for number in range(4):
            outcome = losses.generator_encoded(self._begin(losses, (0, number)))
            dropped = np.isclose(outcome.loss, l1_without, rtol=1e-4)
            np.testing.assert_allclose(
                outcome.loss, np.where(dropped, l1_without, l1), rtol=1e-4
            )
            seen.update(dropped)
        self.assertEqual(seen, {False, True})

    def test_the_average_of_w_moves_with_the_decay(self):
        average = self.networks.mapping.w_average
        averages = []
        for decay, first in ((0.9, 0.0), (0.9, 1.0), (0.0, 1.0)):
            average.assign(tf.fill(average.shape, first))
            losses = self._objective(w_average_decay=decay)
            losses.generator_sampled(self._begin(losses))
            averages.append(average.numpy())
        of_batch = averages[2]
        self.assertTrue(np.any(of_batch))
        np.testing.assert_allclose(averages[0], 0.1 * of_batch, rtol=1e-4)
        np.testing.assert_allclose(averages[1], 0.9 + 0.1 * of_batch, rtol=1e-4)

    # What the generator sees.

    def test_probabilities_are_what_the_generator_sees(self):
        step = self._begin(self._objective())
        logits, _ = tiny_experiment.classify(self.images)
        np.testing.assert_allclose(
            step.condition, _softmax(logits.numpy()), rtol=1e-5
        )

    def test_none_shows_the_generator_nothing(self):
        fakes = []
        for sign in (1.0, -1.0):

            def classify(x, sign=sign):
                logits, maps = tiny_experiment.classify(x)
                return sign * logits, maps

            losses = self._objective(conditioning="none", classify=classify)
            step = self._begin(losses)
            fakes.append(losses.generator_encoded(step).made.images)
            fakes.append(losses.generator_sampled(step).made.images)
        np.testing.assert_array_equal(fakes[0], fakes[2])
        np.testing.assert_array_equal(fakes[1], fakes[3])

    @parameterized.named_parameters(("never", 0.0, 0), ("always", 1.0, _BATCH))
    def test_dropout_at_its_ends(self, share, expected):
        losses = self._objective(
            conditioning="dropout", condition_dropout=share
        )
        self.assertEqual(self._dropped(self._begin(losses)), expected)

    def test_dropout_replaces_a_share_of_the_examples_by_the_marginal(self):
        losses = self._objective(conditioning="dropout", condition_dropout=0.25)
        dropped = [
            self._dropped(self._begin(losses, (0, step))) for step in range(60)
        ]
        self.assertGreater(len(set(dropped)), 2)
        # 60 of 240 examples, with a deviation of 6.7.
        self.assertBetween(sum(dropped), 35, 85)

    def _dropped(self, step) -> int:
        """The examples whose condition is the marginal; others have p."""
        condition, p = step.condition.numpy(), step.p.numpy()
        marginal = np.all(condition == _MARGINAL, axis=-1)
        np.testing.assert_array_equal(condition[~marginal], p[~marginal])
        return int(marginal.sum())

    def test_a_sample_drawn_for_p_is_judged_by_p(self):
        losses = self._objective()
        step = self._begin(losses)
        made = losses.generator_sampled(step).made
        np.testing.assert_array_equal(made.p, step.p)

    @parameterized.parameters("none", "dropout")
    def test_a_sample_drawn_for_nobody_is_judged_by_what_it_shows(
        self, conditioning
    ):
        losses = self._objective(conditioning=conditioning)
        made = losses.generator_sampled(self._begin(losses)).made
        logits, _ = tiny_experiment.classify(made.images)
        np.testing.assert_allclose(
            made.p, _softmax(logits.numpy()), rtol=1e-4, atol=1e-6
        )

    def test_an_encoded_image_is_judged_by_the_p_of_its_original(self):
        losses = self._objective(conditioning="dropout", condition_dropout=1.0)
        step = self._begin(losses)
        made = losses.generator_encoded(step).made
        np.testing.assert_array_equal(made.p, step.p)

    # The discriminator.

    def test_terms_of_the_discriminator(self):
        losses = self._objective()
        step = self._begin(losses)
        fake_p = tf.constant([[0.5, 0.5]] * _BATCH)
        fakes = self.images * 0.5
        outcome = losses.discriminator(
            step.with_fakes(batch_lib.Fakes(fakes, fake_p))
        )
        real = self.networks.discriminator(self.images, step.p).numpy()
        fake = self.networks.discriminator(fakes, fake_p).numpy()
        np.testing.assert_allclose(
            outcome.loss, _softplus(-real) + _softplus(fake), rtol=1e-4
        )
        np.testing.assert_array_equal(
            outcome.metrics["real_sign"], np.sign(real)
        )
        np.testing.assert_array_equal(outcome.real_sign, np.sign(real))
        np.testing.assert_array_equal(
            outcome.metrics["fake_sign"], np.sign(fake)
        )

    def test_the_discriminator_asks_for_fakes(self):
        losses = self._objective()
        with self.assertRaisesRegex(ValueError, "has no fakes to judge"):
            losses.discriminator(self._begin(losses))

    def test_the_discriminator_gives_the_fakes_no_gradient(self):
        losses = self._objective()
        step = self._begin(losses)
        fakes = tf.Variable(self.images)
        with tf.GradientTape() as tape:
            outcome = losses.discriminator(
                step.with_fakes(batch_lib.Fakes(fakes * 1.0, step.p))
            )
        self.assertIsNone(tape.gradient(outcome.loss, fakes))

    def test_r1_is_half_its_weight_times_the_penalty(self):
        losses = self._objective(dataclasses.replace(_NOTHING, r1=6.0))
        step = self._begin(losses)
        outcome = losses.r1(step)
        penalty = regularizers.r1_penalty(
            lambda x: self.networks.discriminator(x, step.p), self.images
        )
        np.testing.assert_allclose(
            outcome.metrics["penalty"], penalty, rtol=1e-5
        )
        np.testing.assert_allclose(outcome.loss, 3.0 * penalty, rtol=1e-5)

    # What the discriminator is shown.

    def test_the_discriminator_sees_augmented_images_alone(self):
        def augment(images, **_):
            return 0.5 - 2.0 * images

        plain, augmented = self._objective(), self._objective(augment=augment)
        step = self._begin(plain)
        fakes = self.images * 0.5
        for loss, expected in (
            (augmented.generator_encoded, "adversarial"),
            (augmented.generator_sampled, "adversarial"),
        ):
            outcome = loss(step)
            scores = self.networks.discriminator(
                augment(outcome.made.images), step.p
            )
            np.testing.assert_allclose(
                outcome.metrics[expected], _softplus(-scores.numpy()), rtol=1e-4
            )
        np.testing.assert_allclose(
            augmented.discriminator(
                step.with_fakes(batch_lib.Fakes(fakes, step.p))
            ).loss,
            plain.discriminator(
                dataclasses.replace(
                    step,
                    images=augment(self.images),
                    fakes=batch_lib.Fakes(augment(fakes), step.p),
                )
            ).loss,
            rtol=1e-4,
        )
        # Through the augmentation, of which the derivative is -2.
        np.testing.assert_allclose(
            augmented.r1(step).loss,
            4.0
            * plain.r1(
                dataclasses.replace(step, images=augment(self.images))
            ).loss,
            rtol=1e-4,
        )

    def test_each_use_of_the_augmentation_has_a_seed_of_its_own(self):
        seen = []

        def augment(images, *, seed, batch_size, first):
            seen.append(tuple(seed.numpy()))
            self.assertEqual((batch_size, int(first)), (_BATCH, 0))
            return images

        losses = self._objective(augment=augment)
        step = self._begin(losses)
        step = step.with_fakes(losses.generator_encoded(step).made)
        losses.discriminator(step)
        losses.r1(step)
        self.assertLen(set(seen), 4)
        losses.r1(self._begin(losses, (0, 1)))
        self.assertLen(set(seen), 5)

    # The path length.

    def test_the_mean_path_length_moves_by_a_hundredth(self):
        losses = self._objective()
        outcome = losses.path_length(self._begin(losses))
        lengths = outcome.metrics["length"].numpy()
        self.assertNotAlmostEqual(lengths.mean(), 2.0)
        self.assertAlmostEqual(
            float(self.path_length_mean),
            2.0 + 0.01 * (lengths.mean() - 2.0),
            places=5,
        )

    def test_the_penalty_is_the_squared_distance_from_the_moved_mean(self):
        losses = self._objective(dataclasses.replace(_NOTHING, path_length=3.0))
        outcome = losses.path_length(self._begin(losses))
        distance = outcome.metrics["length"] - self.path_length_mean
        np.testing.assert_allclose(
            outcome.loss, 3.0 * np.square(distance), rtol=1e-4
        )

    def test_the_path_length_is_measured_on_half_of_the_batch(self):
        losses = self._objective()
        outcome = losses.path_length(self._begin(losses))
        self.assertEqual(outcome.loss.shape, [_BATCH // 2])


if __name__ == "__main__":
    absltest.main()
