"""The explorer, in a real browser, over a real server."""

import contextlib
import io
import pathlib
import tempfile
import threading
import time
import urllib.parse
from unittest import mock

import numpy as np
from absl.testing import absltest
from PIL import Image
from playwright import sync_api

from serving import exploration, explorer, explorer_page
from serving.stylex_client import client as clients
from serving.stylex_client import connection as connections
from tests.serving import running_stylex, tiny_stylex
from tests.testing import browser

_LONG = 120.0
_MILLISECONDS = 1000 * _LONG
_KNOBS = 2


def _pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


class ExplorerTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        root = pathlib.Path(folder.name)
        (root / "base").mkdir()
        port, _ = running_stylex.start(cls, root / "base")
        cls.server = f"localhost:{port}"
        cls.files = tiny_stylex.write_images(root)

    def _connect(self) -> clients.StylexClient:
        client = clients.StylexClient.connect(
            connections.Connection(server=self.server, timeout_seconds=_LONG),
            connections.Model(name=tiny_stylex.NAME),
        )
        self.addCleanup(client.close)
        return client

    def _launch(self, shown: exploration.Exploration) -> str:
        """The page's address."""
        page = explorer_page.build(
            shown,
            self.files[:1],
            most_knobs=_KNOBS,
        )
        _, address, _ = page.launch(
            prevent_thread_lock=True,
            theme=explorer_page.THEME,
            css=explorer_page.CSS,
            quiet=True,
        )
        self.addCleanup(page.close)
        return address

    def test_an_image_its_knobs_and_a_turn(self):
        shown = exploration.Exploration(self._connect())
        # An answer to the knobs in the middle could come after the visitor's
        # first turn and replace it.
        turn = self.enter_context(
            mock.patch.object(shown, "turn", wraps=shown.turn)
        )
        address = self._launch(shown)
        content = self.files[0].read_bytes()
        asked = exploration.Exploration(self._connect())
        knobs = asked.find(content, top_k=_KNOBS)
        fetched = []
        with browser.opened() as context:
            page = context.new_page()
            page.set_default_timeout(_MILLISECONDS)
            page.on("request", lambda request: fetched.append(request.url))
            page.goto(address)
            page.locator("#image input[type=file]").set_input_files(
                self.files[0]
            )
            self._wait_for(page, asked.reconstruct(content))
            page.get_by_role("button", name="Find its attributes").click()
            knob = page.locator("#knob-1 input[type=range]")
            knob.wait_for()
            self.assertEqual(knob.input_value(), "0")
            self.assertIn(knobs[0].caption, page.inner_text("#knob-1"))

            knob.focus()
            page.keyboard.press("End")

            positions = [1.0] + [0.0] * (len(knobs) - 1)
            self._wait_for(page, asked.turn(content, knobs, positions))
            turn.assert_called_once()

            page.get_by_role("button", name="Knobs to the middle").click()

            self._wait_for(page, asked.reconstruct(content))
            self.assertEqual(knob.input_value(), "0")
            turn.assert_called_once()
        hosts = {urllib.parse.urlsplit(url).hostname for url in fetched}
        self.assertLessEqual(hosts, {"127.0.0.1", "localhost", None})

    def test_a_late_answer_to_a_turn_changes_nothing(self):
        shown = exploration.Exploration(self._connect())
        original, answered = shown.turn, threading.Event()

        def slow_turn(*given):
            time.sleep(2.0)
            answered.set()
            return original(*given)

        self.enter_context(mock.patch.object(shown, "turn", slow_turn))
        address = self._launch(shown)
        start = exploration.Exploration(self._connect()).reconstruct(
            self.files[0].read_bytes()
        )
        with browser.opened() as context:
            page = context.new_page()
            page.set_default_timeout(_MILLISECONDS)
            page.goto(address)
            page.locator("#image input[type=file]").set_input_files(
                self.files[0]
            )
            self._wait_for(page, start)
            page.get_by_role("button", name="Find its attributes").click()
            knob = page.locator("#knob-1 input[type=range]")
            knob.wait_for()
            knob.focus()
            page.keyboard.press("End")
            page.wait_for_timeout(500)
            page.get_by_role("button", name="Knobs to the middle").click()

            self.assertTrue(answered.wait(_LONG))
            page.wait_for_timeout(2000)

            self._wait_for(page, start, timeout=0.0)

    def _wait_for(
        self,
        page: sync_api.Page,
        expected: exploration.Seen,
        timeout: float = _LONG,
    ) -> None:
        """Waits until the edited picture is the expected one."""
        end = time.monotonic() + timeout
        edited = page.locator("#edited img")
        edited.wait_for()
        while not np.array_equal(
            _pixels(page.request.get(edited.get_attribute("src")).body()),
            _pixels(expected.image),
        ):
            self.assertLess(time.monotonic(), end, "another picture is shown")
            page.wait_for_timeout(200)

    def _run(self, *words: str) -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            code = explorer.main(words)
        return code, said.getvalue()

    def test_a_server_that_is_not_there_is_one_line(self):
        code, said = self._run("--server=localhost:1", "--attempts=1")

        self.assertEqual(code, 1)
        self.assertRegex(said, "^error: .*UNAVAILABLE.*\n$")

    def test_a_folder_without_images_is_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            code, said = self._run(f"--examples={folder}")

        self.assertEqual(code, 1)
        self.assertRegex(said, "^error: --examples: .* has no .*\n$")


if __name__ == "__main__":
    absltest.main()
