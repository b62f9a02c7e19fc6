"""Puts the losses of StylEx together, for each phase of a step.

Lang et al. 2021 (https://arxiv.org/abs/2104.13369), section 3.1:
L = L_adv + L_path + L_rec + L_cls, with x' = G(E(x), C(x)).
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import tensorflow as tf

from stylex_tf import config
from stylex_tf.losses import (
    adversarial,
    classification,
    perceptual,
    reconstruction,
    regularizers,
)
from stylex_tf.losses.features_kind import Features
from stylex_tf.training import batch as batch_lib
from stylex_tf.training import conditioning as conditioning_lib
from stylex_tf.training import draws, phases, style_sampling
from stylex_tf.training import networks as networks_lib

FeaturesFn = Callable[[tf.Tensor], list[tf.Tensor]]
# See stylex_tf/ops/augmentation.py, with the strength bound.
AugmentFn = Callable[..., tf.Tensor]


class Objective:
    """Losses as methods: from the batch of a step to an Outcome.

    Attributes:
        sampling: makes the styles of images that nobody encoded.
    """

    # More than seven parameters: weights and shares of the config, one a term;
    # losses never see the config itself.
    def __init__(
        self,
        networks: networks_lib.Networks,
        *,
        classify: Callable[[tf.Tensor], tuple[tf.Tensor, list[tf.Tensor]]],
        perceptual_features: FeaturesFn | None,
        marginal: tf.Tensor,
        path_length_mean: tf.Variable,
        weights: config.LossConfig,
        conditioning: str,
        condition_dropout: float,
        style_mixing: float,
        style_exchange: float,
        spatial_dropout: float = 0.0,
        w_average_decay: float,
        noise: str = "random",
        augment: AugmentFn | None = None,
        accumulation: int = 1,
    ):
        """Binds the losses to networks.

        Args:
            networks: what is trained.
            classify: images to logits, [N, K], and feature maps.
            perceptual_features: images to maps; None takes `classify`'s.
            marginal: mean class probabilities, [K].
            path_length_mean: running mean, assigned by `path_length`.
            weights: the weights of the losses.
            conditioning: a `Conditioning`.
            condition_dropout: share of examples that are not told theirs.
            style_mixing: share of sampled examples made of two latents.
            style_exchange: share of those that exchange styles instead.
            spatial_dropout: share of reconstructions without a spatial code.
            w_average_decay: how slowly the running mean of w moves in a step.
            noise: "random" in training; tests use "fixed".
            augment: what the discriminator sees of images; None: all.
            accumulation: parts of a replica's batch, one after the other.
        """
        self._networks = networks
        self._classify = classify
        self._perceptual_features = perceptual_features
        photographs = weights.perceptual_features == Features.PHOTOGRAPHS
        # The backbone's maps are there anyway.
        self._perceives_maps = photographs and networks.backbone is not None
        self._marginal = marginal
        self._path_length_mean = path_length_mean
        self._weights = weights
        self._conditioning = conditioning
        self._condition_dropout = condition_dropout
        self._style_exchange = style_exchange
        self.sampling = style_sampling.StyleSampling(
            networks,
            mixing=style_mixing,
            w_average_decay=w_average_decay ** (1 / accumulation),
            exchange_remainders=weights.remainder > 0,
        )
        self._spatial_dropout = spatial_dropout
        self._noise = noise
        self._augment = augment
        self._accumulation = accumulation

    def begin(
        self,
        images: tf.Tensor,
        seed: tf.Tensor,
        batch_size: int,
        part: int = 0,
    ) -> batch_lib.Batch:
        """Returns what all phases of a step share.

        Args:
            images: real images, float32 [n, H, W, 3]: this replica's, or a
                part of them.
            seed: two integers that belong to the step, [2].
            batch_size: examples of all replicas, N.
            part: which part, below `accumulation`.
        """
        context = tf.distribute.get_replica_context()
        parts = context.num_replicas_in_sync * self._accumulation
        count = batch_size // parts
        number = context.replica_id_in_sync_group * self._accumulation + part
        logits, features = self._classify(images)
        p = tf.nn.softmax(logits)
        batch = batch_lib.Batch(
            images=images,
            seed=seed,
            logits=logits,
            p=p,
            features=features,
            condition=p,
            maps=self._networks.look(images),
            total=batch_size,
            part=number,
            first=number * count,
            count=count,
        )
        return dataclasses.replace(batch, condition=self._condition(batch))

    def generator_reconstructing(
        self, batch: batch_lib.Batch
    ) -> phases.Outcome:
        """Returns the reconstruction loss of x', which nobody judges.

        The classification loss waits as well: long before there is a picture
        it can be had for a blob of the right colour, which then stays.
        """
        terms, metrics, _ = self._reconstruct(batch)
        del terms["classification"]
        loss = self._weighted(terms)
        return phases.Outcome(loss, {**terms, **metrics, "loss": loss})

    def generator_encoded(self, batch: batch_lib.Batch) -> phases.Outcome:
        """Adds the adversarial, reconstruction and class losses of x'."""
        terms, metrics, made = self._reconstruct(batch)
        scores = self._score(
            batch, made.images, batch.p, draws.Use.GENERATED, made.maps
        )
        terms = {"adversarial": adversarial.generator_loss(scores), **terms}
        loss = self._weighted(terms)
        return phases.Outcome(
            loss, {**terms, **metrics, "loss": loss}, made=made
        )

    def _weighted(self, terms: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return tf.add_n(
            [
                getattr(self._weights, name) * term
                for name, term in terms.items()
            ]
        )

    def _reconstruct(
        self, batch: batch_lib.Batch
    ) -> tuple[dict[str, tf.Tensor], dict[str, tf.Tensor], batch_lib.Fakes]:
        """Returns the terms of x' that need no judge, metrics, and x'."""
        networks, images = self._networks, batch.images
        w = networks.encode(images, batch.maps)
        fakes = networks.generator.synthesis(
            self._without_some_spatial_codes(
                batch, networks.generator.styles(w, batch.condition)
            ),
            noise=self._noise,
            seed=draws.noise_seed(batch),
        )
        maps = networks.look(fakes)
        logits, features = self._classify(fakes)
        real_features = batch.features
        if self._perceives_maps:
            real_features, features = batch.maps, maps
        elif self._perceptual_features is not None:
            real_features = self._perceptual_features(images)
            features = self._perceptual_features(fakes)
        terms = {
            "l1": reconstruction.l1(images, fakes),
            "classification": classification.kl_divergence(
                batch.logits, logits
            ),
        }
        if self._weights.perceptual:
            terms["perceptual"] = perceptual.perceptual_distance(
                real_features, features
            )
        if self._weights.w_reconstruction:
            terms["w_reconstruction"] = reconstruction.l1(
                w, networks.encode(fakes, maps)
            )
        agree = tf.equal(tf.argmax(logits, -1), tf.argmax(batch.logits, -1))
        metrics = {"classifier_agreement": tf.cast(agree, tf.float32)}
        return terms, metrics, batch_lib.Fakes(fakes, batch.p, maps)

    def _without_some_spatial_codes(
        self, batch: batch_lib.Batch, styles: tf.Tensor
    ) -> tf.Tensor:
        """Returns styles, a share of them with spatial codes of 0, [n, T].

        A spatial code alone is enough to reconstruct, and quickly learnt: the
        coordinates, which are what is searched, would never be used.
        """
        if not self._spatial_dropout or not self._spatial_size:
            return styles
        dropped = (
            draws.uniform(batch, draws.Use.SPATIAL) < self._spatial_dropout
        )
        return tf.where(
            dropped[:, None]
            & style_sampling.is_spatial(styles, self._spatial_size),
            0.0,
            styles,
        )

    def generator_sampled(self, batch: batch_lib.Batch) -> phases.Outcome:
        """Judges images drawn from z, or made of exchanged styles."""
        styles = self.sampling.drawn(batch)
        if self._style_exchange:
            exchanged = (
                draws.uniform(batch, draws.Use.EXCHANGES) < self._style_exchange
            )
            styles = tf.where(
                exchanged[:, None], self.sampling.exchanged(batch), styles
            )
        fakes = self._networks.generator.synthesis(
            styles, noise=self._noise, seed=draws.noise_seed(batch)
        )
        logits, fake_p = None, batch.p
        if (
            self._conditioning != conditioning_lib.Conditioning.PROBABILITIES
            or self._weights.remainder
        ):
            logits = self._classify(fakes)[0]
        if self._conditioning != conditioning_lib.Conditioning.PROBABILITIES:
            # The generator was not told p: judge what it drew by what the
            # classifier says of it, and not through the classifier.
            fake_p = tf.stop_gradient(tf.nn.softmax(logits))
        maps = self._networks.look(fakes)
        scores = self._score(batch, fakes, fake_p, draws.Use.GENERATED, maps)
        terms = {"adversarial": adversarial.generator_loss(scores)}
        loss = self._weights.adversarial * terms["adversarial"]
        if self._style_exchange and self._weights.style_reconstruction:
            # Whatever the other coordinates are, each can be read back.
            read = self._networks.generator.styles(
                self._networks.encode(fakes, maps), batch.condition
            )
            # A spatial code is no set of coordinates of which each has to
            # make sense by itself.
            coordinates = styles.shape[-1] - self._spatial_size
            distance = tf.reduce_mean(
                tf.abs(read - styles)[:, :coordinates], axis=-1
            )
            terms["style_reconstruction"] = distance
            loss += self._weights.style_reconstruction * tf.where(
                exchanged, distance, 0.0
            )
        if self._style_exchange and self._weights.remainder:
            # Whosever the remainder is, the answer follows the searched part.
            terms["remainder"] = tf.where(
                exchanged & self.sampling.exchanges_remainder(batch),
                classification.kl_divergence(batch.logits, logits),
                0.0,
            )
            loss += self._weights.remainder * terms["remainder"]
        made = batch_lib.Fakes(fakes, fake_p, maps)
        return phases.Outcome(loss, {**terms, "loss": loss}, made=made)

    def discriminator(self, batch: batch_lib.Batch) -> phases.Outcome:
        """Tells the images of the generator's phase from real ones."""
        fakes = batch.fakes
        if fakes is None:
            raise ValueError("the discriminator's phase has no fakes to judge")
        real_scores = self._score(
            batch, batch.images, batch.p, draws.Use.REAL, batch.maps
        )
        fake_scores = self._score(
            batch,
            tf.stop_gradient(fakes.images),
            fakes.p,
            draws.Use.FAKE,
            [tf.stop_gradient(x) for x in fakes.maps],
        )
        loss = adversarial.discriminator_loss(real_scores, fake_scores)
        real_sign = tf.sign(real_scores)
        metrics = {
            "loss": loss,
            "real_sign": real_sign,
            "fake_sign": tf.sign(fake_scores),
        }
        return phases.Outcome(loss, metrics, real_sign=real_sign)

    def r1(self, batch: batch_lib.Batch) -> phases.Outcome:
        """Returns gamma / 2 times the squared gradient at real images.

        At the images themselves, through their augmentation; with a backbone
        at what the discriminator sees, since the backbone is no part of it.
        """
        if self._networks.backbone is None:
            penalty = regularizers.r1_penalty(
                lambda images: self._score(
                    batch, images, batch.p, draws.Use.R1
                ),
                batch.images,
            )
        else:
            inputs = self._judged(batch, batch.images, draws.Use.R1, batch.maps)
            penalty = regularizers.r1_penalty(
                lambda *inputs: self._networks.score(inputs, batch.p),
                *map(tf.stop_gradient, inputs),
            )
        return phases.Outcome(
            0.5 * self._weights.r1 * penalty, {"penalty": penalty}
        )

    def path_length(self, batch: batch_lib.Batch) -> phases.Outcome:
        """Returns (length - mean)^2 for half of the batch, as StyleGAN2."""
        # Every second example, so that the number of replicas changes nothing.
        w = self._networks.mapping(
            draws.normal(batch, draws.Use.Z, self.sampling.z_dim)
        )[::2]
        condition = batch.condition[::2]
        h, width, c = batch.images.shape[1:]
        lengths = regularizers.path_lengths(
            lambda half: self._networks.generator(
                half, condition, noise=self._noise, seed=draws.noise_seed(batch)
            ),
            w,
            draws.normal(batch, draws.Use.PATH, h * width * c, (h, width, c))[
                ::2
            ],
        )
        mean = self._path_length_mean
        of_batch = tf.distribute.get_replica_context().all_reduce(
            tf.distribute.ReduceOp.MEAN,
            tf.stop_gradient(tf.reduce_mean(lengths)),
        )
        # The batch's own mean joins before the penalty, as in the paper.
        decay = 0.99 ** (1 / self._accumulation)
        moved = mean + (1.0 - decay) * (of_batch - mean)
        mean.assign(moved)
        penalty = tf.square(lengths - moved)
        return phases.Outcome(
            self._weights.path_length * penalty, {"length": lengths}
        )

    @property
    def _spatial_size(self) -> int:
        return self._networks.generator.style_space.spatial_size

    def _score(
        self,
        batch: batch_lib.Batch,
        images: tf.Tensor,
        p: tf.Tensor,
        use: draws.Use,
        maps: Sequence[tf.Tensor] | None = None,
    ) -> tf.Tensor:
        """Scores images as the discriminator is shown them, [n]."""
        return self._networks.score(self._judged(batch, images, use, maps), p)

    def _judged(
        self,
        batch: batch_lib.Batch,
        images: tf.Tensor,
        use: draws.Use,
        maps: Sequence[tf.Tensor] | None,
    ) -> list[tf.Tensor]:
        """Returns what the discriminator is shown of images, augmented."""
        if self._augment is not None:
            images = self._augment(
                images,
                seed=draws.seed(batch, use),
                batch_size=batch.total,
                first=batch.first,
            )
            maps = None
        return self._networks.judged(images, maps)

    def _condition(self, batch: batch_lib.Batch) -> tf.Tensor:
        """Returns what the generator is told, [n, K]."""
        if self._conditioning != conditioning_lib.Conditioning.DROPOUT:
            return batch.p
        drawn = draws.uniform(batch, draws.Use.DROP)
        dropped = drawn < self._condition_dropout
        return tf.where(dropped[:, None], self._marginal[None, :], batch.p)
