"""A process of multi_worker_test: three steps of one worker.

    one_worker.py DATA OUTPUT.npz [CHECKPOINTS]

TF_CONFIG names the cluster and the worker. The worker that is given a folder
for checkpoints saves one alone, as the chief of a run does.
"""

import pathlib
import sys

import numpy as np
import tensorflow as tf

from stylex_tf.data.records import tfrecords
from stylex_tf.training import checkpoints, state
from tests.testing import tiny_experiment

STEPS = 3


def train(
    strategy: tf.distribute.Strategy, data: pathlib.Path
) -> state.TrainState:
    """Returns the state after some steps."""
    training = tiny_experiment.training(strategy)
    dataset = tfrecords.Dataset(data)

    def read(context: tf.distribute.InputContext) -> tf.data.Dataset:
        readers = context.num_input_pipelines
        return dataset.batches(
            "train",
            batch_size=tiny_experiment.BATCH_SIZE // readers,
            seed=3,
            shard=(context.input_pipeline_id, readers),
        )

    batches = iter(strategy.distribute_datasets_from_function(read))
    for step in range(STEPS):
        training.step(step, next(batches)["image"])
    return training.state


def main(data: str, output: str, *directory: str) -> None:
    """Trains one worker of a cluster."""
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    trained = train(strategy, pathlib.Path(data))
    if directory:
        save = checkpoints.Checkpoints(
            trained, pathlib.Path(directory[0]), every=STEPS
        )
        save(STEPS, {}, last=True)
    np.savez(output, **tiny_experiment.values(trained))
    print(strategy.num_replicas_in_sync)


if __name__ == "__main__":
    main(*sys.argv[1:])
