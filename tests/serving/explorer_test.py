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

    def test_flags_out_of_bounds_are_refused_before_anything_starts(self):
        for word, expected in (
            ("--port=99999", "is '99999'; expected a whole number, 1 to 65535"),
            ("--port=0", "is '0'; expected a whole number, 1 to 65535"),
            ("--port=http", "is 'http'; expected a whole number, 1 to 65535"),
            ("--most_knobs=0", "is '0'; expected a whole number, 1 or more"),
            ("--server=here:99999", "is 'here:99999'; expected HOST:PORT, a"),
        ):
            said = io.StringIO()
            with (
                self.subTest(word),
                contextlib.redirect_stderr(said),
                self.assertRaises(SystemExit) as caught,
            ):
                explorer.main([word])

            self.assertEqual(caught.exception.code, 2)
            self.assertIn(f"argument {word.partition('=')[0]}", said.getvalue())
            self.assertIn(expected, said.getvalue())

    def test_a_folder_that_is_not_there_is_one_line(self):
        code, said = self._run("--examples=/nowhere/at/all")

        self.assertEqual(code, 1)
        self.assertEqual(
            said,
            "error: --examples: /nowhere/at/all: no such folder; expected a "
            "folder of images\n",
        )

    def test_a_folder_without_images_is_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            code, said = self._run(f"--examples={folder}")

        self.assertEqual(code, 1)
        self.assertRegex(said, "^error: --examples: .* without images\n$")


if __name__ == "__main__":
    absltest.main()
