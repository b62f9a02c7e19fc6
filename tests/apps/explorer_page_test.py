"""The explorer, in a real browser, over a model in this process."""

import io
import pathlib
import tempfile
import threading
import time
import urllib.parse
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image
from playwright import sync_api

from stylex_tf.api import exported_model
from stylex_tf.apps import exploration, explorer_page
from tests.export import tiny_world
from tests.testing import browser, tiny_export

_LONG = 120.0
_MILLISECONDS = 1000 * _LONG
_KNOBS = 2


def _fetch(page: sync_api.Page, address: str) -> bytes:
    # A connection that was kept open may be one that the server gives up.
    return page.request.get(address, max_retries=3).body()


def _pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


class ExplorerPageTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        root = pathlib.Path(folder.name)
        cls.backend = exported_model.ExportedModel(
            tiny_export.write(root / "base")
        )
        cls.file = root / "image.png"
        cls.file.write_bytes(tiny_world.pictures(1)[0])

    def _launch(self, shown: exploration.Exploration) -> str:
        """The page's address."""
        page = explorer_page.build(shown, [self.file], most_knobs=_KNOBS)
        _, address, _ = page.launch(
            prevent_thread_lock=True,
            theme=explorer_page.THEME,
            css=explorer_page.CSS,
            quiet=True,
        )
        self.addCleanup(page.close)
        return address

    @parameterized.parameters(1280, 390)
    def test_an_image_its_knobs_and_a_turn(self, width):
        shown = exploration.Exploration(self.backend)
        # An answer to the knobs in the middle could come after the visitor's
        # first turn and replace it.
        turn = self.enter_context(
            mock.patch.object(shown, "turn", wraps=shown.turn)
        )
        address = self._launch(shown)
        asked = exploration.Exploration(self.backend)
        opened = asked.open(Image.open(self.file))
        knobs = asked.find(opened, top_k=_KNOBS)
        fetched = []
        with browser.opened() as context:
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": 900})
            page.set_default_timeout(_MILLISECONDS)
            page.on("request", lambda request: fetched.append(request.url))
            page.goto(address)
            page.get_by_text("tiny, version 1.").wait_for()
            # Without an image, the button asks for one and breaks nothing.
            page.get_by_role("button", name="Find its attributes").click()
            page.get_by_text("Choose an image first.").wait_for()

            page.locator("#image input[type=file]").set_input_files(self.file)
            self._wait_for(page, opened.reconstruction)
            page.locator("#trust").get_by_text(opened.trust.words).wait_for()
            page.get_by_role("button", name="Find its attributes").click()
            knob = page.locator("#knob-1 input[type=range]")
            knob.wait_for()
            self.assertEqual(knob.input_value(), "0")
            self.assertIn(knobs[0].caption, page.inner_text("#knob-1"))
            self.assertIn(knobs[0].label, page.inner_text("#knob-1"))

            knob.focus()
            page.keyboard.press("End")

            positions = [1.0] + [0.0] * (len(knobs) - 1)
            self._wait_for(page, asked.turn(opened, knobs, positions))
            turn.assert_called_once()

            page.locator("#carried input").check()

            self._wait_for(
                page, asked.turn(opened, knobs, positions, carried=True)
            )
            # What stands below the knob speaks of that picture, too.
            self.assertNotEqual(knobs[0].carried_caption, knobs[0].caption)
            page.locator("#knob-1").get_by_text(
                knobs[0].carried_caption, exact=True
            ).wait_for()

            page.get_by_role("button", name="Knobs to the middle").click()

            self._wait_for(page, opened.image)
            self.assertEqual(knob.input_value(), "0")
            self.assertLessEqual(
                page.evaluate("document.documentElement.scrollWidth"), width
            )
        hosts = {urllib.parse.urlsplit(url).hostname for url in fetched}
        self.assertLessEqual(hosts, {"127.0.0.1", "localhost", None})

    def test_a_file_that_is_no_image_is_told_in_words(self):
        text = self.file.parent / "text.png"
        text.write_text("This is a text.")
        address = self._launch(exploration.Exploration(self.backend))
        with browser.opened() as context:
            page = context.new_page()
            page.set_default_timeout(_MILLISECONDS)
            page.goto(address)
            page.set_input_files("#image input[type=file]", text)
            page.get_by_text("This file is not an image").first.wait_for()

    def test_a_late_answer_to_a_turn_changes_nothing(self):
        shown = exploration.Exploration(self.backend)
        original, answered = shown.turn, threading.Event()

        def slow_turn(*given, **options):
            time.sleep(2.0)
            answered.set()
            return original(*given, **options)

        self.enter_context(mock.patch.object(shown, "turn", slow_turn))
        address = self._launch(shown)
        opened = exploration.Exploration(self.backend).open(
            Image.open(self.file)
        )
        start = opened.reconstruction
        with browser.opened() as context:
            page = context.new_page()
            page.set_default_timeout(_MILLISECONDS)
            page.goto(address)
            page.locator("#image input[type=file]").set_input_files(self.file)
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
            _pixels(_fetch(page, edited.get_attribute("src"))),
            _pixels(expected.image),
        ):
            self.assertLess(time.monotonic(), end, "another picture is shown")
            page.wait_for_timeout(200)


if __name__ == "__main__":
    absltest.main()
