import dataclasses
import json
import pathlib
import re

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.api import explanation
from stylex_tf.attributes import carried_edit
from stylex_tf.report import marks
from tests.api import explanation_samples as samples


class ExplanationTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir()) / "out"

    @parameterized.named_parameters(
        ("images", {}),
        (
            "class",
            {
                "class_effects": np.array([3, 2, -1], np.float32),
                "class_shares": np.array([0.5, 0, -1], np.float32),
            },
        ),
        (
            "trust",
            {
                "attribute_names": {1: "glasses"},
                "error_shares": np.array([0.5, 1], np.float32),
                "style_shares": np.array([0, 0.25], np.float32),
                "probabilities_carried": np.full([2, 3, 2], 0.5, np.float32),
            },
        ),
        (
            "nothing_found",
            {
                "coordinates": np.full([2, 3], -1, np.int32),
                "edited": np.zeros([2, 3, 6, 6, 3], np.uint8),
            },
        ),
    )
    def test_comes_back_as_it_was_saved(self, changes):
        saved = samples.make(**changes)

        self.assertEqual(saved.save(self.folder), self.folder)
        loaded = explanation.Explanation.load(self.folder)

        for field in dataclasses.fields(saved):
            before, after = (
                getattr(explained, field.name) for explained in (saved, loaded)
            )
            if isinstance(before, np.ndarray):
                np.testing.assert_array_equal(after, before, field.name)
                self.assertEqual(after.dtype, before.dtype, field.name)
            else:
                self.assertEqual(after, before)

    def test_refuses_numbers_of_another_explanation(self):
        samples.make().save(self.folder)
        path = self.folder / "explanation.json"
        document = json.loads(path.read_text())
        document["image_ids"].append("c.png")
        path.write_text(json.dumps(document))

        with self.assertRaisesRegex(
            errors.UsageError, r"target_classes has shape \[2\]; expected \[N\]"
        ):
            explanation.Explanation.load(self.folder)

    @parameterized.named_parameters(
        (
            "attributes",
            {"strengths": np.ones([2, 4], np.float32)},
            r"strengths has shape \[2, 4\]; expected \[N, A\]",
        ),
        (
            "square",
            {"images": np.zeros([2, 6, 5, 3], np.uint8)},
            r"images has shape \[2, 6, 5, 3\]; expected \[N, R, R, 3\]",
        ),
        (
            "grey",
            {"edited": np.zeros([2, 3, 6, 6, 1], np.uint8)},
            "edited has shape",
        ),
    )
    def test_refuses_shapes_that_do_not_fit(self, changes, message):
        with self.assertRaisesRegex(ValueError, message):
            samples.make(**changes)

    def test_draws_a_row_an_image(self):
        both = samples.make().plot()
        single = samples.make().plot(max_images=1)

        # Five pictures of 114 pixels, and four.
        self.assertEqual(both.width, 8 + 5 * 122)
        self.assertEqual(single.width, 8 + 4 * 122)
        self.assertGreater(both.height, single.height + 114)
        # The last picture, 19 times as large: a column beside its label.
        column = np.asarray(both)[:, 8 + 4 * 122 + 57]
        made = np.repeat(samples.make().edited[1, 2][:, 3], 19, axis=0)
        places = [
            top
            for top in range(len(column) - len(made) + 1)
            if np.array_equal(column[top : top + len(made)], made)
        ]
        self.assertLen(places, 1)
        self.assertGreater(places[0], single.height)

    def test_the_page_shows_probabilities_and_escapes_names(self):
        path = samples.make().to_html(self.folder / "page.html")

        page = path.read_text(encoding="utf-8")
        self.assertEqual(path, self.folder / "page.html")
        # Away from the likeliest class; towards the first.
        self.assertIn("a.png: probability of Käfer &lt;b&gt;</h2>", page)
        self.assertIn("image 1: probability of cat</h2>", page)
        self.assertNotIn("<b>", page)
        self.assertIn('<span class="p">0.69</span>', page)
        self.assertIn("2. style 1 to min", page)
        self.assertNotIn("style -1", page)
        # Each edit is there twice: by itself, and carried onto the image.
        self.assertEqual(page.count("<img"), 4 + 2 * 5)
        self.assertEqual(page.count('<figure class="carried">'), 5)
        self.assertNotRegex(page, r'(src|href)="(?!data:)')
        self.assertIn("<dd>export/1</dd>", page)

    def test_a_notebook_shows_the_first_images(self):
        many = samples.make(
            **{
                name: np.repeat(getattr(samples.make(), name), 6, axis=0)
                for name in ("target_classes", "coordinates", "directions")
                + ("strengths", "effects", "probabilities")
                + ("probabilities_before", "probabilities_after")
                + ("images", "reconstructions", "edited")
            },
            image_ids=tuple(f"{n}.png" for n in range(12)),
        )
        fragment = many._repr_html_()

        self.assertIn("7.png", fragment)
        self.assertNotIn("8.png", fragment)
        self.assertIn("and 4 more images", fragment)
        self.assertNotIn("<html", fragment)

    def test_has_a_length_and_parts(self):
        whole = samples.make(error_shares=np.array([0.5, 1.0], np.float32))

        self.assertLen(whole, 2)
        self.assertEqual(
            [part.image_ids[0] for part in whole], ["a.png", "image 1"]
        )
        self.assertLen(whole[0:0], 0)
        np.testing.assert_array_equal(whole[-1].edited[0], whole.edited[1])
        self.assertEqual(whole[1].error_shares, [1.0])
        with self.assertRaises(IndexError):
            whole[2]
        again = explanation.join(list(whole))
        np.testing.assert_array_equal(again.edited, whole.edited)
        self.assertEqual(again.image_ids, whole.image_ids)

    def test_says_what_it_is_in_one_line(self):
        self.assertEqual(
            repr(samples.make(style_shares=np.array([0.5, 1.0], np.float32))),
            "<Explanation of 2 images, up to 3 attributes each; classes cat, "
            "Käfer <b>; 1 not to be relied on>",
        )

    def test_an_edit_is_carried_onto_the_image(self):
        made = samples.make()

        np.testing.assert_array_equal(
            made.carried[1, 2],
            carried_edit.carry(
                made.images[1:2],
                made.reconstructions[1:2],
                made.edited[1:2, 2],
            )[0],
        )
        np.testing.assert_array_equal(made.carried[0, 2], 0)

    def test_marks_what_does_little_and_what_turns_nothing(self):
        after = np.array(
            [
                # Away from Käfer: cat, Käfer, nothing there.
                [[0.9, 0.1], [0.2, 0.8], [-1, -1]],
                # Towards cat, which it is already.
                [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]],
            ],
            np.float32,
        )
        made = samples.make(
            effects=np.array([[4.0, 0.3, -1], [2, 1, 0.1]], np.float32),
            probabilities_after=after,
        )

        np.testing.assert_array_equal(
            made.turns, [[True, False, False], [False] * 3]
        )
        np.testing.assert_array_equal(
            made.weak, [[False, True, False], [False, False, True]]
        )
        self.assertEqual(
            made.cautions(0), ["", "weak; does not turn the decision", ""]
        )
        self.assertIn(
            "weak; does not turn the decision",
            made.to_html(self.folder / "page.html").read_text(),
        )

    def test_an_edit_on_the_image_has_a_mark_of_its_own(self):
        # Carried, the first edit turns nothing, and the second does.
        said = np.full([2, 3, 2], -1, np.float32)
        said[0, :2] = [[0.4, 0.6], [0.7, 0.3]]
        said[1] = [0.6, 0.4]
        made = samples.make(
            probabilities_after=np.array(
                [
                    [[0.9, 0.1], [0.2, 0.8], [-1, -1]],
                    [[0.9, 0.1]] * 3,
                ],
                np.float32,
            ),
            probabilities_carried=said,
        )

        np.testing.assert_array_equal(
            made.turns_carried, [[False, True, False], [False] * 3]
        )
        self.assertEqual(made.cautions(0), ["", marks.TURNS_NOTHING, ""])
        self.assertEqual(
            made.cautions(0, carried=True), [marks.TURNS_NOTHING, "", ""]
        )
        shown = [
            (bool(carried), bool(caution))
            for carried, caution in re.findall(
                '<figure class="(?:made|(carried))">.*?</span><figcaption>'
                "[^<]*(<span)?",
                made[:1].to_html(self.folder / "page.html").read_text(),
            )
        ]
        self.assertEqual(
            shown, [(False, False), (True, True), (False, True), (True, False)]
        )

    def test_where_nobody_asked_no_mark_says_what_an_edit_turns(self):
        made = samples.make(
            effects=np.array([[4.0, 0.3, -1], [2, 1, 0.1]], np.float32)
        )

        self.assertIsNone(made.turns_carried)
        self.assertEqual(made.cautions(0, carried=True), ["", marks.WEAK, ""])

    def test_a_sheet_shows_the_edits_on_the_image(self):
        made = samples.make(
            probabilities_carried=np.full([2, 3, 2], 0.5, np.float32)
        )

        sheet = np.asarray(made.plot(max_images=1, carried=True))

        # The first edit, 19 times as large: a column beside its label.
        column = sheet[:, 8 + 2 * 122 + 57]
        expected = np.repeat(made.carried[0, 0][:, 3], 19, axis=0)
        self.assertTrue(
            any(
                np.array_equal(column[top : top + len(expected)], expected)
                for top in range(len(column))
            )
        )

    def test_the_page_tells_no_folders_of_this_machine(self):
        made = samples.make(
            image_ids=("/home/me/cats/1.png", "image 1"),
            provenance={"model": "/home/me/export/1", "model_sha256": "c0ffee"},
        )

        page = made.to_html(self.folder / "page.html").read_text()

        self.assertNotIn("/home/me", page)
        self.assertIn("cats/1.png: probability of", page)
        self.assertIn("<dt>model</dt><dd>export/1</dd>", page)
        self.assertIn("c0ffee", page)
        # What is kept for programs is whole.
        self.assertEqual(made.image_ids[0], "/home/me/cats/1.png")

    def test_names_that_were_given_are_shown_and_kept(self):
        made = samples.make(attribute_names={1: "glasses"})

        self.assertEqual(made.attribute_name(0, 1), "glasses")
        self.assertEqual(made.attribute_name(0, 0), "style 4")
        self.assertIn(
            "2. glasses (style 1 to min)",
            made.to_html(self.folder / "page.html").read_text(),
        )


if __name__ == "__main__":
    absltest.main()
