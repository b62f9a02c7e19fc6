"""The explorer, in a real browser, over a real server."""

import contextlib
import io
import pathlib
import tempfile
import urllib.parse

from absl.testing import absltest

from serving import exploration, explorer, explorer_page
from serving.stylex_client import client as clients
from serving.stylex_client import connection as connections
from tests.serving import running_stylex, tiny_stylex
from tests.testing import browser

_LONG = 120.0
_MILLISECONDS = 1000 * _LONG


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

    def _launch(self) -> str:
        """The page's address."""
        client = clients.StylexClient.connect(
            connections.Connection(server=self.server, timeout_seconds=_LONG),
            connections.Model(name=tiny_stylex.NAME),
        )
        self.addCleanup(client.close)
        page = explorer_page.build(
            exploration.Exploration(client), self.files[:1], most_knobs=2
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
        address = self._launch()
        asked = []
        with browser.opened() as context:
            page = context.new_page()
            page.set_default_timeout(_MILLISECONDS)
            page.on("request", lambda request: asked.append(request.url))
            page.goto(address)
            page.locator("#image input[type=file]").set_input_files(
                self.files[0]
            )
            edited = page.locator("#edited img")
            edited.wait_for()
            page.get_by_role("button", name="Find its attributes").click()
            knob = page.locator("#knob-1 input[type=range]")
            knob.wait_for()
            self.assertEqual(knob.input_value(), "0")
            # The search ends with a turn of nothing: let it come first.
            page.wait_for_load_state("networkidle")
            before = edited.get_attribute("src")

            knob.focus()
            page.keyboard.press("End")

            page.wait_for_function(
                "before => document.querySelector('#edited img')"
                ".getAttribute('src') != before",
                arg=before,
            )
            self.assertEqual(knob.input_value(), "1")
            self.assertIn("log odds", page.locator("#knob-1").inner_text())
        hosts = {urllib.parse.urlsplit(url).hostname for url in asked}
        self.assertLessEqual(hosts, {"127.0.0.1", "localhost", None})

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
