import pathlib

import numpy as np
from absl.testing import absltest

from benchmarks.serving import child_server, sample_requests, version_swap
from tests.serving.model_server import tiny_models


class VersionSwapTest(absltest.TestCase):
    """With a server in a process of its own, as the benchmark has it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base_path = pathlib.Path(cls.create_tempdir(cls()).full_path, "all")
        cls.base_path.mkdir()
        tiny_models.save(cls.base_path, 1)
        cls.server = cls.enterClassContext(
            child_server.ChildServer(cls.base_path)
        )

    def run_swap(self, count, **inputs):
        request = sample_requests.Request("serving_default", inputs)
        return version_swap.run(
            self.server,
            self.base_path,
            request,
            clients=2,
            count=count,
            swaps=1,
        )

    def test_every_request_is_counted_once(self):
        before = self.server.answered().get("OK", 0)

        swapped = self.run_swap(50, x=np.ones([1, 2], np.float32))

        # Both versions have answered.
        self.assertLen(swapped.answers, 2)
        count = sum(swapped.answers.values())
        self.assertGreaterEqual(count, 50)
        self.assertEmpty(swapped.failures)
        self.assertEqual(self.server.answered()["OK"] - before, count)
        self.assertGreater(self.server.resident_bytes(), 2**20)
        self.server.wait_until_idle()

    def test_failures_are_counted_by_their_code(self):
        swapped = self.run_swap(10, x=np.ones([1, 3], np.float32))

        self.assertEqual(set(swapped.failures), {"INVALID_ARGUMENT"})
        self.assertGreaterEqual(swapped.failures["INVALID_ARGUMENT"], 10)
        self.assertEmpty(swapped.answers)


if __name__ == "__main__":
    absltest.main()
