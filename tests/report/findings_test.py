"""Tests of what findings accept."""

import dataclasses

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.report import findings


def _attribute(**changes) -> findings.AttributeView:
    fields = {
        "rank": 1,
        "coordinate": 7,
        "layer": "8x8/conv_0",
        "channel": 7,
        "direction": findings.TOWARDS_MINIMUM,
        "mean_effect": 1.5,
        "sources": np.zeros((2, 4, 4, 3), np.uint8),
        "edited": np.zeros((2, 4, 4, 3), np.uint8),
        "probabilities_before": np.full((2, 3), 1 / 3),
        "probabilities_after": np.full((2, 3), 1 / 3),
        "image_ids": ("a", "b"),
    }
    return findings.AttributeView(**{**fields, **changes})


def _class(**changes) -> findings.ClassFindings:
    fields = {
        "class_index": 1,
        "class_name": "dog",
        "images": 10,
        "attributes": (_attribute(),),
    }
    return findings.ClassFindings(**{**fields, **changes})


class AttributeViewTest(parameterized.TestCase):
    def test_truth_and_share_need_not_be_known(self):
        attribute = _attribute()

        self.assertIsNone(attribute.factor)
        self.assertIsNone(attribute.purity)
        self.assertIsNone(attribute.share_flipped)

    def test_cannot_be_changed(self):
        with self.assertRaises(dataclasses.FrozenInstanceError):
            _attribute().rank = 2

    def test_the_view_of_photographs_shows_them_and_keeps_the_rest(self):
        ones = np.ones((2, 4, 4, 3), np.uint8)
        carried = findings.Carried(
            photographs=ones,
            edited=2 * ones,
            probabilities_before=np.full((2, 3), 0.1),
            probabilities_after=np.full((2, 3), 0.2),
        )

        seen = _attribute(carried=carried).on_photographs()

        np.testing.assert_array_equal(seen.sources, ones)
        np.testing.assert_array_equal(seen.edited, 2 * ones)
        self.assertEqual(seen.probabilities_before[0, 0], 0.1)
        self.assertEqual(seen.probabilities_after[0, 0], 0.2)
        self.assertEqual((seen.coordinate, seen.image_ids), (7, ("a", "b")))
        self.assertIsNone(_attribute().on_photographs())
        self.assertEmpty(_class().on_photographs().attributes)

    def test_refuses_photographs_that_do_not_belong(self):
        carried = findings.Carried(
            photographs=np.ones((1, 4, 4, 3), np.uint8),
            edited=np.ones((1, 4, 4, 3), np.uint8),
            probabilities_before=np.full((2, 3), 0.1),
            probabilities_after=np.full((2, 3), 0.2),
        )
        with self.assertRaisesRegex(ValueError, "1 sources, 2 image ids"):
            _attribute(carried=carried)

    def test_marks_are_beside_the_strongest_of_the_class(self):
        strong = _attribute(share_flipped=0.5)
        weak = _attribute(mean_effect=0.1, share_flipped=0.0)
        class_findings = _class(attributes=(strong, weak))

        self.assertEqual(class_findings.mark(strong), "")
        self.assertEqual(
            class_findings.mark(weak), "weak; does not turn the decision"
        )

    @parameterized.named_parameters(
        ("direction", {"direction": 2}, "direction is 2"),
        (
            "floats",
            {"sources": np.zeros((2, 4, 4, 3))},
            "sources is float64",
        ),
        (
            "grey",
            {"edited": np.zeros((2, 4, 4, 1), np.uint8)},
            "edited is uint8",
        ),
        (
            "sizes_differ",
            {"edited": np.zeros((2, 8, 8, 3), np.uint8)},
            "edited has shape",
        ),
        ("ids", {"image_ids": ("a",)}, "one row an image id"),
        (
            "probabilities_of_one_class",
            {"probabilities_after": np.zeros(2)},
            "probabilities_after has shape",
        ),
        (
            "images_without_ids",
            {
                "image_ids": (),
                "probabilities_before": np.zeros((0, 3)),
                "probabilities_after": np.zeros((0, 3)),
            },
            "2 sources, 0 image ids",
        ),
    )
    def test_refuses_examples_that_do_not_belong_together(
        self, changes, message
    ):
        with self.assertRaisesRegex(ValueError, message):
            _attribute(**changes)


class FindingsTest(absltest.TestCase):
    names = ("cat", "dog", "fox")

    def test_a_class_may_have_no_attribute(self):
        result = findings.Findings(
            class_names=self.names, classes=(_class(attributes=()),)
        )

        self.assertEmpty(result.classes[0].attributes)

    def test_refuses_a_class_that_is_not_the_classifiers(self):
        for change in ({"class_index": 2}, {"class_index": 9}):
            with self.assertRaisesRegex(ValueError, "is called 'dog'"):
                findings.Findings(
                    class_names=self.names, classes=(_class(**change),)
                )

    def test_refuses_a_measure_that_nobody_knows(self):
        with self.assertRaisesRegex(ValueError, "measure is 'volts'"):
            findings.Findings(
                class_names=self.names, classes=(), measure="volts"
            )

    def test_refuses_probabilities_of_another_classifier(self):
        with self.assertRaisesRegex(ValueError, "has 3 probabilities"):
            findings.Findings(class_names=("cat", "dog"), classes=(_class(),))


if __name__ == "__main__":
    absltest.main()
