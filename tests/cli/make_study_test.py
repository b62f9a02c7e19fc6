"""Tests of stylex_tf.cli.make_study, on a run that really was trained."""

import base64
import contextlib
import io
import pathlib
import re

import numpy as np
import tensorflow as tf
from absl import app
from absl.testing import absltest, flagsaver
from PIL import Image

from stylex_tf import errors
from stylex_tf.cli import make_study
from stylex_tf.ops import preprocessing
from stylex_tf.runs import searching
from stylex_tf.runs import trained as trained_lib
from stylex_tf.studies import key
from tests.testing import tiny_run

_ASKED = (3, 0, 5)


class MakeStudyTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run = tiny_run.train()
        cls.folder = run.folder
        cls.trained = trained_lib.load(run.folder.root)
        cls.search_result = searching.find(cls.trained)

    def setUp(self):
        super().setUp()
        self.output = pathlib.Path(self.create_tempdir()) / "study"

    def _run(self, **values) -> str:
        defaults = {
            "run_dir": str(self.folder.root),
            "output": str(self.output),
            "attributes": [str(c) for c in _ASKED],
            "questions": 9,
            "seed": 0,
        }
        printed = io.StringIO()
        with flagsaver.flagsaver(**(defaults | values)):
            with contextlib.redirect_stdout(printed):
                make_study.main(["make_study"])
        return printed.getvalue()

    def test_pages_and_key_are_apart(self):
        printed = self._run()
        self.assertIn("A study of the coordinates 3, 0, 5", printed)
        self.assertEqual(
            sorted(str(p.relative_to(self.output)) for p in self._files()),
            [
                "key.json",
                "participants/classification.html",
                "participants/description.html",
            ],
        )
        known = key.load(self.output / "key.json")
        self.assertEqual(known.facts["run"], str(self.folder.root))
        self.assertCountEqual(known.facts["attributes"], ["3", "0", "5"])
        self.assertLen(known.answers, 9)
        self.assertCountEqual(known.described.values(), ["3", "0", "5"])

    def _files(self):
        return [path for path in self.output.rglob("*") if path.is_file()]

    def test_each_animation_moves_its_attribute_to_the_farther_end(self):
        self._run()
        known = key.load(self.output / "key.json")
        text = (self.output / "participants" / "description.html").read_text()
        expected = {
            attribute: self._edits(int(attribute))
            for attribute in known.described.values()
        }
        for question, attribute in known.described.items():
            part = re.search(
                rf'<section id="{question}".*?</section>', text, re.DOTALL
            )
            shown = [
                np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
                for data in re.findall(r'base64,([^"]+)"', part.group())
            ]
            self.assertLen(shown, 8)
            for source, edited in zip(shown[::2], shown[1::2], strict=True):
                pair = np.stack([source, edited]).astype(int)
                distances = [
                    abs(pair - wanted).max() for wanted in expected[attribute]
                ]
                # Batches have another shape, so that sums round differently.
                self.assertLessEqual(min(distances), 1)

    def _edits(self, coordinate: int) -> list[np.ndarray]:
        """Every searched image, and with the coordinate at its farther end."""
        ends = self.search_result.table.ranges.ends()[:, coordinate]
        edits = []
        for styles in self.search_result.styles:
            edited = styles.copy()
            distances = abs(ends - styles[coordinate])
            edited[coordinate] = ends[distances.argmax()]
            pictures = self.trained.stylex.generate(
                tf.constant(np.stack([styles, edited]))
            )
            edits.append(preprocessing.to_uint8(pictures).numpy().astype(int))
        return edits

    def test_refuses_one_attribute(self):
        with self.assertRaisesRegex(errors.StudyError, "1 attributes"):
            self._run(attributes=["3"])
        self.assertFalse(self.output.exists())

    def test_by_itself_takes_what_the_report_shows(self):
        # A run this short finds nothing beyond chance.
        with self.assertRaisesRegex(errors.StudyError, "0 attributes"):
            self._run(attributes=[])

    def test_keeps_a_study_that_is_there(self):
        self._run()
        with self.assertRaises(errors.ExistsError):
            self._run(seed=1)

    def test_asks_for_what_is_missing(self):
        for name in ("run_dir", "output"):
            with self.assertRaisesRegex(app.UsageError, "are needed"):
                self._run(**{name: None})


if __name__ == "__main__":
    absltest.main()
