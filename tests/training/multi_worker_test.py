"""Two worker processes on loopback train what one process trains."""

import json
import pathlib
import random
import socket

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.training import checkpoints
from tests.testing import processes, tiny_experiment
from tests.training import one_worker

_WORKERS = 2


def setUpModule():
    # The one process that the workers are compared with runs eagerly, which
    # takes less time than tracing.
    tf.config.run_functions_eagerly(True)


def _free_ports(count: int) -> list[int]:
    """Ports that nothing uses, below those that the kernel hands out."""
    random_ports = random.SystemRandom().sample(range(20_000, 32_000), 200)
    free = []
    for port in random_ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                free.append(port)
        if len(free) == count:
            return free
    raise AssertionError("no free ports")


class MultiWorkerTest(absltest.TestCase):
    def test_two_workers_and_one_give_the_same_weights(self):
        """As two replicas of one process do, with a reader for each worker.

        What is left out of the comparison: see step_test.
        """
        folder = pathlib.Path(self.create_tempdir())
        tiny_experiment.write_data(folder / "data")
        workers = self._start(folder)
        alone = one_worker.train(tf.distribute.get_strategy(), folder / "data")
        expected = tiny_experiment.values(alone)
        replicas = processes.wait_all(workers)
        self.assertEqual(replicas, [f"{_WORKERS}\n"] * _WORKERS)
        chief, other = (
            dict(np.load(folder / f"{index}.npz")) for index in range(_WORKERS)
        )
        self.assertEqual(set(chief), set(expected))
        for name, value in expected.items():
            np.testing.assert_array_equal(chief[name], other[name])
            np.testing.assert_allclose(
                chief[name], value, rtol=1e-4, atol=1e-5, err_msg=name
            )

        # What the chief saved alone, one process goes on from.
        saved = checkpoints.Checkpoints(
            alone, folder / "checkpoints", every=one_worker.STEPS
        )
        self.assertEqual(saved.restore(), one_worker.STEPS)
        for name, value in tiny_experiment.values(alone).items():
            np.testing.assert_array_equal(chief[name], value)

    def _start(self, folder: pathlib.Path) -> list[processes.Process]:
        """Starts the workers; the first one saves a checkpoint."""
        addresses = [f"127.0.0.1:{port}" for port in _free_ports(_WORKERS)]
        workers = []
        for index in range(_WORKERS):
            arguments = [folder / "data", folder / f"{index}.npz"]
            if index == 0:
                arguments.append(folder / "checkpoints")
            cluster = {
                "cluster": {"worker": addresses},
                "task": {"type": "worker", "index": index},
            }
            workers.append(
                processes.Process(
                    self,
                    one_worker,
                    arguments,
                    {"TF_CONFIG": json.dumps(cluster)},
                )
            )
        return workers


if __name__ == "__main__":
    absltest.main()
