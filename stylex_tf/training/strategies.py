"""Spreads a training over devices and machines, with tf.distribute."""

import pathlib
import time

import tensorflow as tf

from stylex_tf import config, errors
from stylex_tf.training import devices, strategy_kind


def make(training: config.TrainingConfig) -> tf.distribute.Strategy:
    """Returns the strategy that the config names.

    Call it before anything else of TensorFlow: collective operations, and
    determinism, are set up before the first operation.
    """
    if training.deterministic:
        tf.config.experimental.enable_op_determinism()
    devices.keep_order()
    devices.grow_memory()
    if training.strategy == strategy_kind.Strategy.MIRRORED:
        return tf.distribute.MirroredStrategy()
    if training.strategy == strategy_kind.Strategy.MULTI_WORKER_MIRRORED:
        return tf.distribute.MultiWorkerMirroredStrategy()
    if training.strategy == strategy_kind.Strategy.TPU:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(
            training.tpu
        )
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
        return tf.distribute.TPUStrategy(resolver)
    device = "GPU:0" if tf.config.list_physical_devices("GPU") else "CPU:0"
    return tf.distribute.OneDeviceStrategy(device)


def check_batch(training: config.TrainingConfig, replicas: int) -> None:
    """Raises ConfigError where replicas cannot share a batch equally."""
    parts = replicas * training.accumulation
    if training.batch_size % parts:
        raise errors.ConfigError(
            f"training.batch_size is {training.batch_size}; expected a "
            f"multiple of {parts}: {replicas} replicas with "
            f"training.accumulation {training.accumulation}"
        )


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Returns whether this process is the one that writes the run folder."""
    resolver = strategy.cluster_resolver
    if resolver is None or resolver.task_type is None:
        return True
    if resolver.task_type == "worker":
        has_chief = "chief" in resolver.cluster_spec().as_dict()
        return resolver.task_id == 0 and not has_chief
    return True


def wait_for(path: pathlib.Path, *, seconds: float = 3600.0) -> None:
    """Waits for a file that the chief writes into the shared run folder."""
    end = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > end:
            raise errors.RunFolderError(
                f"no {path} after {seconds:.0f} s; expected it from the chief: "
                "all workers need one shared --run_dir"
            )
        time.sleep(1.0)
