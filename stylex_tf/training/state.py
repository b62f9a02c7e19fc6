"""Holds everything that a resumed run needs, in one object."""

from typing import Any

import tensorflow as tf

from stylex_tf.training import adam, augmentation_strength, layout
from stylex_tf.training import networks as networks_lib

TRAINED = ("generator", "encoder", "discriminator")


class TrainState(tf.Module):
    """Networks, their averages, optimizers and counters.

    No random generator and no data iterator: seeds and batches are functions
    of the experiment's seed and the step.

    Attributes:
        networks: what is trained.
        averages: the same without the discriminator, averaged over time; what
            is shown, searched and exported.
        optimizers: one for each name in TRAINED.
        step: training steps done, int64.
        path_length_mean: running mean of the path lengths, float32.
        augmentation: how the discriminator's images are augmented; None is not
            at all, and then a checkpoint holds nothing of it.
    """

    def __init__(
        self,
        *,
        networks: networks_lib.Networks,
        averages: networks_lib.Networks,
        optimizers: dict[str, adam.Adam],
        augmentation: augmentation_strength.AugmentationStrength | None = None,
    ):
        super().__init__(name="train_state")
        self.networks = networks
        self.averages = averages
        self.optimizers = optimizers
        self.augmentation = augmentation
        for name, optimizer in optimizers.items():
            # Slots must exist before a restore, or they come back empty.
            optimizer.build(self._trained_by(name))
        for average, value in zip(
            averages.averaged, networks.averaged, strict=True
        ):
            average.assign(value)
        self.step = tf.Variable(
            0,
            dtype=tf.int64,
            trainable=False,
            name="step",
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )
        # Assigned in replica context; replicas agree on the mean.
        self.path_length_mean = tf.Variable(
            0.0,
            trainable=False,
            name="path_length_mean",
            aggregation=tf.VariableAggregation.MEAN,
        )

    def named(self) -> dict[str, Any]:
        """Returns every number of the state, nested by names of ours."""
        state: dict[str, Any] = {
            "networks": layout.named(self.networks.parts),
            "averages": layout.named(self.averages.parts),
            "optimizers": {
                name: optimizer.named()
                for name, optimizer in self.optimizers.items()
            },
            "step": self.step,
            "path_length_mean": self.path_length_mean,
        }
        if self.augmentation is not None:
            state["augmentation"] = self.augmentation.named()
        return state

    def checkpoint(self) -> tf.train.Checkpoint:
        """Returns what saves and restores the state whole."""
        return tf.train.Checkpoint(state=self.named())

    @property
    def variables(self) -> list[tf.Variable]:
        """Returns every variable of the state.

        Not those that tf.Module finds: it does not look into Keras 3's layers.
        """
        return [variable for _, variable in layout.flat(self.named())]

    def _trained_by(self, optimizer: str) -> dict[str, tf.Variable]:
        names = {
            id(variable): name
            for name, variable in layout.flat(layout.named(self.networks.parts))
        }
        return {
            names[id(variable)]: variable
            for variable in self.networks.trained_by(optimizer)
        }
