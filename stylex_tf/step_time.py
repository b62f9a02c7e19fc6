"""Says about how long a training would take here, from a short trial.

The trial computes and derives each network once on a few images, as the larger
half of a training step does; it is a matter of seconds, where the step itself
takes a minute to prepare.
"""

import time
from collections.abc import Callable

import tensorflow as tf

from stylex_tf import config
from stylex_tf.training import networks

# A step's time in that of the trial, an image: the discriminator is trained
# beside, and regularised now and then. With `quickstart` on two busy cores, a
# step took 0.51 s, weighted by how often each kind of step comes, and the
# fastest of four trials 0.32 s.
_STEP = 1.6
IMAGES = 4
"""How many images the trial has, at most."""

_ROUNDS = 2


def seconds(
    settings: config.ExperimentConfig,
    made: networks.Networks,
    num_classes: int,
    classify: Callable[[tf.Tensor], tf.Tensor] | None = None,
) -> float:
    """Estimates the seconds that training takes, without all else of a run.

    Args:
        settings: the config.
        made: networks of that config, with a discriminator.
        num_classes: K, the number of classes.
        classify: images [N, R, R, 3] to logits; None leaves it out.

    Returns:
        Seconds, from the fastest of a few rounds.
    """
    batch = settings.training.batch_size
    count = min(batch, IMAGES)
    size = settings.model.resolution
    images = tf.zeros([count, size, size, 3])
    variables = [
        variable
        for network in (made.mapping, made.generator, made.encoder)
        for variable in network.trainable_variables
    ]
    condition = tf.fill([count, num_classes], 1.0 / num_classes)

    @tf.function(autograph=False)
    def trial() -> tf.Tensor:
        with tf.GradientTape() as tape:
            drawn = made.generator(made.encode(images), condition)
            loss = tf.reduce_sum(made.score(made.judged(drawn), condition))
            if classify is not None:
                loss += tf.reduce_sum(classify(drawn))
        gradients = tape.gradient(loss, variables)
        return tf.add_n(
            [
                tf.reduce_sum(gradient)
                for gradient in gradients
                if gradient is not None
            ]
        )

    trial()
    fastest = min(_timed(trial) for _ in range(_ROUNDS))
    return _STEP * fastest / count * batch * settings.total_steps


def _timed(run: Callable[[], tf.Tensor]) -> float:
    start = time.perf_counter()
    run().numpy()
    return time.perf_counter() - start
