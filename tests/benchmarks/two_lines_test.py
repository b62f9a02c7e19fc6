"""Tests of benchmarks.two_lines: turns, the fastest, the ratio."""

import dataclasses
import pathlib
import sys

from absl.testing import absltest

from benchmarks import step_times, two_lines
from stylex_tf import errors

_CASE = step_times.Case("x.py", 3)
_PYTHONS = {"first": "python-a", "new": "python-b"}


def _times(*seconds: float) -> step_times.Times:
    """Kinds of steps, each as often as the others; a batch of 8 images."""
    return step_times.Times(
        versions={"tensorflow": "2.15.1"},
        precision="float32",
        batch=8,
        kinds=tuple(
            step_times.Kind((f"phase{number}",), 1 / len(seconds), value)
            for number, value in enumerate(seconds)
        ),
    )


class TwoLinesTest(absltest.TestCase):
    def test_they_take_turns(self):
        asked = []

        def ask(python, case):
            asked.append(python)
            self.assertEqual(case, _CASE)
            return _times(len(asked))

        times = two_lines.in_turns(_PYTHONS, _CASE, 2, ask)

        self.assertEqual(asked, ["python-a", "python-b"] * 2)
        self.assertEqual(times["first"], [_times(1), _times(3)])
        self.assertEqual(times["new"], [_times(2), _times(4)])

    def test_the_fastest_of_each_kind_counts(self):
        self.assertEqual(
            two_lines.fastest([_times(1.0, 4.0), _times(2.0, 3.0)]),
            _times(1.0, 3.0),
        )

    def test_the_ratio_is_of_images_a_second(self):
        result = two_lines.compared(
            {
                "first": [_times(1.0, 4.0), _times(2.0, 3.0)],
                "new": [_times(2.0, 3.0), _times(2.0, 6.0)],
            }
        )
        # Means of 2.0 and 2.5 seconds.
        self.assertEqual(result["new_by_first"], 0.8)
        first, new = (result["lines"][line] for line in ("first", "new"))
        self.assertEqual(first["images_per_second"], 4.0)
        self.assertEqual(first["of_each_process"], [3.2, 3.2])
        self.assertEqual(new["images_per_second"], 3.2)
        self.assertEqual(new["of_each_process"], [3.2, 2.0])
        self.assertEqual(
            two_lines.table(result)[2:],
            [
                "| phase0 | 50% | 1000 | 2000 | 0.50 |",
                "| phase1 | 50% | 3000 | 3000 | 1.00 |",
                "| **a training, images/s** | | 4.0 | 3.2 | 0.80 |",
            ],
        )

    def test_other_steps_have_no_ratio(self):
        other = dataclasses.replace(_times(1.0), precision="mixed_bfloat16")
        with self.assertRaisesRegex(errors.UserError, "ran different steps"):
            two_lines.compared({"first": [_times(1.0)], "new": [other]})

    def test_a_process_that_fails_says_why(self):
        missing = str(pathlib.Path(self.create_tempdir()) / "none.py")
        with self.assertRaisesRegex(
            errors.UserError, r"ended with 1:(?s:.)*No such file.*none\.py"
        ):
            two_lines.in_process(sys.executable, step_times.Case(missing, 1))

    def test_an_interpreter_that_is_none_is_named(self):
        with self.assertRaisesRegex(
            errors.UserError, "/no/python cannot be started: No such file"
        ):
            two_lines.in_process("/no/python", _CASE)


if __name__ == "__main__":
    absltest.main()
