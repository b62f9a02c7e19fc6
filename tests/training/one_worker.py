"""A process of multi_worker_test: three steps of one worker.

    one_worker.py DATA OUTPUT.npz

TF_CONFIG names the cluster and the worker; without it the worker is alone.
"""

import pathlib
import sys

import numpy as np
import tensorflow as tf

from stylex_tf.data import tfrecords
from tests.testing import tiny_experiment

STEPS = 3


def train(
    strategy: tf.distribute.Strategy, data: pathlib.Path
) -> dict[str, np.ndarray]:
    """Returns the state after some steps, by name."""
    training = tiny_experiment.training(strategy)
    dataset = tfrecords.Dataset(data)

    def batches(context: tf.distribute.InputContext) -> tf.data.Dataset:
        readers = context.num_input_pipelines
        return dataset.batches(
            "train",
            batch_size=tiny_experiment.BATCH_SIZE // readers,
            seed=3,
            shard=(context.input_pipeline_id, readers),
        )

    batches = iter(strategy.distribute_datasets_from_function(batches))
    for step in range(STEPS):
        training.step(step, next(batches)["image"])
    return tiny_experiment.values(training.state)


def main(data: str, output: str) -> None:
    """Trains one worker of a cluster."""
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    print(strategy.num_replicas_in_sync)
    np.savez(output, **train(strategy, pathlib.Path(data)))


if __name__ == "__main__":
    main(*sys.argv[1:])
