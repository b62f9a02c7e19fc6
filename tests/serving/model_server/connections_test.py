"""Tests of serving.model_server.connections: who makes room for whom."""

import asyncio
import unittest
from unittest import mock

from absl.testing import absltest

from serving.model_server import connections


class _Transport(asyncio.Transport):
    """A connection to a client that reads, or does not."""

    def __init__(self, *, reads: bool = True):
        super().__init__()
        self.sent = b""
        self.ended: list[str] = []
        self._reads = reads

    def write(self, data):
        self.sent += bytes(data)

    def get_write_buffer_size(self):
        return 0 if self._reads else len(self.sent)

    def close(self):
        self.ended.append("closed")

    def abort(self):
        self.ended.append("aborted")


class ConnectionsTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        super().setUp()
        self.connections = connections.Connections(3, head_seconds=3600)

    def connect(self, **kwargs):
        """Opens a connection; returns it, and what would work for it."""
        transport, inner = _Transport(**kwargs), mock.Mock()
        self.connections.guard(inner).connection_made(transport)
        return transport, inner

    def work(self, transport):
        self.connections.head_arrived(transport)
        self.connections.body_arrived(transport)

    async def test_the_first_that_is_silent_gives_way_however_new_it_is(self):
        silent = [self.connect()[0] for _ in range(3)]

        new, inner = self.connect()
        inner.connection_made.assert_called_once_with(new)
        self.assertIn(b" 503 ", silent[0].sent)
        self.assertEqual(
            [s.ended for s in [*silent, new]], [["closed"], [], [], []]
        )
        self.connect()
        self.assertEqual(silent[1].ended, ["closed"])

    async def test_a_crowd_of_any_size_keeps_the_last_one_in(self):
        crowd = [self.connect()[0] for _ in range(100)]

        self.assertEqual([bool(c.ended) for c in crowd], 97 * [True] + 3 * [0])

    async def test_who_is_worked_for_never_gives_way(self):
        working = [self.connect()[0] for _ in range(2)]
        for transport in working:
            self.work(transport)
        for _ in range(5):
            self.connect()
        self.assertEqual([w.ended for w in working], [[], []])

        third = self.connect()[0]
        self.work(third)
        refused, inner = self.connect()
        self.assertIn(b" 503 ", refused.sent)
        inner.connection_made.assert_not_called()
        self.assertEqual([w.ended for w in [*working, third]], [[], [], []])

    async def test_who_is_answered_waits_again_behind_the_others(self):
        first, second, _ = [self.connect()[0] for _ in range(3)]
        self.work(first)
        self.connections.answered(first)

        self.connect()

        self.assertEqual([first.ended, second.ended], [[], ["closed"]])

    async def test_who_does_not_read_is_not_waited_for(self):
        deaf = self.connect(reads=False)[0]
        for _ in range(3):
            self.connect()

        self.assertEqual(deaf.ended, ["closed", "aborted"])


if __name__ == "__main__":
    absltest.main()
