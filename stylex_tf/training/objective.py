"""The losses of StylEx, put together from `losses` for each phase.

Lang et al. 2021 (https://arxiv.org/abs/2104.13369), section 3.1:
L = L_adv + L_path + L_rec + L_cls, with x' = G(E(x), C(x)).
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import tensorflow as tf

from stylex_tf import config, config_checks
from stylex_tf.losses import (
    adversarial,
    classification,
    perceptual,
    reconstruction,
    regularizers,
)
from stylex_tf.training import batch as batch_lib
from stylex_tf.training import networks as networks_lib
from stylex_tf.training import phases

# Each use of randomness in a step has a number of its own.
_Z, _MIX, _CROSSOVER, _MIXES, _NOISE, _DROP, _PATH = range(7)
_EXCHANGES, _EXCHANGE_SHARE, _EXCHANGED = range(7, 10)
_GENERATED, _REAL, _FAKE, _R1 = range(10, 14)  # What is augmented.
_REMAINDERS, _SPATIAL = 14, 15

ClassifyFn = Callable[[tf.Tensor], tf.Tensor]
FeaturesFn = Callable[[tf.Tensor], list[tf.Tensor]]
# See stylex_tf/ops/augmentation.py, with the strength bound.
AugmentFn = Callable[..., tf.Tensor]


class Objective:
    """Losses as methods: from the batch of a step to an Outcome."""

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
            perceptual_features: images to feature maps; None takes those of
                `classify`.
            marginal: mean class probabilities, [K].
            path_length_mean: running mean, assigned by `path_length`.
            weights: of the losses.
            conditioning: "probabilities", "dropout" or "none".
            condition_dropout: share of examples without their probabilities.
            style_mixing: share of sampled examples made of two latents.
            style_exchange: share of sampled examples whose styles are not
                drawn but exchanged between two real images.
            spatial_dropout: share of the reconstructed examples whose spatial
                code is zero.
            w_average_decay: of the running mean of w, a step.
            noise: "random" in training; tests of equality use "fixed".
            augment: (images, seed, batch_size, first) to what the
                discriminator sees of them; None shows them as they are.
            accumulation: parts of a replica's batch that are seen one after
                the other; each moves the running means by its share.
        """
        self._networks = networks
        self._classify = classify
        self._perceptual_features = perceptual_features
        # The backbone's maps are there anyway.
        self._perceives_maps = (
            networks.backbone is not None
            and weights.perceptual_features == config_checks.PHOTOGRAPHS
        )
        self._marginal = marginal
        self._path_length_mean = path_length_mean
        self._weights = weights
        self._conditioning = conditioning
        self._condition_dropout = condition_dropout
        self._style_mixing = style_mixing
        self._style_exchange = style_exchange
        self._spatial_dropout = spatial_dropout
        self._w_average_decay = w_average_decay ** (1 / accumulation)
        self._path_length_decay = 0.99 ** (1 / accumulation)
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
        """Reconstruction loss of x' alone, which nobody judges.

        The classification loss waits as well: long before there is a picture
        it can be had for a blob of the right colour, which then stays.
        """
        terms, metrics, _ = self._reconstruct(batch)
        del terms["classification"]
        loss = self._weighted(terms)
        return phases.Outcome(loss, {**terms, **metrics, "loss": loss})

    def generator_encoded(self, batch: batch_lib.Batch) -> phases.Outcome:
        """Adversarial, reconstruction and classification loss of x'."""
        terms, metrics, made = self._reconstruct(batch)
        scores = self._score(batch, made.images, batch.p, _GENERATED, made.maps)
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
            seed=_noise_seed(batch),
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
        """Styles of which a share has a spatial code of zeros, [n, T].

        A spatial code alone is enough to reconstruct, and quickly learnt: the
        coordinates, which are what is searched, would never be used.
        """
        if not self._spatial_dropout or not self._spatial_size:
            return styles
        dropped = self._uniform(batch, _SPATIAL) < self._spatial_dropout
        return tf.where(
            dropped[:, None] & self._is_spatial(styles), 0.0, styles
        )

    def _is_spatial(self, styles: tf.Tensor) -> tf.Tensor:
        """Which of the T numbers are the spatial code, [1, T]."""
        first = styles.shape[-1] - self._spatial_size
        return (tf.range(styles.shape[-1]) >= first)[None, :]

    def generator_sampled(self, batch: batch_lib.Batch) -> phases.Outcome:
        """Adversarial loss of images drawn from z, or of exchanged styles."""
        styles = self._sampled_styles(batch)
        if self._style_exchange:
            exchanged = self._uniform(batch, _EXCHANGES) < self._style_exchange
            styles = tf.where(
                exchanged[:, None], self._exchanged_styles(batch), styles
            )
        fakes = self._networks.generator.synthesis(
            styles, noise=self._noise, seed=_noise_seed(batch)
        )
        logits, fake_p = None, batch.p
        if self._conditioning != "probabilities" or self._weights.remainder:
            logits = self._classify(fakes)[0]
        if self._conditioning != "probabilities":
            # The generator was not told p: judge what it drew by what the
            # classifier says of it, and not through the classifier.
            fake_p = tf.stop_gradient(tf.nn.softmax(logits))
        maps = self._networks.look(fakes)
        scores = self._score(batch, fakes, fake_p, _GENERATED, maps)
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
                exchanged & self._exchanges_remainder(batch),
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
            batch, batch.images, batch.p, _REAL, batch.maps
        )
        fake_scores = self._score(
            batch,
            tf.stop_gradient(fakes.images),
            fakes.p,
            _FAKE,
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
        """gamma / 2 times the squared gradient at real images.

        At the images themselves, through their augmentation; with a backbone
        at what the discriminator sees, since the backbone is no part of it.
        """
        if self._networks.backbone is None:
            penalty = regularizers.r1_penalty(
                lambda images: self._score(batch, images, batch.p, _R1),
                batch.images,
            )
        else:
            inputs = self._judged(batch, batch.images, _R1, batch.maps)
            penalty = regularizers.r1_penalty(
                lambda *inputs: self._networks.score(inputs, batch.p),
                *map(tf.stop_gradient, inputs),
            )
        return phases.Outcome(
            0.5 * self._weights.r1 * penalty, {"penalty": penalty}
        )

    def path_length(self, batch: batch_lib.Batch) -> phases.Outcome:
        """(length - mean)^2, for half of the batch, as StyleGAN2 has it."""
        # Every second example, so that the number of replicas changes nothing.
        w = self._networks.mapping(self._normal(batch, _Z, self._z_dim))[::2]
        condition = batch.condition[::2]
        h, width, c = batch.images.shape[1:]
        lengths = regularizers.path_lengths(
            lambda half: self._networks.generator(
                half, condition, noise=self._noise, seed=_noise_seed(batch)
            ),
            w,
            self._normal(batch, _PATH, h * width * c, (h, width, c))[::2],
        )
        mean = self._path_length_mean
        of_batch = tf.distribute.get_replica_context().all_reduce(
            tf.distribute.ReduceOp.MEAN,
            tf.stop_gradient(tf.reduce_mean(lengths)),
        )
        # The batch's own mean joins before the penalty, as in the paper.
        moved = mean + (1.0 - self._path_length_decay) * (of_batch - mean)
        mean.assign(moved)
        penalty = tf.square(lengths - moved)
        return phases.Outcome(
            self._weights.path_length * penalty, {"length": lengths}
        )

    @property
    def _spatial_size(self) -> int:
        return self._networks.generator.style_space.spatial_size

    @property
    def _z_dim(self) -> int:
        return self._networks.mapping.z_dim

    def _score(
        self,
        batch: batch_lib.Batch,
        images: tf.Tensor,
        p: tf.Tensor,
        use: int,
        maps: Sequence[tf.Tensor] | None = None,
    ) -> tf.Tensor:
        """Scores of images as the discriminator is shown them, [n]."""
        return self._networks.score(self._judged(batch, images, use, maps), p)

    def _judged(
        self,
        batch: batch_lib.Batch,
        images: tf.Tensor,
        use: int,
        maps: Sequence[tf.Tensor] | None,
    ) -> list[tf.Tensor]:
        """What the discriminator is shown of images, augmented."""
        if self._augment is not None:
            images = self._augment(
                images,
                seed=_seed(batch, use),
                batch_size=batch.total,
                first=batch.first,
            )
            maps = None
        return self._networks.judged(images, maps)

    def _condition(self, batch: batch_lib.Batch) -> tf.Tensor:
        """What the generator is told, [n, K]."""
        if self._conditioning != "dropout":
            return batch.p
        drawn = self._uniform(batch, _DROP)
        dropped = drawn < self._condition_dropout
        return tf.where(dropped[:, None], self._marginal[None, :], batch.p)

    def _sampled_styles(self, batch: batch_lib.Batch) -> tf.Tensor:
        """Styles of random latents, some of them mixed, [n, T]."""
        networks, condition = self._networks, batch.condition
        w = networks.mapping(self._normal(batch, _Z, self._z_dim))
        average = networks.mapping.w_average
        batch_mean = tf.stop_gradient(tf.reduce_mean(w, axis=0))
        average.assign(
            batch_mean + self._w_average_decay * (average - batch_mean)
        )
        styles = networks.generator.styles(w, condition)
        if not self._style_mixing:
            return styles
        other = networks.mapping(self._normal(batch, _MIX, self._z_dim))
        layers = sum(
            layer.searched for layer in networks.generator.style_space.layers
        )
        crossover = 1 + tf.cast(
            self._uniform(batch, _CROSSOVER) * (layers - 1), tf.int32
        )
        mixes = self._uniform(batch, _MIXES) < self._style_mixing
        return networks.generator.mix(
            styles,
            networks.generator.styles(other, condition),
            tf.where(mixes, crossover, layers),
        )

    def _exchanged_styles(self, batch: batch_lib.Batch) -> tf.Tensor:
        """Styles of real images, some taken from the neighbour, [n, T].

        Each coordinate by itself, and for each image a random share of them.
        If these are to look real, a coordinate must make sense whatever the
        others are: that is what an edit of the search asks of it. Differs
        from the paper; Hu et al. 2018 (https://arxiv.org/abs/1711.07410)
        disentangle parts of a code in this way.
        """
        networks = self._networks
        styles = networks.generator.styles(
            networks.encode(batch.images, batch.maps), batch.condition
        )
        # In pairs, so that the number of replicas changes nothing.
        pairs = tf.reshape(styles, [-1, 2, styles.shape[-1]])
        neighbours = tf.reshape(tf.reverse(pairs, [1]), tf.shape(styles))
        drawn = tf.random.stateless_uniform(
            [batch.total, styles.shape[-1]], _seed(batch, _EXCHANGED)
        )
        share = self._uniform(batch, _EXCHANGE_SHARE)[:, None]
        taken = _of_this_part(batch, drawn) < share
        if self._spatial_size:
            # As a whole, or not: single numbers of a map are no picture.
            whole = _of_this_part(batch, drawn)[:, -1:] < share
            taken = tf.where(self._is_spatial(styles), whole, taken)
        if self._weights.remainder:
            searched = networks.generator.style_space.size
            remainder = tf.range(styles.shape[-1]) >= searched
            whole = self._exchanges_remainder(batch)
            taken = tf.where(whole[:, None], remainder[None, :], taken)
        return tf.where(taken, neighbours, styles)

    def _exchanges_remainder(self, batch: batch_lib.Batch) -> tf.Tensor:
        """Whether an exchange takes the neighbour's whole remainder, [n]."""
        return self._uniform(batch, _REMAINDERS) < 0.5

    def _normal(
        self,
        batch: batch_lib.Batch,
        use: int,
        width: int,
        shape: tuple[int, ...] | None = None,
    ) -> tf.Tensor:
        """Standard normal of this part's examples, [n, *shape].

        Drawn for the whole batch and then sliced, so that the number of
        replicas and of parts changes nothing.
        """
        drawn = tf.random.stateless_normal(
            [batch.total, width], _seed(batch, use)
        )
        return tf.reshape(
            _of_this_part(batch, drawn), [-1, *(shape or (width,))]
        )

    def _uniform(self, batch: batch_lib.Batch, use: int) -> tf.Tensor:
        """Uniform in [0, 1) of this part's examples, [n]."""
        drawn = tf.random.stateless_uniform([batch.total], _seed(batch, use))
        return _of_this_part(batch, drawn)


def _seed(batch: batch_lib.Batch, use: int) -> tf.Tensor:
    return batch.seed + tf.constant([use << 20, 0], batch.seed.dtype)


def _noise_seed(batch: batch_lib.Batch) -> tf.Tensor:
    """Each part draws noise of its own: for all it would be too much."""
    return tf.random.fold_in(_seed(batch, _NOISE), batch.part)


def _of_this_part(batch: batch_lib.Batch, drawn: tf.Tensor) -> tf.Tensor:
    return drawn[batch.first : batch.first + batch.count]
