"""Sets up the accelerators, and brings them what they train on."""

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


def keep_order() -> None:
    """Keeps every read and write of a variable in the order of the program.

    Call it before the first step is compiled. TensorFlow's dependency
    optimization first drops what orders two operations where another way
    through the graph orders them as well, and later removes that way where its
    result is a constant. So it did with Adam's moments and R1, which has no
    gradient for some biases: whether such a bias moved depended on which thread
    came first. A step takes as long without it.
    """
    tf.config.optimizer.set_experimental_options(
        {"dependency_optimization": False}
    )


def read_ahead() -> tf.distribute.InputOptions:
    """Returns how batches come to a device: before they are asked for.

    Two wait in the memory of each, so that a step waits neither for its images
    to be read nor for their way from the host.
    """
    return tf.distribute.InputOptions(
        experimental_fetch_to_device=True,
        experimental_per_replica_buffer_size=2,
    )
