"""Tests of what the stage of the report shows of a run, and says of it."""

import datetime
import pathlib
import types

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import run_folder
from stylex_tf.attributes import carried_edit
from stylex_tf.evaluation import figure, record
from stylex_tf.ops import preprocessing
from stylex_tf.runs import given_names, reporting
from tests.testing import linear_run

_TARGET = 1
_STEP = 40


class ReportingTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.run = linear_run.LinearRun(relevant=[2, 4])
        self.root = pathlib.Path(self.create_tempdir())
        trained = self.run.trained
        trained.settings.data.source = "/home/me/photos.zip"
        trained.settings.classifier.path = "/home/me/classifier.keras"
        trained.folder = run_folder.RunFolder(self.root)
        trained.classifier = types.SimpleNamespace(class_names=("no", "yes"))
        trained.stylex.step = _STEP
        trained.stylex.style_space = types.SimpleNamespace(
            size=self.run.world.searched, locate=lambda _: ("b8.conv0", 3)
        )
        searched = trained.held_out.searched
        trained.held_out.tested = trained.held_out.unseen = searched
        trained.dataset = types.SimpleNamespace(
            manifest=types.SimpleNamespace(
                source=trained.settings.data.source,
                resolution=4,
                causes_by_class=(),
                greyscale=False,
                splits={"train": 16, "test": 15},
            )
        )
        trained.record = types.SimpleNamespace(
            symptoms=lambda: (),
            ending=lambda: "",
            history=types.SimpleNamespace(best={"step": 30}),
        )
        self.shown = reporting.show(trained, self.run.search_result, None)

    def _page(self, shown=None, evaluation=None):
        reporting.write_report(
            self.run.trained,
            self.run.search_result,
            shown or self.shown,
            evaluation or record.Evaluation(),
            given_names.GivenNames("f00d", {2: "stripes"}),
            today=lambda: datetime.date(2026, 2, 3),
        )
        page = self.run.trained.folder.report.read_text()
        return " ".join(page.replace("\N{NO-BREAK SPACE}", " ").split())

    def test_the_share_turned_is_of_all_images_of_other_classes(self):
        (class_findings,) = (
            shown
            for shown in self.shown.classes
            if shown.class_index == _TARGET
        )
        table = self.run.search_result.table
        others = np.flatnonzero(table.predictions != _TARGET)
        self.assertEqual(class_findings.images, len(others))
        self.assertNotEmpty(class_findings.attributes)
        for view in class_findings.attributes:
            styles = self.run.search_result.styles[others].copy()
            styles[:, view.coordinate] = 3 if view.direction else -3
            turned = self.run.probabilities(styles).argmax(axis=1) == _TARGET
            self.assertAlmostEqual(view.share_flipped, turned.mean())

    def test_examples_are_carried_onto_their_photographs(self):
        searched = self.run.trained.held_out.searched
        for class_findings in self.shown.classes:
            for view in class_findings.attributes:
                rows = [searched.ids.index(name) for name in view.image_ids]
                carried = view.carried
                np.testing.assert_array_equal(
                    carried.photographs, searched.images[rows]
                )
                np.testing.assert_array_equal(
                    carried.edited,
                    carried_edit.carry(
                        carried.photographs, view.sources, view.edited
                    ),
                )
                for images, said in (
                    (carried.photographs, carried.probabilities_before),
                    (carried.edited, carried.probabilities_after),
                ):
                    logits = self.run.world.classify(
                        preprocessing.to_float(images)
                    )
                    np.testing.assert_allclose(
                        said, tf.nn.softmax(logits), rtol=1e-5
                    )

    def test_what_matters_only_together_is_shown_at_once(self):
        searched = self.run.search_result
        together = searched.with_lists(
            {**searched.by_class, _TARGET: searched.by_class[_TARGET][:2]},
            together=frozenset({_TARGET}),
        )
        shown = reporting.show(self.run.trained, together, None)

        other, of_class = shown.classes
        self.assertIsNone(other.together)
        view = of_class.together
        self.assertEqual(view.attributes, 2)
        styles = searched.styles[searched.table.predictions != _TARGET].copy()
        for edit in searched.by_class[_TARGET][:2]:
            styles[:, edit.coordinate] = 3 if edit.direction else -3
        said = self.run.probabilities(styles)
        self.assertAlmostEqual(
            view.share_flipped, np.mean(said.argmax(axis=1) == _TARGET)
        )
        # The examples are those that it moves most, best first.
        self.assertAlmostEqual(
            view.probabilities_after[0, _TARGET], said[:, _TARGET].max(), 5
        )
        self.assertLen(view.carried.edited, len(view.image_ids))
        self.assertIn("All 2 at once", self._page(shown))

    def test_says_when_and_of_which_weights_it_is(self):
        page = self._page()

        self.assertIn("<dt>Date</dt><dd>3 February 2026</dd>", page)
        self.assertIn("<dd>weights f00d, step 40</dd>", page)
        self.assertIn("stripes", page)

    def test_counts_the_images_that_were_searched(self):
        # The config allows 250; there are five.
        self.assertIn("5 held-out images, all different", self._page())

    def test_tells_no_folder_of_this_machine(self):
        page = self._page()

        self.assertNotIn("/home/me", page)
        self.assertNotIn(str(self.root), page)
        self.assertIn("photos.zip, 4 px", page)
        self.assertIn("classifier.keras", page)

    def test_where_nothing_is_listed_says_what_went_into_the_run(self):
        nothing = self.run.search_result.only(
            {
                target: [False] * len(listed)
                for target, listed in self.run.search_result.by_class.items()
            }
        )
        tested = figure.Figure(6.0, 5)

        page = self._page(
            reporting.show(self.run.trained, nothing, None),
            record.Evaluation(
                reconstruction=record.Reconstruction(
                    agreement=figure.Figure(0.8, 5)
                ),
                significance=record.Significance(attributes=tested),
            ),
        )

        batch_size = self.run.trained.settings.training.batch_size
        self.assertIn("The search handed on 6 attributes; on 5 images", page)
        self.assertIn(
            f"it saw {_STEP * batch_size:,} images, each of 16 images about",
            page,
        )
        self.assertIn(f"best after {30 * batch_size:,}", page)
        # All five of five: p = 0.2 ** 5 * 6 = 0.002; four are not enough.
        self.assertIn("has to turn at least 100 % to be told from", page)


if __name__ == "__main__":
    absltest.main()
