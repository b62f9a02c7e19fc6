"""Adapts how strongly the discriminator's images are augmented."""

import tensorflow as tf

from stylex_tf import config
from stylex_tf.training import augmentation_kind

# Steps over which the signs are averaged, and after which strength moves.
_EVERY = 4


class AugmentationStrength(tf.Module):
    """A probability that follows how sure the discriminator is of real images.

    r = mean of sign(D(real)) over four steps, as the discriminator sees the
    images, augmented. If it is above the target, the discriminator knows the
    images by heart: the probability grows; below, it shrinks. Karras et al.
    2020 (https://arxiv.org/abs/2006.06676), section 3.

    Attributes:
        value: the probability, 0 to MAX_AUGMENTATION, float32.
        sign_sum: the sum of signs over the steps since it last moved, float32.
    """

    def __init__(self, first: float, *, target: float, change: float):
        """Makes the variables.

        Args:
            first: the probability to begin with.
            target: the value of r to aim at.
            change: how far the probability moves in a step: the batch size by
                the images that it takes from 0 to 1. 0 keeps it as it is.
        """
        super().__init__(name="augmentation_strength")
        self._target = target
        self._change = change
        self.value = _variable(first, "value")
        self.sign_sum = _variable(0.0, "sign_sum")

    def named(self) -> dict[str, tf.Variable]:
        """Returns the variables by name, for a checkpoint."""
        return {"value": self.value, "sign_sum": self.sign_sum}

    def adapt(self, step: tf.Tensor, real_sign: tf.Tensor) -> None:
        """Takes the mean sign of one step, in cross-replica context.

        Args:
            step: steps done, with this one.
            real_sign: mean of sign(D(real)) over all replicas.
        """
        total = self.sign_sum + real_sign
        due = step % _EVERY == 0
        direction = tf.sign(total / _EVERY - self._target)
        moved = self.value + _EVERY * self._change * direction
        moved = tf.clip_by_value(moved, 0.0, augmentation_kind.MAX_AUGMENTATION)
        self.value.assign(tf.where(due, moved, self.value))
        self.sign_sum.assign(tf.where(due, 0.0, total))


def of(training: config.TrainingConfig) -> AugmentationStrength | None:
    """Returns the strength that a config asks for; None of no augmentation."""
    if training.augmentation == augmentation_kind.Augmentation.OFF:
        return None
    adaptive = training.augmentation == augmentation_kind.Augmentation.ADAPTIVE
    speed = training.batch_size / training.augmentation_images
    return AugmentationStrength(
        training.augmentation_strength,
        target=training.augmentation_target,
        change=speed if adaptive else 0.0,
    )


def _variable(value: float, name: str) -> tf.Variable:
    return tf.Variable(
        value,
        dtype=tf.float32,
        trainable=False,
        name=name,
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
    )
