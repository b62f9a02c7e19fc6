"""Names the devices that a training is spread over."""

from stylex_tf import choice


class Strategy(choice.Choice):
    """Which strategy of tf.distribute it is, see `strategies.make`."""

    ONE_DEVICE = "one_device"
    MIRRORED = "mirrored"
    MULTI_WORKER_MIRRORED = "multi_worker_mirrored"
    TPU = "tpu"
