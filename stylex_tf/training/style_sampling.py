"""Makes the styles of images that no real image asked for."""

import tensorflow as tf

from stylex_tf.training import batch as batch_lib
from stylex_tf.training import draws
from stylex_tf.training import networks as networks_lib


class StyleSampling:
    """Draws styles from random latents, or exchanges those of real images."""

    def __init__(
        self,
        networks: networks_lib.Networks,
        *,
        mixing: float,
        w_average_decay: float,
        exchange_remainders: bool,
    ):
        """Binds the sampling to networks.

        Args:
            networks: whose mapping, encoder and generator make the styles.
            mixing: share of sampled examples made of two latents.
            w_average_decay: how slowly the running mean of w moves, each time
                that styles are drawn.
            exchange_remainders: let half of the exchanges take the whole
                remainder, which the search leaves alone, and nothing else.
        """
        self._networks = networks
        self._mixing = mixing
        self._w_average_decay = w_average_decay
        self._exchange_remainders = exchange_remainders

    @property
    def z_dim(self) -> int:
        """Returns the number of entries of a latent."""
        return self._networks.mapping.z_dim

    def drawn(self, batch: batch_lib.Batch) -> tf.Tensor:
        """Returns styles of random latents, some of them mixed, [n, T]."""
        networks, condition = self._networks, batch.condition
        w = networks.mapping(draws.normal(batch, draws.Use.Z, self.z_dim))
        average = networks.mapping.w_average
        batch_mean = tf.stop_gradient(tf.reduce_mean(w, axis=0))
        average.assign(
            batch_mean + self._w_average_decay * (average - batch_mean)
        )
        styles = networks.generator.styles(w, condition)
        if not self._mixing:
            return styles
        other = networks.mapping(draws.normal(batch, draws.Use.MIX, self.z_dim))
        layers = sum(
            layer.searched for layer in networks.generator.style_space.layers
        )
        crossover = 1 + tf.cast(
            draws.uniform(batch, draws.Use.CROSSOVER) * (layers - 1), tf.int32
        )
        mixes = draws.uniform(batch, draws.Use.MIXES) < self._mixing
        return networks.generator.mix(
            styles,
            networks.generator.styles(other, condition),
            tf.where(mixes, crossover, layers),
        )

    def exchanged(self, batch: batch_lib.Batch) -> tf.Tensor:
        """Returns styles of real images, some taken from the neighbour, [n, T].

        Each coordinate is exchanged by itself, and for each image a random
        share of them. If these are to look real, a coordinate must make sense
        whatever the others are: that is what an edit of the search asks of
        it. Differs from the paper; Hu et al. 2018
        (https://arxiv.org/abs/1711.07410) disentangle parts of a code so.
        """
        spatial = self._networks.generator.style_space.spatial_size
        networks = self._networks
        styles = networks.generator.styles(
            networks.encode(batch.images, batch.maps), batch.condition
        )
        # In pairs, so that the number of replicas changes nothing.
        pairs = tf.reshape(styles, [-1, 2, styles.shape[-1]])
        neighbours = tf.reshape(tf.reverse(pairs, [1]), tf.shape(styles))
        drawn = draws.uniform_rows(batch, draws.Use.EXCHANGED, styles.shape[-1])
        share = draws.uniform(batch, draws.Use.EXCHANGE_SHARE)[:, None]
        taken = drawn < share
        if spatial:
            # As a whole, or not: single numbers of a map are no picture.
            whole = drawn[:, -1:] < share
            taken = tf.where(is_spatial(styles, spatial), whole, taken)
        if self._exchange_remainders:
            searched = networks.generator.style_space.size
            remainder = tf.range(styles.shape[-1]) >= searched
            whole = self.exchanges_remainder(batch)
            taken = tf.where(whole[:, None], remainder[None, :], taken)
        return tf.where(taken, neighbours, styles)

    def exchanges_remainder(self, batch: batch_lib.Batch) -> tf.Tensor:
        """Says which exchanges take the neighbour's whole remainder, [n]."""
        return draws.uniform(batch, draws.Use.REMAINDERS) < 0.5


def is_spatial(styles: tf.Tensor, size: int) -> tf.Tensor:
    """Says which of the T numbers are the spatial code, the last; [1, T]."""
    return (tf.range(styles.shape[-1]) >= styles.shape[-1] - size)[None, :]
