"""Two worker processes on loopback train what one process trains."""

import json
import pathlib
import random
import socket

import numpy as np
import tensorflow as tf
from absl.testing import absltest

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
        addresses = [f"127.0.0.1:{port}" for port in _free_ports(_WORKERS)]
        workers = []
        for index in range(_WORKERS):
            cluster = {
                "cluster": {"worker": addresses},
                "task": {"type": "worker", "index": index},
            }
            workers.append(
                processes.Process(
                    self,
                    one_worker,
                    [folder / "data", folder / f"{index}.npz"],
                    {"TF_CONFIG": json.dumps(cluster)},
                )
            )
        expected = one_worker.train(
            tf.distribute.get_strategy(), folder / "data"
        )
        replicas = processes.wait_all(workers)
        self.assertEqual(replicas, [f"{_WORKERS}\n"] * _WORKERS)
        for index in range(_WORKERS):
            with np.load(folder / f"{index}.npz") as found:
                self.assertEqual(set(found), set(expected))
                for name, value in expected.items():
                    np.testing.assert_allclose(
                        found[name], value, rtol=1e-4, atol=1e-5, err_msg=name
                    )


if __name__ == "__main__":
    absltest.main()
