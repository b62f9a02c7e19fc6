"""Tests of the page as a browser would parse it."""

import base64
import dataclasses
import hashlib
import html.parser
import json
import pathlib
from unittest import mock

import numpy as np
from absl.testing import absltest

from stylex_tf.evaluation import record
from stylex_tf.report import (
    cautions,
    findings,
    marks,
    page,
    pictures,
    verdict,
)
from tests.report import report_samples

# Elements without an end tag.
_VOID = {"img", "input", "meta"}


class _Page(html.parser.HTMLParser):
    """Elements with their attributes, and the text under every id."""

    def __init__(self, content: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text_of: dict[str, str] = {}
        self.inline = {"style": "", "script": ""}
        self.open: list[tuple[str, str | None]] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in _VOID:
            self.open.append((tag, attributes.get("id")))

    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data):
        if self.open and self.open[-1][0] in self.inline:
            self.inline[self.open[-1][0]] += data
            return
        for _, element_id in self.open:
            if element_id is not None:
                self.text_of[element_id] = (
                    self.text_of.get(element_id, "") + data
                )

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [element for name, element in self.elements if name == tag]

    def with_id(self, element_id: str) -> bool:
        return any(
            element.get("id") == element_id for _, element in self.elements
        )

    def cautions(self) -> list[str | None]:
        return [
            element["data-caution"]
            for _, element in self.elements
            if "data-caution" in element
        ]

    def alternatives(self) -> list[str | None]:
        """The alt texts of the pictures that are not decoration."""
        return [element["alt"] for element in self.all("img") if element["alt"]]


def _render(**changes) -> _Page:
    data = report_samples.report_data(**changes)
    return _Page(page.render(data, pictures.ENCODINGS[0]))


class PageTest(absltest.TestCase):
    def test_is_well_formed_and_has_unique_ids(self):
        parsed = _render()

        self.assertEmpty(parsed.open)
        ids = [
            element["id"] for _, element in parsed.elements if "id" in element
        ]
        self.assertLen(set(ids), len(ids))

    def test_what_went_wrong_in_training_comes_first(self):
        went = cautions.Caution(
            "encoder_ignored", "The encoder is ignored", "Raise loss.l1."
        )
        parsed = _render(
            training=(went,),
            evaluation=report_samples.evaluation(reconstruction__agreement=0.5),
        )

        self.assertEqual(parsed.cautions(), ["encoder_ignored", "agreement"])
        self.assertIn("Raise loss.l1.", parsed.text_of["cautions"])

    def test_links_and_labels_lead_somewhere(self):
        parsed = _render()

        for link in parsed.all("a"):
            self.assertStartsWith(link["href"], "#")
            self.assertTrue(parsed.with_id(link["href"][1:]), link)
        for section in parsed.all("section"):
            self.assertTrue(parsed.with_id(section["aria-labelledby"]))

    def test_fetches_nothing(self):
        parsed = _render()

        for tag, attributes in parsed.elements:
            self.assertNotIn(tag, ("link", "iframe", "object"))
            self.assertNotIn("style", attributes)
            if "src" in attributes:
                self.assertStartsWith(attributes["src"], "data:image/webp;")
        self.assertNotIn("url(", parsed.inline["style"])
        self.assertNotIn("@import", parsed.inline["style"])
        self.assertEqual(parsed.all("script"), [{}])

    def test_policy_allows_its_own_style_and_script_and_nothing_else(self):
        parsed = _render()
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

        parsed = _render(
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
        parsed = _render()

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
        parsed = _render(demonstrations={})

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
        parsed = _render(
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
        alternatives = _render().alternatives()

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
        parsed = _render()

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
        small = _render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    report_samples.attribute(size=32, carried=False)
                )
            ),
            **bare,
        )
        large = _render(
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
        parsed = _render()

        self.assertIn("a planted cause", parsed.text_of["class-1-1"])
        self.assertIn("not a cause", parsed.text_of["class-0-1"])

    def test_says_when_an_attribute_moves_nothing_known(self):
        parsed = _render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    report_samples.attribute(factor=None)
                )
            )
        )

        self.assertIn("moves no known factor", parsed.text_of["class-1-1"])


def _words(text: str) -> str:
    """As a reader sees it: one space between words."""
    return " ".join(text.split())


class VerdictTest(absltest.TestCase):
    def test_comes_first_and_names_what_it_looks_at(self):
        parsed = _render()

        self.assertEqual(parsed.all("section")[0]["id"], "verdict")
        self.assertEqual(
            _words(parsed.text_of["verdict"]),
            "It looks at glasses and open mouth. You can trust it: "
            "reconstructions keep the classifier's decision in 97.4 % of 1,000 "
            "unseen images, and all that is listed, moved together, turns 89 % "
            "of 962 decisions.",
        )

    def test_counts_the_warnings_below(self):
        text = _words(
            _render(
                evaluation=report_samples.evaluation(
                    reconstruction__agreement=0.5
                )
            ).text_of["verdict"]
        )

        self.assertIn("Do not rely on it: ", text)
        self.assertEndsWith(text, "decisions. 1 warning to read first.")

    def test_where_nothing_is_listed_says_what_to_do(self):
        effort = verdict.Effort(
            images=1000,
            seen=3000,
            best=3000,
            smallest_share=0.2,
            smallest_share_of_ten=0.1,
        )
        text = _words(
            _render(
                findings=report_samples.explained(
                    report_samples.class_findings()
                ),
                evaluation=report_samples.evaluation(
                    sufficiency__flips=None, significance__attributes=20.0
                ),
                effort=effort,
            ).text_of["verdict"]
        )

        self.assertIn("Nothing is explained yet: no attribute is lis", text)
        self.assertIn("More images: of 250 images an attribute has to", text)
        self.assertIn("Train longer: it saw 3,000 images", text)

    def test_where_all_are_marked_it_looks_at_nothing(self):
        view = report_samples.attribute(1, share_flipped=0.0)
        parsed = _render(
            findings=report_samples.explained(
                report_samples.class_findings(view)
            )
        )

        self.assertIn(
            "Nothing that it found turns a decision by itself.",
            _words(parsed.text_of["verdict"]),
        )


class OverviewTest(absltest.TestCase):
    def test_lists_each_coordinate_once_with_all_that_it_leads_to(self):
        text = _words(_render().text_of["overview"])

        # 501 leads to both classes of the samples, 502 to one.
        self.assertEqual(text.count("turns 25 % of 118 images"), 3)
        self.assertEqual(text.count("open mouth to its maximum"), 1)
        self.assertIn(
            "glasses to its maximum, glasses or open mouth: turns 25 % of 118 "
            "images to its maximum, neither: turns 25 % of 118 images",
            text,
        )

    def test_tells_shares_of_images_and_no_log_odds(self):
        text = _render().text_of["overview"]

        self.assertNotIn("+4.00", text)
        self.assertNotIn("log odds", text)

    def test_a_list_of_one_class_does_not_repeat_its_name(self):
        parsed = _render(
            findings=report_samples.explained(
                report_samples.class_findings(report_samples.attribute(1))
            )
        )

        self.assertIn(
            "Towards glasses or open mouth glasses turns 25 % of 118 images",
            _words(parsed.text_of["overview"]),
        )

    def test_marks_what_is_weak_or_turns_nothing_and_says_what_it_means(self):
        views = (
            report_samples.attribute(1),
            report_samples.attribute(2, mean_effect=0.3, share_flipped=0.0),
        )
        parsed = _render(
            findings=report_samples.explained(
                report_samples.class_findings(*views)
            ),
            single_images=(),
        )

        for place, marks_there in (
            ("overview", 1),
            ("class-1-1", 0),
            ("class-1-2", 1),
        ):
            text = parsed.text_of[place]
            count = text.count("weak; does not turn the decision")
            self.assertEqual(count, marks_there, place)
        self.assertIn(marks.LEGEND, parsed.text_of["overview"])
        self.assertNotIn(marks.LEGEND, _render().text_of["overview"])

    def test_says_where_a_coordinate_leads_the_other_way(self):
        away = dataclasses.replace(
            report_samples.attribute(1), direction=findings.TOWARDS_MINIMUM
        )
        parsed = _render(
            findings=report_samples.explained(
                report_samples.class_findings(report_samples.attribute(1)),
                report_samples.class_findings(away, class_index=0),
            )
        )

        for place, other in (
            ("class-1-1", "neither"),
            ("class-0-1", "glasses or open mouth"),
        ):
            self.assertIn(f"Other wayleads to {other}", parsed.text_of[place])

    def test_of_many_classes_not_every_place_of_a_coordinate_is_linked(self):
        names = tuple(f"class {index}" for index in range(20))
        said = np.full((2, 20), 0.05)
        view = report_samples.attribute(
            1, before=said, after=said, carried=False
        )
        classes = tuple(
            findings.ClassFindings(
                class_index=index,
                class_name=name,
                images=9,
                attributes=(dataclasses.replace(view),),
            )
            for index, name in enumerate(names)
        )
        parsed = _render(
            findings=findings.Findings(class_names=names, classes=classes),
            demonstrations={},
            single_images=(),
        )

        text = parsed.text_of["class-19-1"]
        self.assertEqual(text.count("leads to"), 6)
        self.assertIn("listed 20 times on this page", text)

    def test_two_coordinates_of_one_factor_are_told_apart(self):
        views = (report_samples.attribute(1), report_samples.attribute(2))
        parsed = _render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    *views[:1],
                    dataclasses.replace(views[1], factor="glasses"),
                )
            )
        )

        for coordinate in (501, 502):
            self.assertIn(
                f"glasses (coordinate {coordinate})", parsed.text_of["overview"]
            )


class OnPhotographsTest(absltest.TestCase):
    def test_every_edit_is_there_both_ways(self):
        parsed = _render()

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
        alternatives = _render().alternatives()

        for text in (
            "Photograph test/7: glasses or open mouth with probability 0.19",
            "The edit on the photograph: glasses or open mouth with "
            "probability 0.68",
            "On the photograph: glasses or open mouth with probability 0.12",
        ):
            self.assertIn(text, alternatives)

    def test_without_photographs_there_is_no_switch(self):
        parsed = _render(
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
        parsed = _render(demonstrations={(1, 1): without})

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


class PaperTest(absltest.TestCase):
    def test_pages_are_numbered(self):
        style = _words(_render().inline["style"])

        self.assertIn("@bottom-right", style)
        self.assertIn('content: counter(page) " / " counter(pages);', style)


class KnobTest(absltest.TestCase):
    def test_every_frame_has_its_number_and_its_decision(self):
        parsed = _render()

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
            for element in _render().all("input")
            if element["type"] == "range"
        ]

        self.assertLen(knobs, 3)
        self.assertEqual({element["value"] for element in knobs}, {"0"})
        self.assertEqual({element["max"] for element in knobs}, {"2"})

    def test_a_page_without_knobs_has_everything_else(self):
        parsed = _render(demonstrations={}, layout_note="It shows no knobs.")

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


class NamesTest(absltest.TestCase):
    def test_a_given_name_stands_everywhere(self):
        parsed = _render(names={501: "spectacles"})

        for place in ("overview", "class-1-1", "class-0-1", "images"):
            self.assertIn("spectacles", parsed.text_of[place])
        self.assertNotIn("spectacles", parsed.text_of["class-1-2"])

    def test_without_a_run_nobody_is_asked_for_a_name(self):
        parsed = _render(run="")

        self.assertFalse(parsed.with_id("export-names"))
        self.assertNotIn("Your name for it", parsed.text_of["class-1-1"])


class SingleImagesTest(absltest.TestCase):
    def test_says_what_flips_it(self):
        text = " ".join(_render().text_of["image-1"].split())

        self.assertIn("says neither", text)
        self.assertIn("say glasses or open mouth", text)
        self.assertIn("Coordinate 777", text)
        self.assertIn("One attribute flips it to glasses or open", text)

    def test_says_when_the_picture_does_not_flip_as_predicted(self):
        weak = report_samples.edit(wins=0.4)
        parsed = _render(
            single_images=(
                report_samples.alone(subset=(weak, weak)),
                report_samples.alone(subset=(), independent=()),
            )
        )

        self.assertIn("even together", parsed.text_of["image-1"])
        self.assertIn("No attribute of glasses", parsed.text_of["image-2"])
        self.assertIn("No coordinate raises", parsed.text_of["image-2"])


class MissingTest(absltest.TestCase):
    def test_without_truth_attributes_go_by_their_coordinates(self):
        parsed = _render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    report_samples.attribute(factor=None)
                )
            ),
            evaluation=report_samples.evaluation(without=["ground_truth"]),
            causes=(),
        )

        text = parsed.text_of["class-1-1"]
        self.assertIn("Coordinate 501", text)
        self.assertNotIn("Purity", text)
        self.assertNotIn("cause", text)
        self.assertIn("not measured", parsed.text_of["figures"])
        self.assertNotIn("Against the truth", parsed.text_of["figures"])

    def test_without_any_figure(self):
        parsed = _render(evaluation=record.Evaluation())

        self.assertIn("not measured", parsed.text_of["figures"])
        self.assertEmpty(parsed.all("figure"))

    def test_a_class_without_attributes_is_a_result(self):
        parsed = _render(
            findings=report_samples.explained(report_samples.class_findings()),
            causes=(),
        )

        self.assertIn("No attribute found", parsed.text_of["overview"])
        self.assertIn("No attribute found", parsed.text_of["class-1"])
        self.assertEqual(parsed.cautions(), ["no_attributes"])

    def test_an_attribute_without_examples_keeps_its_figures(self):
        empty = np.zeros((0, 2))
        parsed = _render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    report_samples.attribute(
                        image_ids=(), before=empty, after=empty, carried=False
                    )
                )
            )
        )

        self.assertIn("+4.00 log odds", parsed.text_of["class-1-1"])


class CautionsTest(absltest.TestCase):
    def test_a_good_run_shows_none_and_says_so(self):
        parsed = _render()

        self.assertEmpty(parsed.cautions())
        self.assertFalse(parsed.with_id("cautions"))
        self.assertTrue(parsed.with_id("no-cautions"))
        self.assertEmpty(_low(parsed))

    def test_warnings_stand_before_the_results_and_mark_their_figures(self):
        parsed = _render(
            evaluation=report_samples.evaluation(
                sufficiency__label_swap=0.97,
                reconstruction__agreement=0.7,
            )
        )

        self.assertEqual(parsed.cautions(), ["label_swap", "agreement"])
        self.assertFalse(parsed.with_id("no-cautions"))
        self.assertLen(_low(parsed), 2)
        sections = [element["id"] for element in parsed.all("section")]
        self.assertEqual(sections[:3], ["verdict", "cautions", "overview"])
        self.assertIn(
            "draws class evidence from the condition",
            parsed.text_of["cautions"],
        )


class WriteReportTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "report" / "a.html"

    def test_writes_utf8_and_nothing_else(self):
        data = report_samples.report_data(title="Œil gauche – 左眼")

        page.write_report(self.path, data)

        self.assertIn("Œil gauche – 左眼", self.path.read_text("utf-8"))
        self.assertLen(list(self.path.parent.iterdir()), 1)

    def test_same_data_same_page(self):
        data = report_samples.report_data()
        page.write_report(self.path, data)
        first = self.path.read_bytes()

        page.write_report(self.path, data)

        self.assertEqual(self.path.read_bytes(), first)

    def test_compresses_pictures_that_do_not_fit_and_says_so(self):
        noise = np.random.default_rng(0).integers(
            0, 256, (2, 64, 64, 3), dtype=np.uint8
        )
        noisy = report_samples.report_data(
            reconstructions=page.Reconstructions(
                images=noise,
                reconstructions=noise,
                probabilities_images=np.eye(2),
                probabilities_reconstructions=np.eye(2),
                image_ids=("a", "b"),
            )
        )
        exact = len(page.render(noisy, pictures.ENCODINGS[0]))
        self.assertNotIn("ompressed", self._write(noisy, exact + 1000))
        self.assertIn("compressed", self._write(noisy, exact - 1000))

    def test_large_pictures_are_compressed_at_once(self):
        large = np.zeros((1, 128, 128, 3), np.uint8)
        data = report_samples.report_data(
            reconstructions=page.Reconstructions(
                images=large,
                reconstructions=large,
                probabilities_images=np.eye(1, 2),
                probabilities_reconstructions=np.eye(1, 2),
                image_ids=("a",),
            )
        )

        self.assertIn("Pictures are compressed.", self._write(data, 10**7))

    def _write(self, data, size):
        with mock.patch.object(page, "MAX_BYTES", size):
            return page.write_report(self.path, data).read_text()

    def test_refuses_a_page_that_cannot_fit(self):
        with (
            mock.patch.object(page, "MAX_BYTES", 1000),
            self.assertRaisesRegex(ValueError, "Explain fewer classes"),
        ):
            page.write_report(self.path, report_samples.report_data())
        self.assertFalse(self.path.exists())


def _pixelated(parsed: _Page) -> list[dict[str, str | None]]:
    return [
        element
        for element in parsed.all("span")
        if "picture" in (element.get("class") or "")
        and "pixelated" in (element.get("class") or "")
    ]


def _low(parsed: _Page) -> list[dict[str, str | None]]:
    return [
        element for element in parsed.all("tr") if element.get("class") == "low"
    ]


if __name__ == "__main__":
    absltest.main()
