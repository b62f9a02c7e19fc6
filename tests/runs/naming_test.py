"""Tests of what coordinates are called where nobody gave them a name."""

import numpy as np
from absl.testing import absltest

from stylex_tf.report import findings
from stylex_tf.runs import naming


def _view(rank, coordinate, factor, purity):
    nothing = np.zeros((0, 4, 4, 3), np.uint8)
    said = np.zeros((0, 2))
    return findings.AttributeView(
        rank=rank,
        coordinate=coordinate,
        layer="b8.conv0",
        channel=coordinate,
        direction=findings.TOWARDS_MAXIMUM,
        mean_effect=1.0,
        factor=factor,
        purity=purity,
        sources=nothing,
        edited=nothing,
        probabilities_before=said,
        probabilities_after=said,
        image_ids=(),
    )


class NamesTest(absltest.TestCase):
    def test_a_coordinate_is_called_what_it_moves(self):
        names = ("cat", "dog")
        attributes = (
            (_view(1, 7, "open_mouth", 0.9), _view(2, 8, "hair", 0.49)),
            (_view(1, 9, None, None), _view(2, 7, "hair", 0.6)),
        )
        shown = findings.Findings(
            class_names=names,
            classes=tuple(
                findings.ClassFindings(
                    class_index=index,
                    class_name=names[index],
                    images=3,
                    attributes=attributes[index],
                )
                for index in range(2)
            ),
        )

        # More of 8 is something else; 7 is called by the first class's images.
        self.assertEqual(naming.names(shown), {7: "open mouth"})


if __name__ == "__main__":
    absltest.main()
