"""Tests what stands first on the page: verdict, cautions, overview."""

import dataclasses

import numpy as np
from absl.testing import absltest

from stylex_tf.report import findings, marks, verdict
from tests.report import parsed_page, report_samples


class VerdictTest(absltest.TestCase):
    def test_comes_first_and_names_what_it_looks_at(self):
        parsed = parsed_page.render()

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
            parsed_page.render(
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
            parsed_page.render(
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
        parsed = parsed_page.render(
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
        text = _words(parsed_page.render().text_of["overview"])

        # 501 leads to both classes of the samples, 502 to one.
        self.assertEqual(text.count("turns 25 % of 118 images"), 3)
        self.assertEqual(text.count("open mouth to its maximum"), 1)
        self.assertIn(
            "glasses to its maximum, glasses or open mouth: turns 25 % of 118 "
            "images to its maximum, neither: turns 25 % of 118 images",
            text,
        )

    def test_tells_shares_of_images_and_no_log_odds(self):
        text = parsed_page.render().text_of["overview"]

        self.assertNotIn("+4.00", text)
        self.assertNotIn("log odds", text)

    def test_a_list_of_one_class_does_not_repeat_its_name(self):
        parsed = parsed_page.render(
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
        parsed = parsed_page.render(
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
        self.assertNotIn(marks.LEGEND, parsed_page.render().text_of["overview"])

    def test_says_where_a_coordinate_leads_the_other_way(self):
        away = dataclasses.replace(
            report_samples.attribute(1), direction=findings.TOWARDS_MINIMUM
        )
        parsed = parsed_page.render(
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
        parsed = parsed_page.render(
            findings=findings.Findings(class_names=names, classes=classes),
            demonstrations={},
            single_images=(),
        )

        text = parsed.text_of["class-19-1"]
        self.assertEqual(text.count("leads to"), 6)
        self.assertIn("listed 20 times on this page", text)

    def test_two_coordinates_of_one_factor_are_told_apart(self):
        views = (report_samples.attribute(1), report_samples.attribute(2))
        parsed = parsed_page.render(
            findings=report_samples.explained(
                report_samples.class_findings(
                    *views[:1],
                    dataclasses.replace(views[1], factor="glasses"),
                )
            )
        )

        for coordinate in (501, 502):
            self.assertIn(
                f"glasses (style {coordinate})", parsed.text_of["overview"]
            )


class CautionsTest(absltest.TestCase):
    def test_a_good_run_shows_none_and_says_so(self):
        parsed = parsed_page.render()

        self.assertEmpty(parsed.cautions())
        self.assertFalse(parsed.with_id("cautions"))
        self.assertTrue(parsed.with_id("no-cautions"))
        self.assertEmpty(_low(parsed))

    def test_warnings_stand_before_the_results_and_mark_their_figures(self):
        parsed = parsed_page.render(
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


def _words(text: str) -> str:
    """As a reader sees it: one space between words."""
    return " ".join(text.split())


def _low(parsed: parsed_page.Page) -> list[dict[str, str | None]]:
    return [
        element for element in parsed.all("tr") if element.get("class") == "low"
    ]


if __name__ == "__main__":
    absltest.main()
