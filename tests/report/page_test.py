"""Tests the page as a browser would parse it."""

import base64
import dataclasses
import hashlib
import json

import numpy as np
from absl.testing import absltest

from stylex_tf.evaluation import figure, record
from stylex_tf.report import cautions, findings, page, pictures
from tests.report import parsed_page, report_samples


class PageTest(absltest.TestCase):
    def test_is_well_formed_and_has_unique_ids(self):
        parsed = parsed_page.render()

        self.assertEmpty(parsed.open)
        ids = [
            element["id"] for _, element in parsed.elements if "id" in element
        ]
        self.assertLen(set(ids), len(ids))

    def test_what_went_wrong_in_training_comes_first(self):
        went = cautions.Caution(
            "encoder_ignored", "The encoder is ignored", "Raise loss.l1."
        )
        parsed = parsed_page.render(
            training=(went,),
            evaluation=report_samples.evaluation(reconstruction__agreement=0.5),
        )

        self.assertEqual(parsed.cautions(), ["encoder_ignored", "agreement"])
        self.assertIn("Raise loss.l1.", parsed.text_of["cautions"])

    def test_a_share_of_causes_is_not_said_to_be_of_images(self):
        truth = record.GroundTruth(
            recall_at={"4": figure.Figure(1.0, 2, of="causes")},
            images_judged=figure.Figure(800.0, 800),
        )
        parsed = parsed_page.render(
            evaluation=record.Evaluation(ground_truth=truth)
        )
        text = " ".join(parsed.text_of["figures"].split())
        self.assertIn("recall, first 4 100 % 2 causes", text)
        self.assertIn("images judged 800 800 images", text)

    def test_links_and_labels_lead_somewhere(self):
        parsed = parsed_page.render()

        for link in parsed.all("a"):
            self.assertStartsWith(link["href"], "#")
            self.assertTrue(parsed.with_id(link["href"][1:]), link)
        for section in parsed.all("section"):
            self.assertTrue(parsed.with_id(section["aria-labelledby"]))

    def test_fetches_nothing(self):
        parsed = parsed_page.render()

        for tag, attributes in parsed.elements:
            self.assertNotIn(tag, ("link", "iframe", "object"))
            self.assertNotIn("style", attributes)
            if "src" in attributes:
                self.assertStartsWith(attributes["src"], "data:image/webp;")
        self.assertNotIn("url(", parsed.inline["style"])
        self.assertNotIn("@import", parsed.inline["style"])
        self.assertEqual(parsed.all("script"), [{}])

    def test_policy_allows_its_own_style_and_script_and_nothing_else(self):
        parsed = parsed_page.render()
        (policy,) = (
            meta["content"]
            for meta in parsed.all("meta")
            if meta.get("http-equiv") == "Content-Security-Policy"
        )
        style, script = (
            base64.b64encode(
                hashlib.sha256(parsed.inline[tag].encode()).digest()
            ).decode()
            for tag in ("style", "script")
        )

        self.assertEqual(
            policy,
            "default-src 'none'; img-src data:; "
            f"style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
            "base-uri 'none'; form-action 'none'",
        )

    def test_escapes_names_with_markup(self):
        names = ("a & b", "<script>alert(1)</script>\"'")
        attribute = report_samples.attribute(
            factor="<img src=x>", image_ids=("<i>0</i>", '"onload="x')
        )
        class_findings = findings.ClassFindings(
            class_index=1,
            class_name=names[1],
            images=3,
            attributes=(attribute,),
        )

        parsed = parsed_page.render(
            title=f"About {names[1]}",
            facts=((names[1], names[1]),),
            findings=findings.Findings(
                class_names=names, classes=(class_findings,)
            ),
            causes=(names[1],),
            demonstrations={},
            single_images=(report_samples.alone(image_id="<i>7</i>"),),
            names={7: names[1], 501: "\" onclick='x' <i>&</i>"},
            run='"><i>',
        )

        self.assertLen(parsed.all("script"), 1)
        self.assertEmpty(parsed.all("i"))
        for image in parsed.all("img"):
            self.assertContainsSubset(
                image, {"src", "width", "height", "alt", "class"}
            )
        self.assertIn(names[1], parsed.text_of["class-1-title"])
        self.assertIn(names[1], parsed.text_of["cautions"])
        self.assertIn("<i>&</i>", parsed.text_of["class-1-1"])
        (body,) = parsed.all("body")
        self.assertEqual(body["data-run"], '"><i>')
        self.assertEqual(json.loads(body["data-names"])["7"], names[1])

    def test_says_that_it_explains_the_classifier(self):
        content = page.render(
            report_samples.report_data(), pictures.ENCODINGS[0]
        )

        self.assertIn(
            "It explains the classifier, not reality:",
            " ".join(content.split()),
        )


class ContentTest(absltest.TestCase):
    def test_every_attribute_has_its_rows(self):
        parsed = parsed_page.render()

        for element_id, coordinate in (
            ("class-1-1", "501, to its maximum"),
            ("class-1-2", "502, to its maximum"),
            ("class-0-1", "501, to its maximum"),
        ):
            text = parsed.text_of[element_id]
            self.assertIn(coordinate, text)
            self.assertIn("16x16/conv_1", text)
            self.assertIn("log odds", text)
            self.assertIn("of 118", text)
        for example in ("test/7", "test/12"):
            self.assertEqual(
                [
                    alternative
                    for alternative in parsed.alternatives()
                    if alternative.startswith(f"Reconstruction of {example}:")
                ],
                [
                    f"Reconstruction of {example}: glasses or open mouth with "
                    "probability 0.07",
                ]
                * 2
                + [
                    f"Reconstruction of {example}: neither with "
                    "probability 0.93",
                ],
            )

    def test_probabilities_stand_on_the_pictures(self):
        parsed = parsed_page.render(demonstrations={})

        # Two examples, each made, and then carried onto the photograph.
        self.assertEqual(
            parsed.text_of["class-1-1"].split()[-8:],
            ["0.07", "0.86", "0.19", "0.68"] * 2,
        )
        self.assertEqual(
            parsed.text_of["class-0-1"].split()[-8:],
            ["0.93", "0.14", "0.81", "0.32"] * 2,
        )

    def test_marks_the_pictures_that_the_classifier_gives_the_class(self):
        attribute = report_samples.attribute(
            before=np.array([[0.9, 0.1], [0.6, 0.4]]),
            after=np.array([[0.4, 0.6], [0.51, 0.49]]),
            carried=False,
        )
        parsed = parsed_page.render(
            findings=report_samples.explained(
                report_samples.class_findings(attribute)
            ),
            demonstrations={},
            single_images=(),
        )

        marked = [
            "decided" in (element.get("class") or "")
            for tag, element in parsed.elements
            if tag == "span" and "picture" in (element.get("class") or "")
        ]
        # Four of the reconstructions, the legend, four of the attribute.
        self.assertEqual(
            marked,
            [True, True, True, True] + [True] + [False, True, False, False],
        )

    def test_reconstructions_are_judged_by_the_class_of_the_image(self):
        alternatives = parsed_page.render().alternatives()

        self.assertEqual(
            alternatives[:4],
            [
                "Image test/1: glasses or open mouth with probability 0.98",
                "Its reconstruction: glasses or open mouth with probability "
                "0.96",
                "Image test/2: neither with probability 0.91",
                "Its reconstruction: neither with probability 0.60",
            ],
        )

    def test_every_picture_has_a_text_and_decoration_an_empty_one(self):
        parsed = parsed_page.render()

        # Two reconstructions; in each of three attributes two examples, before
        # and after, both ways, and where they differ; an image, its
        # reconstruction, its three edits, both ways.
        told = 2 * 2 + 3 * 2 * (2 * 2 + 1) + 2 + 3 * 2
        self.assertLen(parsed.alternatives(), told)
        # Before and after of each coordinate in the overview, and the frames
        # of each example, whose numbers the script says, all both ways.
        self.assertLen(parsed.all("img"), told + 2 * (2 * 2 + 3 * 2))

    def test_small_pictures_keep_their_pixels(self):
        bare = {"demonstrations": {}, "single_images": ()}
        small = parsed_page.render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    report_samples.attribute(size=32, carried=False)
                )
            ),
            **bare,
        )
        large = parsed_page.render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    report_samples.attribute(size=128, carried=False)
                )
            ),
            **bare,
        )

        self.assertIn("image-rendering: pixelated", small.inline["style"])
        self.assertLen(_pixelated(small), 4 + 4)
        self.assertLen(_pixelated(large), 4)

    def test_says_which_attributes_are_planted_causes(self):
        parsed = parsed_page.render()

        self.assertIn("a planted cause", parsed.text_of["class-1-1"])
        self.assertIn("not a cause", parsed.text_of["class-0-1"])

    def test_says_when_an_attribute_moves_nothing_known(self):
        parsed = parsed_page.render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    report_samples.attribute(factor=None)
                )
            )
        )

        self.assertIn("moves no known factor", parsed.text_of["class-1-1"])


class PaperTest(absltest.TestCase):
    def test_pages_are_numbered(self):
        style = _words(parsed_page.render().inline["style"])

        self.assertIn("@bottom-right", style)
        self.assertIn('content: counter(page) " / " counter(pages);', style)


class NamesTest(absltest.TestCase):
    def test_a_given_name_stands_everywhere(self):
        parsed = parsed_page.render(names={501: "spectacles"})

        for place in ("overview", "class-1-1", "class-0-1", "images"):
            self.assertIn("spectacles", parsed.text_of[place])
        self.assertNotIn("spectacles", parsed.text_of["class-1-2"])

    def test_without_a_run_nobody_is_asked_for_a_name(self):
        parsed = parsed_page.render(run="")

        self.assertFalse(parsed.with_id("export-names"))
        self.assertNotIn("Your name for it", parsed.text_of["class-1-1"])


class MissingTest(absltest.TestCase):
    def test_without_truth_attributes_go_by_their_coordinates(self):
        parsed = parsed_page.render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    report_samples.attribute(factor=None)
                )
            ),
            evaluation=report_samples.evaluation(without=["ground_truth"]),
            causes=(),
        )

        text = parsed.text_of["class-1-1"]
        self.assertIn("style 501", text)
        self.assertNotIn("Purity", text)
        self.assertNotIn("cause", text)
        self.assertIn("not measured", parsed.text_of["figures"])
        self.assertNotIn("Against the truth", parsed.text_of["figures"])

    def test_without_any_figure(self):
        parsed = parsed_page.render(evaluation=record.Evaluation())

        self.assertIn("not measured", parsed.text_of["figures"])
        self.assertEmpty(parsed.all("figure"))

    def test_a_class_without_attributes_is_a_result(self):
        parsed = parsed_page.render(
            findings=report_samples.explained(report_samples.class_findings()),
            causes=(),
        )

        self.assertIn("No attribute found", parsed.text_of["overview"])
        self.assertIn("No attribute found", parsed.text_of["class-1"])
        self.assertEqual(parsed.cautions(), ["no_attributes"])

    def test_attributes_that_matter_only_together_are_shown_at_once(self):
        of_class = report_samples.class_findings(
            report_samples.attribute(1), report_samples.attribute(2)
        )
        parsed = parsed_page.render(
            findings=report_samples.explained(
                dataclasses.replace(
                    of_class, together=report_samples.together(2)
                )
            )
        )

        text = parsed.text_of["class-1-together"]
        self.assertIn("All 2 at once", text)
        self.assertIn("62.5\N{NO-BREAK SPACE}% of 118 images", text)
        self.assertIn("only_together", parsed.cautions())
        # As many pictures as of an attribute, which has a knob besides.
        alone = parsed_page.render(findings=report_samples.explained(of_class))
        self.assertNotIn("class-1-together", alone.text_of)
        self.assertGreater(len(parsed.all("img")), len(alone.all("img")))

    def test_an_attribute_without_examples_keeps_its_figures(self):
        empty = np.zeros((0, 2))
        parsed = parsed_page.render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    report_samples.attribute(
                        image_ids=(), before=empty, after=empty, carried=False
                    )
                )
            )
        )

        self.assertIn("+4.00 log odds", parsed.text_of["class-1-1"])


def _words(text: str) -> str:
    """As a reader sees it: one space between words."""
    return " ".join(text.split())


def _pixelated(parsed: parsed_page.Page) -> list[dict[str, str | None]]:
    return [
        element
        for element in parsed.all("span")
        if "picture" in (element.get("class") or "")
        and "pixelated" in (element.get("class") or "")
    ]


if __name__ == "__main__":
    absltest.main()
