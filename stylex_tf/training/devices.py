"""Sets up the accelerators before the first operation."""

import tensorflow as tf


def grow_memory() -> list[str]:
    """Lets TensorFlow take a GPU's memory as it needs it, not all at once.

    So a notebook beside a training, or two trainings, find room.

    Returns:
        Names of the GPUs for which that holds. One that is in use by this
        process already stays as it is.
    """
    growing = []
    for gpu in tf.config.list_physical_devices("GPU"):
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:
            continue
        growing.append(gpu.name)
    return growing
