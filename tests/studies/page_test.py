"""The pages of a study in a real browser, from disk."""

import pathlib
import re

from absl.testing import absltest

from stylex_tf.studies import answers, page, scores
from tests.studies import study_samples
from tests.testing import browser


class PageTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.study = study_samples.study()
        self.key = study_samples.study_key(self.study)
        page.write(self.folder, self.study)
        self.tab = self.enter_context(browser.opened()).new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.tab.on(
            "request", lambda request: self.requests.append(request.url)
        )
        self.tab.on(
            "pageerror", lambda error: self.complaints.append(str(error))
        )
        self.tab.on(
            "console", lambda message: self.complaints.append(message.text)
        )

    def _open(self, kind: str) -> None:
        self.tab.goto((self.folder / f"{kind}.html").as_uri())

    def _next(self) -> None:
        self.tab.click("#next")

    def _save(self) -> answers.Answers:
        with self.tab.expect_download() as download:
            self.tab.click("#save")
        self.name = download.value.suggested_filename
        path = self.folder / "saved.json"
        download.value.save_as(path)
        return answers.read(path, self.key)

    def test_a_participant_who_sees_everything_scores_everything(self):
        self._open("classification")
        self.tab.fill("#participant", "Ada L.")
        self._next()
        for question in self.study.classifications:
            self.tab.check(
                f"input[name={question.id}][value={question.answer}]"
            )
            self._next()
        given = self._save()
        self.assertEqual(self.name, "classification-Ada_L_.json")
        self.assertEqual(given.name, "Ada L.")
        scored = scores.score(self.key, [given])
        self.assertEqual(scored.classification, scores.Share(12, 12))

        # Nothing came from anywhere but the page, and nothing went wrong.
        allowed = re.compile(r"^(data:|blob:|file:.*/classification\.html$)")
        self.assertEqual(
            [url for url in self.requests if not allowed.match(url)], []
        )
        self.assertEqual(self.complaints, [])

    def test_descriptions_are_typed_without_a_mouse(self):
        self._open("description")
        self.tab.focus("#participant")
        self.tab.keyboard.press("Enter")
        for question in self.study.descriptions:
            self.tab.focus(f"#{question.id}-words")
            self.tab.keyboard.type(f"it is {question.attribute} <b>")
            self.tab.keyboard.press("Enter")
        scored = scores.score(self.key, [self._save()])
        self.assertEqual(
            scored.descriptions,
            {
                name: [("saved", f"it is {name} <b>")]
                for name in scored.descriptions
            },
        )
        self.assertCountEqual(scored.descriptions, study_samples.ATTRIBUTES)

    def test_goes_on_after_a_reload_and_asks_for_every_answer(self):
        self._open("classification")
        self._next()
        self.assertTrue(self.tab.is_disabled("#next"))
        self.tab.check("input[name=c1][value=right]")
        self._next()
        self.tab.reload()
        self.assertTrue(self.tab.is_visible("#c2"))
        self.assertTrue(self.tab.is_disabled("#next"))
        self.tab.click("#back")
        self.assertTrue(self.tab.is_checked("input[name=c1][value=right]"))

    def test_pictures_flicker_and_can_be_still(self):
        self._open("classification")
        self._next()
        after = self.tab.locator("#c1 .after").first
        opacity = "one => getComputedStyle(one).opacity"
        seen = set()
        for _ in range(12):
            seen.add(after.evaluate(opacity))
            self.tab.wait_for_timeout(250)
        self.assertEqual(seen, {"0", "1"})
        self.tab.click("#pause")
        self.assertEqual(after.evaluate(opacity), "1")
        before = self.tab.locator("#c1 .clip img").first
        self.assertLess(
            before.bounding_box()["x"] + before.bounding_box()["width"],
            after.bounding_box()["x"] + 1,
        )

    def test_the_page_does_not_give_the_answers_away(self):
        for kind in answers.KINDS:
            text = (self.folder / f"{kind}.html").read_text()
            shown = text[text.index("<main") : text.index("<script")]
            plain = re.sub(r'src="data:[^"]*"', "", shown)
            names = "|".join((*study_samples.ATTRIBUTES, "image", "runs"))
            self.assertEqual(re.findall(rf"\b(?:{names})\b", plain), [])
        # Questions whose answers differ look the same but for pictures and ids.
        text = (self.folder / "classification.html").read_text()
        parts = re.findall(r'<section id="c\d+".*?</section>', text, re.DOTALL)
        self.assertLen(parts, 12)
        alike = {
            re.sub(r'"c\d+"|Question \d+|src="[^"]*"', "", part)
            for part in parts
        }
        self.assertLen(alike, 1)


if __name__ == "__main__":
    absltest.main()
