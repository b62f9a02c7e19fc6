"""Simulated participants: who knows everything, who guesses, who cannot."""

import json
import pathlib

import numpy as np
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.studies import answers, questions, scores
from tests.studies import study_samples


class ScoresTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.key = study_samples.study_key(study_samples.study(count=30))

    def _given(self, name, answer, kind=answers.CLASSIFICATION):
        path = study_samples.write_answers(
            self.folder / f"{kind}-{name}.json",
            self.key,
            kind,
            answer,
            participant=name,
        )
        return answers.read(path, self.key)

    def _right(self, question: str) -> str:
        return self.key.answers[question]

    def _wrong(self, question: str) -> str:
        left, right = questions.SIDES
        return left if self._right(question) == right else right

    def test_all_right(self):
        scored = scores.score(self.key, [self._given("Ada", self._right)])
        self.assertEqual(scored.classification, scores.Share(30, 30))
        figures = scored.to_dict()["classification"]
        self.assertEqual(figures["accuracy"], 1.0)
        # Wilson's interval of n of n begins at n / (n + z^2).
        np.testing.assert_allclose(
            figures["interval"], [30 / (30 + 1.959964**2), 1.0]
        )
        self.assertAlmostEqual(figures["p_value"], 0.5**30)
        for share in scored.by_attribute.values():
            self.assertEqual(share.right, share.total)

    def test_guessing_is_chance(self):
        random = np.random.default_rng(0)
        given = [
            self._given(str(n), lambda _: questions.SIDES[random.integers(2)])
            for n in range(40)
        ]
        figures = scores.score(self.key, given).to_dict()["classification"]
        self.assertEqual(figures["answers"], 1200)
        low, high = figures["interval"]
        self.assertBetween(0.5, low, high)
        self.assertGreater(figures["p_value"], 0.05)

    def test_one_attribute_that_nobody_recognises(self):
        def answer(question: str) -> str:
            hard = self.key.attribute(question) == "127"
            return self._wrong(question) if hard else self._right(question)

        scored = scores.score(self.key, [self._given("Ada", answer)])
        self.assertEqual(scored.by_attribute["127"].right, 0)
        for name in ("91", "113"):
            share = scored.by_attribute[name]
            self.assertEqual(share.right, share.total)
        asked = sum(self.key.attribute(q) == "127" for q in self.key.answers)
        self.assertEqual(scored.by_attribute["127"].total, asked)
        self.assertEqual(scored.classification, scores.Share(30 - asked, 30))
        self.assertEqual(scored.by_pair[("113", "91")], scores.Share(10, 10))

    def test_participants_are_told_apart(self):
        scored = scores.score(
            self.key,
            [self._given("Ada", self._right), self._given("Bo", self._wrong)],
        )
        self.assertEqual(
            scored.by_participant,
            {"Ada": scores.Share(30, 30), "Bo": scores.Share(0, 30)},
        )
        self.assertEqual(
            scored.participants, {"classification": 2, "description": 0}
        )

    def test_descriptions_are_listed_by_attribute(self):
        given = [
            self._given(
                name,
                lambda q, name=name: f" {name} sees  {self.key.attribute(q)} ",
                kind=answers.DESCRIPTION,
            )
            for name in ("Ada", "Bo")
        ]
        scored = scores.score(self.key, given)
        self.assertIsNone(scored.classification)
        self.assertEqual(
            scored.descriptions,
            {
                name: [("Ada", f"Ada sees {name}"), ("Bo", f"Bo sees {name}")]
                for name in scored.descriptions
            },
        )
        self.assertCountEqual(scored.descriptions, study_samples.ATTRIBUTES)
        self.assertIn("Bo sees 127 (Bo)", scored.summary())

    def test_summary_and_json_say_the_same(self):
        scored = scores.score(self.key, [self._given("Ada", self._right)])
        self.assertIn(
            "all: 100.0% of 30 right (88.6% to 100.0%)", str(scored.summary())
        )
        content = json.loads(json.dumps(scored.to_dict()))
        self.assertEqual(content["classification"]["right"], 30)

    def test_nobody_counts_twice(self):
        first = self._given("Ada", self._right)
        again = study_samples.write_answers(
            self.folder / "again.json",
            self.key,
            answers.CLASSIFICATION,
            self._right,
            participant="Ada",
        )
        with self.assertRaisesRegex(errors.StudyError, "'Ada' has answered"):
            scores.score(self.key, [first, answers.read(again, self.key)])

    def test_no_answers(self):
        with self.assertRaisesRegex(errors.StudyError, "no answers"):
            scores.score(self.key, [])


if __name__ == "__main__":
    absltest.main()
