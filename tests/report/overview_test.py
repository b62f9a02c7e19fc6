"""Tests of the lists of the overview."""

import dataclasses

import numpy as np
from absl.testing import absltest

from stylex_tf.report import findings, overview
from tests.report import report_samples

_MINIMUM = findings.TOWARDS_MINIMUM


def _view(rank, coordinate, share, direction=findings.TOWARDS_MAXIMUM, of=2):
    """An attribute without examples, in a classifier of some classes."""
    nothing = np.zeros((0, of))
    return dataclasses.replace(
        report_samples.attribute(
            rank,
            share_flipped=share,
            image_ids=(),
            before=nothing,
            after=nothing,
            carried=False,
        ),
        coordinate=coordinate,
        direction=direction,
    )


def _told(shown):
    return [
        [
            [(led.of_class.class_index, led.view.rank) for led in line.led]
            for line in listed.lines
        ]
        for listed in overview.lists(shown)
    ]


class OverviewTest(absltest.TestCase):
    def test_of_two_classes_a_coordinate_stands_once(self):
        shown = report_samples.explained(
            report_samples.class_findings(_view(1, 7, 0.2), _view(2, 8, 0.4)),
            report_samples.class_findings(
                _view(1, 7, 0.5, _MINIMUM),
                _view(2, 9, 0.1, _MINIMUM),
                class_index=0,
            ),
        )

        # One list, the strongest first, each with all that it leads to.
        self.assertEqual(_told(shown), [[[(0, 1), (1, 1)], [(1, 2)], [(0, 2)]]])

    def test_of_more_classes_each_has_its_list(self):
        names = ("cat", "dog", "fox")
        classes = tuple(
            findings.ClassFindings(
                class_index=index,
                class_name=name,
                images=9,
                attributes=views,
            )
            for index, (name, views) in enumerate(
                zip(
                    names,
                    (
                        (_view(1, 7, 0.2, of=3),),
                        # Both ends of one coordinate lead to this class.
                        (
                            _view(1, 7, 0.2, of=3),
                            _view(2, 8, 0.1, of=3),
                            _view(3, 7, 0.1, _MINIMUM, of=3),
                        ),
                        (),
                    ),
                    strict=True,
                )
            )
        )
        shown = findings.Findings(class_names=names, classes=classes)

        self.assertEqual(
            _told(shown), [[[(0, 1)]], [[(1, 1), (1, 3)], [(1, 2)]], []]
        )

    def test_what_was_not_measured_comes_last(self):
        shown = report_samples.explained(
            report_samples.class_findings(_view(1, 7, None), _view(2, 8, 0.0))
        )

        self.assertEqual(_told(shown), [[[(1, 2)], [(1, 1)]]])

    def test_knows_where_else_a_coordinate_stands(self):
        here = _view(1, 7, 0.2)
        there = _view(1, 7, 0.5, _MINIMUM)
        shown = report_samples.explained(
            report_samples.class_findings(here, _view(2, 8, 0.4)),
            report_samples.class_findings(there, class_index=0),
        )

        (_, other) = overview.by_coordinate(shown)[7]

        self.assertIs(other.view, there)
        self.assertEqual(other.of_class.class_index, 0)


if __name__ == "__main__":
    absltest.main()
