"""Tests what the page shows of edits: photographs, knobs, single images."""

import numpy as np
from absl.testing import absltest

from stylex_tf.report import page, pictures
from tests.report import parsed_page, report_samples


class OnPhotographsTest(absltest.TestCase):
    def test_every_edit_is_there_both_ways(self):
        parsed = parsed_page.render()

        pictures = [
            element["class"].split()
            for tag, element in parsed.elements
            if tag == "span" and element.get("class")
        ]
        for kind in ("before", "after", "turning", "thumbnails", "picture"):
            made, carried = (
                sum(kind in names and way in names for names in pictures)
                for way in ("made", "carried")
            )
            self.assertEqual(made, carried, kind)
            self.assertGreater(made, 0, kind)
        (switch,) = (
            element
            for element in parsed.all("input")
            if element["type"] == "checkbox"
        )
        # The script is not needed for it.
        self.assertNotIn("scripted-only", switch.get("class") or "")

    def test_says_what_the_classifier_says_of_the_photographs(self):
        alternatives = parsed_page.render().alternatives()

        for text in (
            "Photograph test/7: glasses or open mouth with probability 0.19",
            "The edit on the photograph: glasses or open mouth with "
            "probability 0.68",
            "On the photograph: glasses or open mouth with probability 0.12",
        ):
            self.assertIn(text, alternatives)

    def test_without_photographs_there_is_no_switch(self):
        parsed = parsed_page.render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    report_samples.attribute(carried=False)
                )
            ),
            demonstrations={(1, 1): report_samples.demonstrated(carried=False)},
            single_images=(),
        )

        self.assertFalse(parsed.with_id("carry"))
        # Nothing that a switch would hide.
        for tag, element in parsed.elements:
            if tag in ("span", "li") and element.get("class"):
                self.assertNotIn("made", element["class"].split()[1:])

    def test_a_knob_of_reconstructions_alone_says_so(self):
        without = report_samples.demonstrated(carried=False)
        parsed = parsed_page.render(demonstrations={(1, 1): without})

        self.assertIn(
            "The knob turns reconstructions alone.", parsed.text_of["class-1-1"]
        )
        (turning,) = {
            element["class"]
            for element in parsed.all("span")
            if "data-decided" in element
        }
        # Shown whatever the switch says.
        self.assertNotIn("made", turning)


class KnobTest(absltest.TestCase):
    def test_every_frame_has_its_number_and_its_decision(self):
        parsed = parsed_page.render()

        for way, probabilities in (
            ("made", "0.07 0.47 0.86"),
            ("carried", "0.19 0.43 0.68"),
        ):
            turning = [
                element
                for element in parsed.all("span")
                if "data-decided" in element and way in element["class"].split()
            ]
            self.assertLen(turning, 3 * 2)
            for element in turning:
                self.assertEqual(element["data-probabilities"], probabilities)
                self.assertEqual(element["data-decided"], "0 0 1")
        (means,) = {
            element["data-means"]
            for element in parsed.all("div")
            if "data-means" in element
        }
        self.assertEqual(means, "0.15 0.45 0.75")

    def test_begins_where_the_examples_are_by_themselves(self):
        knobs = [
            element
            for element in parsed_page.render().all("input")
            if element["type"] == "range"
        ]

        self.assertLen(knobs, 3)
        self.assertEqual({element["value"] for element in knobs}, {"0"})
        self.assertEqual({element["max"] for element in knobs}, {"2"})

    def test_a_page_without_knobs_has_everything_else(self):
        parsed = parsed_page.render(
            demonstrations={}, layout_note="It shows no knobs."
        )

        self.assertNotIn("Turn the knob", parsed.text_of["class-1"])
        text = parsed.text_of["class-1-1"].replace("\N{NO-BREAK SPACE}", " ")
        self.assertIn("Moves50 % of 118 images", text)
        self.assertIn("Turns25 % of 118 images, by itself", text)
        self.assertIn(
            "It shows no knobs.",
            page.render(
                report_samples.report_data(layout_note="It shows no knobs."),
                pictures.ENCODINGS[0],
            ),
        )


class SingleImagesTest(absltest.TestCase):
    def test_says_what_flips_it(self):
        text = " ".join(parsed_page.render().text_of["image-1"].split())

        self.assertIn("says neither", text)
        self.assertIn("say glasses or open mouth", text)
        self.assertIn("style 777", text)
        self.assertIn("One attribute flips it to glasses or open", text)

    def test_says_of_each_image_how_far_to_trust_it(self):
        other = np.array([0.1, 0.9])
        parsed = parsed_page.render(
            single_images=(
                report_samples.alone(),
                report_samples.alone(probabilities_image=other),
            )
        )
        kept, lost = (
            " ".join(parsed.text_of[f"image-{n}"].split()) for n in (1, 2)
        )

        self.assertIn(
            "Only partly known: its reconstruction keeps the class neither;",
            kept,
        )
        self.assertIn(
            "Do not rely on this: the classifier says glasses or open mouth of "
            "the image and neither of its reconstruction.",
            lost,
        )
        levels = [
            element["class"]
            for element in parsed.all("p")
            if (element.get("class") or "").startswith("reliance")
        ]
        self.assertEqual(levels, ["reliance unknown", "reliance doubtful"])

    def test_says_when_the_picture_does_not_flip_as_predicted(self):
        weak = report_samples.edit(wins=0.4)
        parsed = parsed_page.render(
            single_images=(
                report_samples.alone(subset=(weak, weak)),
                report_samples.alone(subset=(), independent=()),
            )
        )

        self.assertIn("even together", parsed.text_of["image-1"])
        self.assertIn("No attribute of glasses", parsed.text_of["image-2"])
        self.assertIn("No coordinate raises", parsed.text_of["image-2"])


if __name__ == "__main__":
    absltest.main()
