"""What the API says is what the signatures say, and what a matrix does."""

import contextlib
import copy
import io
import pathlib
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.api import explainer
from stylex_tf.export import held_out
from tests.export import tiny_world
from tests.testing import tiny_export

_K = len(tiny_world.CLASS_NAMES)


class ExplainerTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.base = pathlib.Path(folder.name)
        path = tiny_export.write(cls.base)
        cls.signatures = tf.saved_model.load(str(path)).signatures
        cls.model = explainer.load(cls.base, progress=False)
        cls.files = tiny_world.pictures(3)
        cls.paths = [cls.base / f"picture {n}" for n in range(3)]
        for path, content in zip(cls.paths, cls.files, strict=True):
            path.write_bytes(content)
        cls.world = tiny_world.TinyWorld()

    def ask(self, name, **inputs):
        answer = self.signatures[name](
            image_bytes=tf.constant(self.files),
            **{key: tf.constant(value) for key, value in inputs.items()},
        )
        return {key: value.numpy() for key, value in answer.items()}

    @parameterized.parameters((None, -1), ("pear", 1), (2, 2), (np.int64(0), 0))
    def test_answers_like_the_signatures(self, target, index):
        explanation = self.model.explain(
            self.paths, target=target, top_k=3, progress=False
        )

        answer = _each_once(
            self.ask(
                "find_attributes", target_class=[index] * 3, top_k=[4] * 3
            ),
            width=3,
        )
        for name in ("coordinates", "directions"):
            np.testing.assert_array_equal(
                getattr(explanation, name), answer[name]
            )
        for name in (
            "strengths",
            "effects",
            "probabilities_before",
            "probabilities_after",
        ):
            np.testing.assert_allclose(
                getattr(explanation, name), answer[name], atol=1e-5
            )
        np.testing.assert_array_equal(explanation.target_classes, [index] * 3)
        np.testing.assert_allclose(
            explanation.probabilities,
            self.ask("serving_default")["probabilities"],
            atol=1e-5,
        )
        for n, row in enumerate(answer["edited_bytes"]):
            for a, content in enumerate(row):
                expected = tf.io.decode_png(content) if content else 0
                np.testing.assert_array_equal(
                    explanation.edited[n, a], expected
                )
        for n, content in enumerate(self.ask("reconstruct")["image_bytes"]):
            np.testing.assert_array_equal(
                explanation.reconstructions[n], tf.io.decode_png(content)
            )
        self.assertEqual(explanation.image_ids, tuple(map(str, self.paths)))
        self.assertEqual(explanation.provenance["top_k"], 3)
        self.assertEqual(explanation.provenance["signature"], "find_attributes")

    def test_a_coordinate_is_listed_once_with_its_better_end(self):
        answer = self.ask(
            "find_attributes", target_class=[-1] * 3, top_k=[4] * 3
        )
        repeated = [
            len(set(row.tolist())) < len(row) for row in answer["coordinates"]
        ]

        explanation = self.model.explain(self.paths, top_k=4, progress=False)

        # The signature gives both ends of one, as its contract says.
        self.assertIn(True, repeated)
        for n, row in enumerate(explanation.coordinates):
            there = row[row >= 0].tolist()
            self.assertLen(set(there), len(there))
            self.assertContainsSubset(there, answer["coordinates"][n].tolist())
            for a, coordinate in enumerate(there):
                ends = answer["effects"][n][
                    answer["coordinates"][n] == coordinate
                ]
                self.assertAlmostEqual(
                    explanation.effects[n, a], ends.max(), places=4
                )
            # What is not there comes last, and is black.
            np.testing.assert_array_equal(row[len(there) :], -1)
            np.testing.assert_array_equal(
                explanation.edited[n, len(there) :], 0
            )

    def test_the_edit_is_carried_onto_the_image_and_asked_about(self):
        explanation = self.model.explain(self.paths[0], top_k=2, progress=False)

        for a in range(2):
            carried = tiny_world.encoded(explanation.carried[0, a])
            answer = self.signatures["serving_default"](
                image_bytes=tf.constant([carried])
            )
            np.testing.assert_allclose(
                explanation.probabilities_carried[0, a],
                answer["probabilities"][0],
                atol=1e-5,
            )

    def test_trust_is_measured_by_the_held_out_images(self):
        known = held_out.HeldOut.from_dict(
            tiny_world.about(self.world)["held_out"]
        )

        explanation = self.model.explain(self.paths, progress=False)

        np.testing.assert_allclose(
            explanation.style_shares,
            known.style_shares(self.ask("encode")["styles"]),
            atol=1e-4,
        )
        np.testing.assert_allclose(
            explanation.error_shares,
            known.error_shares(explanation.images, explanation.reconstructions),
            atol=1e-4,
        )
        np.testing.assert_allclose(
            explanation.foreign_shares,
            known.shares(
                explanation.images,
                explanation.reconstructions,
                self.ask("encode")["styles"],
            )["foreign_shares"],
            atol=1e-4,
        )
        for n, trust in enumerate(explanation.trust):
            self.assertAlmostEqual(
                trust.error_share, float(explanation.error_shares[n])
            )
            self.assertAlmostEqual(
                trust.foreign_share, float(explanation.foreign_shares[n])
            )
            self.assertEqual(
                trust.keeps_class,
                explanation.probabilities[n].argmax()
                == explanation.probabilities_before[n].argmax(),
            )

    def test_knows_what_its_attributes_are_called(self):
        self.assertEqual(self.model.attribute_names, {4: "stem"})
        explanation = self.model.explain_class(
            "pear", images=self.paths, progress=False
        )
        self.assertEqual(explanation.attribute_name(0, 0), "stem")

    def test_effects_are_what_the_edit_does_in_closed_form(self):
        """Moves the styles of the matrices by hand."""
        images = np.random.default_rng(5).uniform(-1, 1, [4, 8, 8, 3])
        pixels = np.rint((images + 1) * 127.5) / 127.5 - 1

        explanation = self.model.explain(
            images, target="apple", top_k=2, progress=False
        )

        styles = self.world.encode(tf.constant(pixels, tf.float32)).numpy()
        before = _log_odds(self._logits(styles), 0)
        for a in range(2):
            for n in range(4):
                moved = self._moved(
                    styles[n],
                    explanation.coordinates[n, a],
                    explanation.directions[n, a],
                )
                after = _log_odds(self._logits(moved[None]), 0)[0]
                self.assertAlmostEqual(
                    explanation.effects[n, a], after - before[n], places=3
                )
        self.assertTrue(
            np.all(explanation.effects[:, 0] >= explanation.effects[:, 1])
        )

    def test_shows_the_attributes_of_a_class(self):
        explanation = self.model.explain_class(
            "pear", images=self.paths, top_k=4, progress=False
        )

        table = tiny_world.CLASS_ATTRIBUTES[1]
        self.assertLen(table, 3)
        np.testing.assert_array_equal(
            explanation.coordinates, [[4, 0, 1, -1]] * 3
        )
        np.testing.assert_array_equal(
            explanation.directions, [[0, 1, 1, -1]] * 3
        )
        np.testing.assert_allclose(
            explanation.class_effects, [1.5, 0.5, 0.25, -1]
        )
        np.testing.assert_allclose(explanation.class_shares, [0.75, 0, 0, -1])
        np.testing.assert_array_equal(explanation.edited[:, 3], 0)
        np.testing.assert_array_equal(explanation.probabilities_after[:, 3], -1)
        for a, row in enumerate(table):
            answer = self.ask(
                "edit",
                coordinates=[[row["coordinate"]]] * 3,
                directions=[[row["direction"]]] * 3,
                strengths=[[tiny_world.STYLE_STRENGTH]] * 3,
            )
            before, after = (
                answer[f"probabilities_{when}"] for when in ("before", "after")
            )
            np.testing.assert_allclose(
                explanation.probabilities_after[:, a], after, atol=1e-5
            )
            np.testing.assert_allclose(
                explanation.probabilities_before, before, atol=1e-5
            )
            # Log odds of a probability; none of these is near 0 or 1.
            odds = [p[:, 1] / (1 - p[:, 1]) for p in (before, after)]
            np.testing.assert_allclose(
                explanation.effects[:, a], np.log(odds[1] / odds[0]), atol=1e-3
            )
            for n, content in enumerate(answer["edited_bytes"]):
                np.testing.assert_array_equal(
                    explanation.edited[n, a], tf.io.decode_png(content)
                )

    def test_a_class_may_have_no_attributes(self):
        explanation = self.model.explain_class(
            "Quitte ü", images=self.paths[0], top_k=2, progress=False
        )

        np.testing.assert_array_equal(explanation.coordinates, [[-1, -1]])
        # Image and reconstruction are still shown.
        self.assertEqual(
            explanation.to_html(self.base / "none.html").exists(), True
        )

    def test_one_image_is_several_of_one(self):
        single = self.model.explain(self.paths[1], progress=False)
        many = self.model.explain(self.paths, progress=False)

        np.testing.assert_array_equal(
            single.coordinates[0], many.coordinates[1]
        )
        np.testing.assert_array_equal(single.edited[0], many.edited[1])

    @parameterized.named_parameters(
        ("class", {"target": "pera"}, "no class 'pera'; expected .*pear, Qui"),
        ("index", {"target": _K}, "there is no class 3"),
        ("negative", {"target": -1}, "there is no class -1"),
        (
            "none",
            {"top_k": 0},
            "top_k is 0; expected a whole number from 1 to 4",
        ),
        ("true", {"target": True}, "there is no class True"),
        ("yes", {"top_k": True}, "top_k is True; expected a whole number"),
        ("half", {"top_k": 2.5}, "top_k is 2.5; expected a whole number"),
        ("many", {"top_k": 5}, "top_k is 5; expected a whole number from 1"),
    )
    def test_refuses(self, options, message):
        with self.assertRaisesRegex(errors.UsageError, message):
            self.model.explain(self.paths, **options)

    def test_says_what_it_is_in_one_line(self):
        self.assertEqual(
            repr(self.model),
            "<Explainer of tiny, version 1; classes apple, pear, Quitte ü; "
            "8 x 8 pixels>",
        )

    def test_of_many_classes_it_names_the_first(self):
        many = copy.copy(self.model)
        many.class_names = tuple(f"bird {k}" for k in range(200))

        self.assertIn("bird 6, bird 7 and 192 more; ", repr(many))

    def test_says_that_it_loads_unless_silenced(self):
        for progress, said in ((True, "loading "), (False, "")):
            with contextlib.redirect_stderr(io.StringIO()) as printed:
                explainer.load(self.base, progress=progress)
            self.assertStartsWith(printed.getvalue(), said)
            self.assertEqual(bool(printed.getvalue()), progress)

    def _moved(self, styles, coordinate, direction):
        """Goes as far as the export's strength to an end of the range."""
        end = self.world.ranges.ends()[direction, coordinate]
        moved = styles.copy()
        moved[coordinate] += tiny_world.STYLE_STRENGTH * (
            end - styles[coordinate]
        )
        return moved

    def _logits(self, styles):
        images = np.tanh(styles @ self.world.generator.numpy())
        return images @ self.world.classifier.numpy()


def _each_once(answer, width):
    """Drops the second end of a coordinate; fills up with -1 and nothing."""
    once = {"probabilities_before": answer["probabilities_before"]}
    for name, array in answer.items():
        if array.shape[:2] != answer["coordinates"].shape:
            continue
        empty = np.array(b"", object) if array.dtype == object else -1
        rows = []
        for n, coordinates in enumerate(answer["coordinates"].tolist()):
            row = [
                array[n, a]
                for a, coordinate in enumerate(coordinates)
                if coordinate >= 0 and coordinate not in coordinates[:a]
            ][:width]
            filling = np.full(array.shape[2:], empty, array.dtype)[()]
            rows.append(row + [filling] * (width - len(row)))
        once[name] = np.array(rows, array.dtype)
    return once


def _log_odds(logits, target):
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return np.log(p[:, target] / (1 - p[:, target]))


if __name__ == "__main__":
    absltest.main()
