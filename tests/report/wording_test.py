"""Tests of the wording of numbers."""

from absl.testing import absltest, parameterized

from stylex_tf.report import wording


class WordingTest(parameterized.TestCase):
    @parameterized.parameters(
        (0.0, "0 %"),
        (0.0001, "< 0.1 %"),
        (0.25, "25 %"),
        (0.9731, "97.3 %"),
        (0.9999, "> 99.9 %"),
        (1.0, "100 %"),
    )
    def test_percent_keeps_all_and_none_for_all_and_none(self, share, text):
        self.assertEqual(
            wording.percent(share).replace("\N{NO-BREAK SPACE}", " "), text
        )

    @parameterized.parameters(
        (0.0, "0.00"),
        (0.004, "<0.01"),
        (0.934, "0.93"),
        (0.994, "0.99"),
        (0.996, ">0.99"),
        (1.0, "1.00"),
    )
    def test_probability_never_rounds_to_certainty(self, value, text):
        self.assertEqual(wording.probability(value), text)

    def test_effects_carry_their_sign(self):
        self.assertEqual(wording.signed(2.345), "+2.35")
        self.assertEqual(wording.signed(-0.5), "\N{MINUS SIGN}0.50")

    @parameterized.parameters(
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
    )
    def test_enumeration(self, items, text):
        self.assertEqual(wording.enumeration(items), text)

    @parameterized.parameters(
        (0, "0 images"),
        (1, "1 image"),
        (1200, "1,200 images"),
        (None, "an unknown number of images"),
    )
    def test_counts(self, number, text):
        self.assertEqual(wording.count(number, "image"), text)

    @parameterized.parameters(
        ("/data/me/cats.zip", "cats.zip"),
        ("/data/me/cats/", "cats"),
        ("~/cats", "cats"),
        (r"C:\me\cats.zip", "cats.zip"),
        ("images/cats", "images/cats"),
        ("faces", "faces"),
        ("/", "/"),
    )
    def test_folders_of_a_machine_are_left_out(self, path, text):
        self.assertEqual(wording.without_folders(path), text)

    def test_as_many_folders_as_are_wanted_stay(self):
        for path, text in (
            ("/data/me/export/1", "export/1"),
            ("/1", "1"),
            ("export/a/1", "export/a/1"),
        ):
            self.assertEqual(wording.without_folders(path, keep=2), text)

    def test_several_coordinates_of_one_factor_are_told_apart(self):
        def named(factor, names):
            return wording.attribute_name(12, factor, names, {"open_mouth"})

        self.assertEqual(named("open_mouth", {}), "open mouth (style 12)")
        self.assertEqual(named("hair", {}), "hair")
        self.assertEqual(named("open_mouth", {12: "grin"}), "grin")

    def test_factor_names_become_words(self):
        self.assertEqual(wording.words("open_mouth"), "open mouth")


if __name__ == "__main__":
    absltest.main()
