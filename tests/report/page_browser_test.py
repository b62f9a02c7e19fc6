"""Tests of the page in a real browser: what a reader does and sees."""

import json
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any

from absl.testing import absltest
from playwright import sync_api

from stylex_tf.report import attribute_names, findings, page
from tests.report import report_samples
from tests.testing import browser

_MARKUP = "<img src=http://example.com/x onerror=document.title='broken'>"
_ATTRIBUTE = "#class-1-1"
_NAME = f"{_ATTRIBUTE}-name"


class PageBrowserTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        # One browser: starting one takes longer than a test.
        context = browser.opened(cls.folder / "profile", accept_downloads=True)
        cls.context = cls.enterClassContext(context)
        cls.requested: list[str] = []
        cls.context.on(
            "request", lambda request: cls.requested.append(request.url)
        )
        cls.context.route("**/*", _only_files)

    def _open(self, **changes: Any) -> sync_api.Page:
        """Writes a report and opens it, from disk."""
        path = self.folder / "index.html"
        page.write_report(path, report_samples.report_data(**changes))
        opened = self.context.new_page()
        self.addCleanup(opened.close)
        self.errors: list[str] = []
        opened.on("pageerror", lambda error: self.errors.append(str(error)))
        # What the page's own policy forbids is told here.
        opened.on(
            "console",
            lambda message: (
                self.errors.append(message.text)
                if message.type == "error"
                else None
            ),
        )
        opened.goto(path.as_uri())
        return opened

    def tearDown(self):
        self.assertEmpty(self.errors)
        super().tearDown()

    def test_fetches_nothing(self):
        self.requested.clear()
        opened = self._open()
        opened.locator(f"{_ATTRIBUTE}-knob").press("End")
        opened.locator("#flicker").click()

        elsewhere = [
            url
            for url in self.requested
            if not url.startswith(("file:", "data:", "blob:"))
        ]
        self.assertEmpty(elsewhere)
        self.assertIn((self.folder / "index.html").as_uri(), self.requested)

    def test_every_picture_can_be_seen(self):
        opened = self._open()

        broken = opened.evaluate(
            "[...document.images].filter(i => !i.naturalWidth).length"
        )
        self.assertEqual(broken, 0)

    def test_the_knob_changes_pictures_and_numbers(self):
        opened = self._open()
        article = opened.locator(_ATTRIBUTE)
        knob = article.locator("input[type=range]")
        picture = article.locator(".turning.made").first

        seen = []
        knob.press("Home")
        # The knob stands at the first place already: nothing is turned yet.
        knob.press("ArrowRight")
        for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):
            knob.press(key)
            seen.append(
                (
                    picture.locator("b").inner_text(),
                    "decided" in picture.get_attribute("class"),
                    _shade(opened, f"{_ATTRIBUTE} .turning.made .window"),
                    article.locator("output").inner_text(),
                )
            )

        self.assertEqual(
            seen,
            [
                ("0.07", False, 99, "mean 0.15"),
                ("0.47", False, 177, "mean 0.45"),
                ("0.86", True, 255, "mean 0.75"),
            ],
        )
        self.assertEqual(
            knob.get_attribute("aria-valuetext"),
            "100 % of the range: mean 0.75",
        )
        self.assertEqual(article.locator(".turning:visible").count(), 2)
        self.assertFalse(
            opened.locator("#class-1-2 .turning").first.is_visible()
        )

    def test_the_switch_shows_edits_on_the_photographs(self):
        opened = self._open()
        article = opened.locator(_ATTRIBUTE)
        article.locator("input[type=range]").press("End")
        self.assertEqual(_shade(opened, f"{_ATTRIBUTE} .made .window"), 255)

        for width in (1280, 390):
            opened.set_viewport_size({"width": width, "height": 800})
            opened.get_by_label("on photographs").check()

            # What the knob shows, and its number, are of the photograph.
            turning = article.locator(".turning:visible").first
            self.assertEqual(turning.locator("b").inner_text(), "0.68")
            shade = _shade(opened, f"{_ATTRIBUTE} .carried .window")
            self.assertEqual(shade, 206)
            self.assertEqual(opened.locator(".made:visible").count(), 0)
            self.assertTrue(
                opened.get_by_text("added to it").first.is_visible()
            )

            opened.get_by_label("on photographs").uncheck()

            self.assertEqual(opened.locator(".carried:visible").count(), 0)
            self.assertGreater(opened.locator(".made:visible").count(), 0)

    def test_each_end_of_a_knob_has_its_label_below_it(self):
        opened = self._open()
        for width in (390, 1280):
            opened.set_viewport_size({"width": width, "height": 800})
            for turned in (False, True):
                if turned:
                    opened.locator(f"{_ATTRIBUTE}-knob").press("End")
                knob, first, last = (
                    opened.locator(f"{_ATTRIBUTE} {name}").bounding_box()
                    for name in (".plot input", ".ends .first", ".ends .last")
                )
                self.assertAlmostEqual(first["x"], knob["x"], delta=16)
                self.assertAlmostEqual(
                    last["x"] + last["width"],
                    knob["x"] + knob["width"],
                    delta=16,
                )
                self.assertAlmostEqual(first["y"], last["y"], delta=4)

    def test_the_verdict_is_seen_first(self):
        opened = self._open()
        for width, height in ((1280, 800), (390, 844)):
            opened.set_viewport_size({"width": width, "height": height})
            box = opened.locator("#verdict").bounding_box()
            self.assertLess(box["y"] + box["height"], height)
            self.assertTrue(opened.get_by_text("You can trust it").is_visible())

    def test_a_turned_knob_can_be_left_again(self):
        opened = self._open()
        article = opened.locator(_ATTRIBUTE)
        article.locator("input[type=range]").press("End")
        self.assertFalse(article.locator(".before").first.is_visible())

        article.locator(".back").click()

        self.assertTrue(article.locator(".before").first.is_visible())
        self.assertFalse(article.locator(".turning").first.is_visible())

    def test_flickers_until_it_is_paused(self):
        opened = self._open()
        self.assertEqual(_opacities(opened), {0.0, 1.0})

        button = opened.get_by_role("button", name="Pause flicker")
        button.click()

        self.assertEqual(_opacities(opened), {1.0})
        before, after = (
            opened.locator(f"{_ATTRIBUTE} {name}").first.bounding_box()
            for name in (".before", ".after")
        )
        # Both are seen now, one below the other.
        self.assertGreaterEqual(after["y"], before["y"] + before["height"])
        opened.get_by_role("button", name="Start flicker").click()
        self.assertEqual(_opacities(opened), {0.0, 1.0})

    def test_who_wants_less_motion_gets_none(self):
        opened = self._open()
        opened.emulate_media(reduced_motion="reduce")
        opened.reload()

        self.assertEqual(_opacities(opened), {1.0})
        self.assertTrue(
            opened.get_by_role("button", name="Start flicker").is_visible()
        )

    def test_a_name_is_shown_everywhere_and_survives_a_reload(self):
        opened = self._open(run="reload")

        opened.fill(_NAME, "round <b>glasses</b>")
        opened.reload()

        self.assertEqual(opened.input_value(_NAME), "round <b>glasses</b>")
        self.assertEqual(
            set(opened.locator("[data-coordinate='501']").all_inner_texts()),
            {"round <b>glasses</b>"},
        )
        opened.fill(_NAME, "")
        self.assertIn(
            "glasses", opened.locator(f"{_ATTRIBUTE} h3").inner_text()
        )

    def test_names_of_one_run_are_not_those_of_another(self):
        opened = self._open(run="one")
        opened.fill(_NAME, "mine")

        opened = self._open(run="other")

        self.assertEqual(opened.input_value(_NAME), "")

    def test_the_next_report_reads_what_this_one_exports(self):
        opened = self._open(run="exported", names={502: "wide open"})
        opened.fill(_NAME, " 眼鏡 ")

        with opened.expect_download() as download:
            opened.get_by_role("button", name="Export names").click()
        path = self.folder / download.value.suggested_filename
        download.value.save_as(path)

        self.assertEqual(path.name, attribute_names.FILE_NAME)
        self.assertEqual(
            json.loads(path.read_text("utf-8")),
            {
                "format": attribute_names.FORMAT,
                "run": "exported",
                "names": {"501": "眼鏡", "502": "wide open"},
            },
        )
        self.assertEqual(
            attribute_names.load(path, "exported", 600),
            {501: "眼鏡", 502: "wide open"},
        )
        self.assertIn("attributes/", opened.locator("#status").inner_text())

    def test_names_with_markup_are_text(self):
        names = ("a & b", _MARKUP)
        class_findings = findings.ClassFindings(
            class_index=1,
            class_name=_MARKUP,
            images=3,
            attributes=(report_samples.attribute(factor=_MARKUP),),
        )
        opened = self._open(
            title=_MARKUP,
            findings=findings.Findings(
                class_names=names, classes=(class_findings,)
            ),
            demonstrations={(1, 1): report_samples.demonstrated()},
            single_images=(report_samples.alone(image_id=_MARKUP),),
            names={501: _MARKUP},
        )

        self.assertEqual(opened.title(), f"{_MARKUP} - StylEx report")
        self.assertIn(_MARKUP, opened.locator("#class-1-title").inner_text())
        self.assertIn(_MARKUP, opened.locator("#image-1-title").inner_text())
        self.assertEqual(opened.locator("img:not([src^='data:'])").count(), 0)

    def test_a_keyboard_reaches_everything(self):
        opened = self._open()
        reached = []
        for _ in range(60):
            opened.keyboard.press("Tab")
            reached.append(opened.evaluate("document.activeElement.id"))

        for wanted in ("flicker", "export-names", _NAME[1:], "class-1-1-knob"):
            self.assertIn(wanted, reached)

    def test_a_screen_reader_finds_names_of_knobs_and_fields(self):
        opened = self._open()
        article = opened.locator(_ATTRIBUTE)

        for role, name in (
            ("slider", "Knob of attribute 1"),
            ("textbox", "Your name for it"),
            ("img", "Dose and response: mean probability of glasses or open"),
            ("img", "Where the edit changes test/7"),
        ):
            self.assertEqual(
                article.get_by_role(role, name=name).count(), 1, name
            )

    def test_nothing_is_wider_than_a_telephone(self):
        opened = self._open()
        for width in (390, 1280):
            opened.set_viewport_size({"width": width, "height": 800})
            self.assertLessEqual(
                opened.evaluate("document.documentElement.scrollWidth"), width
            )

    def test_paper_shows_before_and_after_and_no_controls(self):
        opened = self._open()
        opened.locator(f"{_ATTRIBUTE}-knob").press("End")
        opened.emulate_media(media="print")

        for name, visible in (
            (".before", True),
            (".after", True),
            (".turning", False),
            (".plot svg", True),
            ("input", False),
        ):
            element = opened.locator(f"{_ATTRIBUTE} {name}").first
            self.assertEqual(element.is_visible(), visible, name)
        self.assertFalse(opened.locator("nav").is_visible())
        self.assertEqual(_opacities(opened), {1.0})

    def test_dark_is_dark(self):
        opened = self._open()
        lightness = {}
        for scheme in ("light", "dark"):
            opened.emulate_media(color_scheme=scheme)
            colour = opened.evaluate(
                "getComputedStyle(document.body).backgroundColor"
            )
            red, green, blue = colour[4:-1].split(", ")
            lightness[scheme] = int(red) + int(green) + int(blue)

        self.assertGreater(lightness["light"], 700)
        self.assertLess(lightness["dark"], 100)


class WithoutScriptTest(absltest.TestCase):
    def test_it_reads_well_and_the_switch_works(self):
        path = pathlib.Path(self.create_tempdir()) / "index.html"
        page.write_report(path, report_samples.report_data())
        with browser.opened(java_script_enabled=False) as context:
            opened = context.new_page()
            opened.goto(path.as_uri())
            article = opened.locator(_ATTRIBUTE)
            made, carried = (
                article.locator(f".after.{way}").first
                for way in ("made", "carried")
            )
            before = article.locator(".before.made").first.bounding_box()
            after = made.bounding_box()
            self.assertGreaterEqual(after["y"], before["y"] + before["height"])
            self.assertFalse(carried.is_visible())
            self.assertFalse(opened.locator("#flicker").is_visible())

            opened.get_by_label("on photographs").check()

            self.assertFalse(made.is_visible())
            self.assertTrue(carried.is_visible())


def _only_files(route: sync_api.Route) -> None:
    if route.request.url.startswith(("file:", "data:", "blob:")):
        route.continue_()
    else:
        route.abort()


def _opacities(opened: sync_api.Page) -> set[float]:
    """How visible the edited picture is, over one and a half periods."""

    def look() -> Iterator[float]:
        for _ in range(27):
            yield float(
                opened.evaluate(
                    "getComputedStyle(document.querySelector('.after')).opacity"
                )
            )
            opened.wait_for_timeout(100)

    return set(look())


def _shade(opened: sync_api.Page, selector: str) -> int:
    """The red of the middle of what is seen of an element."""
    return opened.evaluate(
        """async (selector) => {
          const seen = document.querySelector(selector);
          const strip = seen.querySelector("img");
          const frame = seen.getBoundingClientRect();
          const whole = strip.getBoundingClientRect();
          const scale = strip.naturalHeight / whole.height;
          const y = (frame.top + frame.height / 2 - whole.top) * scale;
          const canvas = document.createElement("canvas");
          canvas.width = strip.naturalWidth;
          canvas.height = strip.naturalHeight;
          const context = canvas.getContext("2d");
          context.drawImage(strip, 0, 0);
          return context.getImageData(strip.naturalWidth / 2, y, 1, 1).data[0];
        }""",
        selector,
    )


if __name__ == "__main__":
    absltest.main()
