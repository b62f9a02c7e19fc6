"""Tests of stylex_tf.studies.answers and key: what is refused, and how."""

import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.studies import answers, key
from tests.studies import study_samples


class AnswersTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.key = study_samples.study_key(study_samples.study())

    def _read(self, answer, kind=answers.CLASSIFICATION, **changes):
        path = self.folder / "one.json"
        study_samples.write_answers(path, self.key, kind, answer, **changes)
        return answers.read(path, self.key)

    def test_reads_what_a_page_saves(self):
        given = self._read(lambda _: "left", participant="  Ada  L. ")
        self.assertEqual(given.name, "Ada L.")
        self.assertEqual(given.answers, dict.fromkeys(self.key.answers, "left"))
        given = self._read(lambda _: "the hair", kind=answers.DESCRIPTION)
        self.assertEqual(given.name, "one")
        self.assertCountEqual(given.answers, self.key.described)

    @parameterized.named_parameters(
        ("side", lambda _: "middle", {}, "c1 is 'middle'; expected .'left'"),
        ("missing", lambda q: None if q == "c3" else "left", {}, "c3 is None"),
        ("study", lambda _: "left", {"study": "x"}, "study 'x'; the key is of"),
        ("kind", lambda _: "left", {"kind": "quiz"}, "kind is 'quiz'"),
        ("format", lambda _: "left", {"format": 1}, "no file of answers"),
        ("list", lambda _: "left", {"answers": []}, "answers is \\[\\]"),
        ("name", lambda _: "left", {"participant": 7}, "participant is 7"),
    )
    def test_refuses(self, answer, changes, message):
        with self.assertRaisesRegex(
            errors.StudyError, f"one.json: .*{message}"
        ):
            self._read(answer, **changes)

    def test_refuses_a_question_that_there_is_not(self):
        given = dict.fromkeys(self.key.answers, "left") | {"c99": "left"}
        with self.assertRaisesRegex(errors.StudyError, "no question 'c99'"):
            self._read(lambda _: "", answers=given)

    @parameterized.parameters("  ", 3, "x" * 1001)
    def test_refuses_what_is_no_description(self, words):
        with self.assertRaisesRegex(errors.StudyError, "d1.*expected 1 to"):
            self._read(lambda _: words, kind=answers.DESCRIPTION)

    @parameterized.parameters("{", "[]", "7", "null")
    def test_refuses_other_files(self, content):
        path = self.folder / "other.json"
        path.write_text(content)
        with self.assertRaisesRegex(errors.StudyError, "other.json: "):
            answers.read(path, self.key)
        with self.assertRaisesRegex(errors.StudyError, "is no key"):
            key.load(path)

    def test_names_a_file_that_there_is_not(self):
        path = self.folder / "missing.json"
        for read in (key.load, lambda path: answers.read(path, self.key)):
            with self.assertRaisesRegex(errors.StudyError, "No such file"):
                read(path)


class KeyTest(absltest.TestCase):
    def test_what_is_saved_is_loaded(self):
        path = pathlib.Path(self.create_tempdir()) / "key.json"
        known = study_samples.study_key(study_samples.study())
        known.save(path)
        self.assertEqual(key.load(path), known)

    def test_answers_are_no_key(self):
        known = study_samples.study_key(study_samples.study())
        path = study_samples.write_answers(
            pathlib.Path(self.create_tempdir()) / "answers.json",
            known,
            answers.CLASSIFICATION,
            lambda _: "left",
        )
        with self.assertRaisesRegex(errors.StudyError, "is no key"):
            key.load(path)

    def test_knows_what_is_asked_for(self):
        made = study_samples.study()
        known = study_samples.study_key(made)
        for question in made.classifications:
            right = question.attributes[question.answer == "right"]
            self.assertEqual(known.attribute(question.id), right)
        for question in made.descriptions:
            self.assertEqual(known.attribute(question.id), question.attribute)


if __name__ == "__main__":
    absltest.main()
