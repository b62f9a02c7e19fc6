"""The explorer's command, and how it waits for a server."""

import contextlib
import io
import tempfile

from absl.testing import absltest

from serving import explorer
from stylex_tf import errors
from stylex_tf.api import connection as connections


class _Starting:
    """A model that answers after so many questions."""

    server = "localhost:1"
    wanted = connections.Model(name="stylex")

    def __init__(self, code, failures):
        self._code, self._left = code, failures

    @property
    def description(self):
        if self._left:
            self._left -= 1
            raise errors.ServerError(self._code, "loading")
        return "known"


class ExplorerTest(absltest.TestCase):
    def _run(self, *words: str) -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            code = explorer.main(words)
        return code, said.getvalue()

    def _wait(self, code, failures, seconds=10.0):
        """What is said, and the seconds that pass."""
        now = [0.0]

        def sleep(pause):
            now[0] += pause

        with contextlib.redirect_stderr(io.StringIO()) as said:
            explorer.wait(
                _Starting(code, failures),
                seconds=seconds,
                clock=lambda: now[0],
                sleep=sleep,
            )
        return said.getvalue(), now[0]

    def test_waits_for_a_model_that_is_loading_and_says_so_once(self):
        for code in ("UNAVAILABLE", "NOT_FOUND"):
            said, seconds = self._wait(code, 3)

            self.assertEqual(seconds, 3.0)
            self.assertEqual(said.count("\n"), 1)
            self.assertIn("waiting for stylex at localhost:1", said)

    def test_a_model_that_is_there_is_not_waited_for(self):
        self.assertEqual(self._wait("UNAVAILABLE", 0), ("", 0.0))

    def test_waits_no_longer_than_it_is_told_and_for_nothing_else(self):
        for code, seconds in (("UNAVAILABLE", 2.0), ("INTERNAL", 9.0)):
            with self.assertRaises(errors.ServerError):
                self._wait(code, 99, seconds)

    def test_a_server_that_is_not_there_is_one_line(self):
        code, said = self._run(
            "--server=localhost:1", "--attempts=1", "--wait_seconds=0"
        )

        self.assertEqual(code, 1)
        self.assertRegex(said, "^error: .*UNAVAILABLE.*\n$")

    def test_a_folder_without_images_is_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            code, said = self._run(f"--examples={folder}")

        self.assertEqual(code, 1)
        self.assertRegex(said, "^error: --examples: .* without images\n$")


if __name__ == "__main__":
    absltest.main()
