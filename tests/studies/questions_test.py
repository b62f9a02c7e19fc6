"""Tests of stylex_tf.studies.questions."""

import collections
import itertools

import numpy as np
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.studies import questions
from tests.studies import study_samples


def _shows(clip: questions.Clip) -> str:
    """Reads the attribute from the pixels."""
    return str((clip.edited - clip.source).max())


class ComposeTest(absltest.TestCase):
    def test_columns_and_answers_are_what_they_are_called(self):
        for question in study_samples.study(count=60).classifications:
            for name, column in zip(
                question.attributes, question.columns, strict=True
            ):
                self.assertLen(column, 2)
                self.assertEqual({_shows(clip) for clip in column}, {name})
            self.assertNotEqual(*question.attributes)
            side = questions.SIDES.index(question.answer)
            self.assertEqual(_shows(question.asked), question.attributes[side])

    def test_no_picture_occurs_twice_in_a_question(self):
        made = study_samples.study(count=60)
        for question in (*made.classifications, *made.descriptions):
            ids = [clip.image_id for clip in question.clips]
            self.assertLen(set(ids), len(ids))

    def test_the_fewest_animations_are_enough(self):
        attributes = {
            name: study_samples.clips(name, images=questions.CLIPS)
            for name in study_samples.ATTRIBUTES
        }
        made = questions.compose(attributes, count=60, seed=0)
        for question in made.classifications:
            self.assertLen({clip.image_id for clip in question.clips}, 5)
        for question in made.descriptions:
            self.assertLen(question.clips, 4)

    def test_pairs_are_compared_equally_often(self):
        made = study_samples.study(count=31)
        counts = collections.Counter(
            frozenset(question.attributes) for question in made.classifications
        )
        expected = itertools.combinations(study_samples.ATTRIBUTES, 2)
        self.assertEqual(set(counts), set(map(frozenset, expected)))
        self.assertEqual(sorted(counts.values()), [10, 10, 11])

    def test_sides_are_random(self):
        made = study_samples.study(count=400).classifications
        left = np.mean([question.answer == "left" for question in made])
        self.assertBetween(left, 0.4, 0.6)
        ordered = np.mean(
            [
                question.attributes[0] < question.attributes[1]
                for question in made
            ]
        )
        self.assertBetween(ordered, 0.4, 0.6)

    def test_every_attribute_is_described_once(self):
        made = study_samples.study().descriptions
        self.assertCountEqual(
            [question.attribute for question in made], study_samples.ATTRIBUTES
        )
        for question in made:
            self.assertEqual(
                {_shows(c) for c in question.clips}, {question.attribute}
            )

    def test_a_seed_is_a_study(self):
        same = study_samples.study(seed=3)
        self.assertEqual(study_samples.study(seed=3).id, same.id)
        other = study_samples.study(seed=4)
        self.assertNotEqual(other.id, same.id)
        self.assertNotEqual(
            [question.answer for question in other.classifications],
            [question.answer for question in same.classifications],
        )

    def test_refuses_one_attribute(self):
        with self.assertRaisesRegex(errors.StudyError, "1 attributes"):
            questions.compose({"1": study_samples.clips("1")}, count=1, seed=0)

    def test_refuses_too_few_images(self):
        attributes = {
            "1": study_samples.clips("1"),
            "2": study_samples.clips("2", images=4),
        }
        with self.assertRaisesRegex(errors.StudyError, "attribute 2: .* of 4"):
            questions.compose(attributes, count=1, seed=0)


if __name__ == "__main__":
    absltest.main()
