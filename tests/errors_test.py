"""Tests of stylex_tf.errors: what a person is told, in one line."""

import inspect

from absl.testing import absltest

import stylex_tf
from stylex_tf import errors


class ErrorsTest(absltest.TestCase):
    def test_every_kind_is_for_a_person(self):
        kinds = [
            kind
            for _, kind in inspect.getmembers(errors, inspect.isclass)
            if kind is not errors.UserError
        ]
        self.assertIn(errors.DataError, kinds)
        for kind in kinds:
            self.assertTrue(issubclass(kind, errors.UserError), kind)

    def test_a_message_is_one_line_whatever_it_quotes(self):
        error = errors.ClassifierError(
            "Keras cannot read a.h5: first\n\r\n    second\x0b third"
        )
        self.assertEqual(
            str(error), "Keras cannot read a.h5: first second third"
        )

    def test_the_first_line_of_a_librarys_error(self):
        for error, line in (
            (ValueError("\n  first \nsecond"), "first "),
            (KeyError(), "KeyError"),
            (OSError("x" * 300), "x" * 200),
        ):
            self.assertEqual(errors.first_line(error), line)

    def test_a_number_that_diverges_is_also_an_arithmetic_error(self):
        with self.assertRaisesRegex(ArithmeticError, "^loss is nan$"):
            raise errors.DivergedError("loss is nan")

    def test_what_a_program_catches(self):
        self.assertIs(stylex_tf.UsageError, errors.UsageError)
        self.assertTrue(issubclass(stylex_tf.UsageError, ValueError))


if __name__ == "__main__":
    absltest.main()
