import types

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.api import trust as given
from stylex_tf.report import trust

_NAMES = ("cat", "dog")


def _of(before=(0.9, 0.1), error=0.5, style=0.5, foreign=None):
    return trust.of(
        _NAMES, np.array([0.8, 0.2]), np.array(before), error, style, foreign
    )


class TrustTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("fair", {}, trust.FAIR),
        ("at_the_limit", {"error": trust.LIMIT}, trust.FAIR),
        ("class", {"before": (0.4, 0.6)}, trust.DOUBTFUL),
        ("error", {"error": 0.995}, trust.DOUBTFUL),
        ("style", {"style": 1.0}, trust.DOUBTFUL),
        ("unknown", {"error": None}, trust.UNKNOWN),
        ("foreign", {"foreign": 0.985}, trust.DOUBTFUL),
        ("not_foreign", {"foreign": trust.FOREIGN_LIMIT}, trust.FAIR),
        (
            "together_and_not_one_by_one",
            {"foreign": 0.98, "error": 1.0, "style": 1.0},
            trust.FAIR,
        ),
        (
            "class_although_not_foreign",
            {"before": (0.4, 0.6), "foreign": 0.0},
            trust.DOUBTFUL,
        ),
        (
            "class_although_unknown",
            {"before": (0.4, 0.6), "error": None, "style": None},
            trust.DOUBTFUL,
        ),
    )
    def test_level(self, changes, level):
        self.assertEqual(_of(**changes).level, level)

    def test_says_the_figures(self):
        self.assertEqual(
            str(_of(error=0.25, style=0.75)).replace("\N{NO-BREAK SPACE}", " "),
            "Nothing speaks against it: its reconstruction keeps the class cat;"
            " it is rebuilt less exactly than 25 % of held-out images; its "
            "styles lie further out than those of 75 % of held-out images "
            "(doubtful above 99 %).",
        )

    def test_says_what_the_reconstruction_became(self):
        words = _of(before=(0.4, 0.6)).words

        self.assertStartsWith(
            words,
            "Do not rely on this: the classifier says cat of the image and dog "
            "of its reconstruction. Apart from that, it is rebuilt ",
        )

    def test_says_first_what_speaks_against_it(self):
        words = str(_of(style=0.995)).replace("\N{NO-BREAK SPACE}", " ")

        self.assertEqual(
            words,
            "Do not rely on this: its styles lie further out than those of "
            "99.5 % of held-out images (doubtful above 99 %). Apart from that, "
            "its reconstruction keeps the class cat; it is rebuilt less exactly"
            " than 50 % of held-out images.",
        )
        everything = _of(before=(0.4, 0.6), error=1.0, style=1.0).words
        self.assertNotIn("Apart from that", everything)
        self.assertIn("more than 99.9", _of(style=0.99999).words)

    def test_says_how_foreign_it_is(self):
        words = str(_of(foreign=0.25)).replace("\N{NO-BREAK SPACE}", " ")
        self.assertEndsWith(
            words,
            "; its styles lie further out than those of 50 % of held-out "
            "images; it is more foreign to the model than 25 % of held-out "
            "images (doubtful above 98 %).",
        )
        words = str(_of(error=1.0, foreign=0.9995)).replace(
            "\N{NO-BREAK SPACE}", " "
        )
        self.assertStartsWith(
            words,
            "Do not rely on this: it is more foreign to the model than more "
            "than 99.9 % of held-out images (doubtful above 98 %). Apart from "
            "that, its reconstruction keeps",
        )

    def test_says_what_is_not_known(self):
        words = _of(error=None, style=None).words

        self.assertStartsWith(words, "Only partly known: ")
        self.assertEqual(words.count("is unknown"), 2)
        self.assertNotIn("doubtful above", words)

    def test_programs_are_given_all_of_it(self):
        public = {
            name: value
            for name, value in vars(trust).items()
            if not name.startswith("_")
            and not isinstance(value, types.ModuleType)
        }

        self.assertIn("Trust", public)
        for name, value in public.items():
            self.assertEqual(getattr(given, name), value)


if __name__ == "__main__":
    absltest.main()
