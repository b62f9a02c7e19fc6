from xml.etree import ElementTree

from absl.testing import absltest

from benchmarks import truth_curves
from stylex_tf.evaluation import figure, record

_SVG = "{http://www.w3.org/2000/svg}"


def _point(minutes: float, **figures) -> truth_curves.Point:
    nothing = {
        "agreement": None,
        "flips": (None, None),
        "carried": (None, None),
        "perceptual": None,
        "kid": None,
    }
    return truth_curves.Point(images=64, minutes=minutes, **(nothing | figures))


class TruthCurvesTest(absltest.TestCase):
    def test_what_was_not_measured_is_no_number(self):
        evaluation = record.Evaluation(
            reconstruction=record.Reconstruction(
                agreement=figure.Figure(0.75, 8)
            ),
            sufficiency=record.Sufficiency(flips=figure.Curve((0.25,), 8)),
            run=record.Run(images_seen=64, seconds=90.0),
        )
        point = truth_curves.point_of(evaluation)
        self.assertEqual(point.agreement, 0.75)
        self.assertEqual(point.flips, (0.25, None))
        self.assertEqual(point.carried, (None, None))
        row = truth_curves.table([point]).splitlines()[1].split()
        self.assertEqual(row[:4], ["64", "1.5", "0.750", "0.250"])
        self.assertEqual(row[4:], ["-"] * 5)

    def test_a_curve_lies_where_its_figures_are(self):
        drawing = ElementTree.fromstring(
            truth_curves.figure(
                {
                    "one": [
                        _point(5.0, agreement=0.5, kid=2.0),
                        _point(10.0, agreement=1.0, kid=-0.5),
                    ],
                    "other": [_point(20.0, agreement=0.0, kid=4.0)],
                }
            )
        )
        panels = drawing.findall(f"{_SVG}g")
        agreement, kid = panels[0], panels[6]

        def places(panel):
            return [
                [
                    tuple(map(float, place.split(",")))
                    for place in (line.get("points") or "").split()
                ]
                for line in panel.findall(f"{_SVG}polyline")
            ]

        # 186 units are 20 minutes, 130 a share of 1; below is larger.
        self.assertEqual(
            places(agreement), [[(46.5, 65.0), (93.0, 0.0)], [(186.0, 130.0)]]
        )
        # The axis ends a little above the largest KID, and begins at 0.
        low, high = places(kid)[0], places(kid)[1]
        self.assertEqual(low[1], (93.0, 130.0))
        self.assertAlmostEqual(high[0][1], 130 * (1 - 4 / 4.2), delta=0.1)

    def test_images_may_lie_on_the_axis(self):
        points = [_point(5.0), _point(7.0, agreement=0.5)]
        drawing = ElementTree.fromstring(
            truth_curves.figure({"one": points}, over=truth_curves.Over.IMAGES)
        )
        first = drawing.findall(f"{_SVG}g")[0]
        circle = first.find(f"{_SVG}circle")
        # Both have seen 64 images.
        self.assertEqual(circle.get("cx"), "186.0")
        self.assertIn(
            "0.064 k", [text.text for text in first.findall(f"{_SVG}text")]
        )

    def test_what_was_not_measured_is_not_drawn(self):
        drawing = ElementTree.fromstring(
            truth_curves.figure({"<one>": [_point(5.0, agreement=0.5)]})
        )
        panels = drawing.findall(f"{_SVG}g")
        self.assertLen(panels[0].findall(f"{_SVG}circle"), 1)
        self.assertEmpty(panels[1].findall(f"{_SVG}circle"))
        self.assertEqual(panels[-1].find(f"{_SVG}text").text, "<one>")


if __name__ == "__main__":
    absltest.main()
