"""Tests of what the explorer asks."""

import io

import numpy as np
from absl.testing import absltest
from PIL import Image

from stylex_tf.api import description
from stylex_tf.apps import exploration
from stylex_tf.export import held_out, signatures
from tests.testing import image_files

_R = 4
_GREY = np.full([_R, _R, 3], 100, np.uint8)
_IMAGE = Image.fromarray(_GREY + 20)


def _png(level):
    return image_files.encode(np.full([_R, _R, 3], level, np.uint8))


def _held_out():
    """Returns figures of images whose reconstructions are off by up to 99."""
    images = np.broadcast_to(_GREY, [100, _R, _R, 3])
    off = images - np.arange(100, dtype=np.uint8)[:, None, None, None]
    styles = np.random.default_rng(0).normal(size=[100, 2])
    return held_out.HeldOut.measure(images, off, styles)


class _Backend:
    """Answers as a model of two classes would; remembers its edits."""

    def __init__(self, **changes):
        self.edits = []
        self.classified = []
        # Pictures that are a dog's, and the strongest edit's probabilities.
        self.dogs = []
        self.after = [0.1, 0.9]
        self.description = description.Description(
            **{
                "name": "pets",
                "class_names": ("cat", "dog"),
                "resolution": _R,
                "searched": 8,
                "max_top_k": 4,
                "max_pixels": signatures.MAX_PIXELS,
                "style_strength": 1.0,
                "attribute_names": {3: "ears"},
                "held_out": _held_out(),
                **changes,
            }
        )

    def provenance(self):
        return {
            "model": "served",
            "name": self.description.name,
            "version": "7",
        }

    def ask(self, signature, inputs):
        answers = {
            "serving_default": self._classify,
            "reconstruct": lambda _: {
                "image_bytes": [_png(100)],
                "probabilities": [[0.8, 0.2]],
            },
            "encode": lambda _: {"styles": [[0.0, 0.0]]},
            "find_attributes": self._find,
            "edit": self._edit,
        }
        answer = answers[signature.name](inputs)
        return {
            name: np.array(
                answer[name],
                object if info.dtype == "string" else info.dtype,
            )
            for name, info in signature.outputs.items()
            if name in answer
        }

    def _classify(self, inputs):
        contents = list(inputs["image_bytes"])
        self.classified += contents
        dogs = [content in self.dogs for content in contents]
        return {
            "probabilities": [[0.05, 0.95] if d else [0.9, 0.1] for d in dogs],
            "logits": [[0.0, 0.0] for _ in dogs],
            "class": [int(dog) for dog in dogs],
            "class_name": [b"dog" if dog else b"cat" for dog in dogs],
        }

    def _find(self, inputs):
        k = int(inputs["top_k"][0])
        answer = {
            "coordinates": [7, 3, 7, -1],
            "directions": [1, 0, 0, -1],
            "strengths": [1, 1, 1, -1],
            "shifts": [1, 1, 1, -1],
            "effects": [4.0, 0.3, 0.2, -1],
            "probabilities_after": [
                self.after,
                [0.7, 0.3],
                [0.7, 0.3],
                [-1, -1],
            ],
            "edited_bytes": [_png(1), _png(2), _png(3), b""],
        }
        return {
            "probabilities_before": [[0.8, 0.2]],
            **{name: [array[:k]] for name, array in answer.items()},
        }

    def _edit(self, inputs):
        self.edits.append({k: v.tolist() for k, v in inputs.items()})
        return {
            "edited_bytes": [_png(130)],
            "probabilities_before": [[0.8, 0.2]],
            "probabilities_after": [[0.3, 0.7]],
        }


class ExplorationTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = _Backend()
        self.asked = exploration.Exploration(self.backend)

    def test_the_model_says_what_it_is_and_names_its_classes(self):
        self.assertEqual(self.asked.title, "pets, version 7")
        self.assertEqual(self.asked.class_names, ("cat", "dog"))
        older = exploration.Exploration(_Backend(name=""))
        self.assertEqual(older.title, "served, version 7")

    def test_an_image_is_opened_with_trust(self):
        opened = self.asked.open(_IMAGE)

        self.assertAlmostEqual(opened.image.probabilities["cat"], 0.9, 6)
        self.assertAlmostEqual(
            opened.reconstruction.probabilities["cat"], 0.8, 6
        )
        # Off by 20 levels, as held-out image 20 of 0 to 99.
        self.assertAlmostEqual(opened.trust.error_share, 20 / 99, places=3)
        self.assertEqual(opened.trust.level, "fair")

    def test_a_picture_that_is_not_square_is_cut_as_asked(self):
        wide = Image.new("RGB", (40, 20), "red")
        wide.paste("blue", (0, 0, 10, 20))
        whole = exploration.Exploration(self.backend, crop="pad").open(wide)
        # The blue quarter at the left is outside of the centre.
        self.assertGreater(whole.pixels[..., 2].max(), 200)
        self.assertEqual(self.asked.open(wide).pixels[..., 2].max(), 0)

    def test_an_image_unlike_all_is_doubtful(self):
        opened = self.asked.open(Image.new("RGB", (9, 5), "white"))

        self.assertEqual(opened.trust.error_share, 1.0)
        self.assertStartsWith(opened.trust.words, "Do not rely on this: ")

    def test_knobs_are_coordinates_that_are_there_each_once(self):
        knobs = self.asked.find(self.asked.open(_IMAGE))

        self.assertEqual(
            [(knob.coordinate, knob.direction) for knob in knobs],
            [(7, 1), (3, 0)],
        )
        self.assertEqual([knob.label for knob in knobs], ["style 7", "ears"])
        self.assertEqual(
            knobs[0].caption,
            "to the right, the probability of cat goes from 0.80 to 0.10",
        )

    def test_no_probability_is_rounded_to_certainty(self):
        self.backend.after = [0.0001, 0.9999]

        knobs = self.asked.find(
            self.asked.open(_IMAGE), target_class=1, top_k=1
        )

        self.assertIn("dog goes from 0.20 to >0.99", knobs[0].caption)

    def test_on_the_image_itself_a_knob_has_a_caption_of_its_own(self):
        # 120 + (1 - 100) and 120 + (2 - 100): the first is a dog.
        self.backend.dogs = [_png(21)]

        strong, weak = self.asked.find(self.asked.open(_IMAGE))

        self.assertEqual(
            strong.carried_caption,
            "to the right, the probability of cat goes from 0.90 to 0.05",
        )
        self.assertEqual(
            weak.carried_caption,
            "to the right, the probability of cat goes from 0.90 to 0.90; "
            "weak; does not turn the decision",
        )
        # The edited reconstruction is a dog, the carried edit is none.
        self.backend.dogs = []
        strong, _ = self.asked.find(self.asked.open(_IMAGE))
        self.assertNotIn("turn", strong.caption)
        self.assertIn("does not turn the decision", strong.carried_caption)

    def test_knobs_that_do_little_say_so(self):
        strong, weak = self.asked.find(self.asked.open(_IMAGE))

        self.assertNotIn("weak", strong.caption)
        self.assertNotIn("turn", strong.caption)
        self.assertIn("; weak; does not turn the decision", weak.caption)

    def test_towards_a_class_the_caption_is_about_that_class(self):
        knobs = self.asked.find(
            self.asked.open(_IMAGE), target_class=1, top_k=1
        )

        self.assertLen(knobs, 1)
        self.assertIn("dog goes from 0.20 to 0.90", knobs[0].caption)

    def test_the_right_leads_where_the_search_found_and_the_left_back(self):
        opened = self.asked.open(_IMAGE)
        knobs = self.asked.find(opened)

        seen = self.asked.turn(opened, knobs, [0.5, -0.25])

        (edit,) = self.backend.edits
        self.assertEqual(edit["image_bytes"], [opened.content])
        self.assertEqual(edit["coordinates"], [[7, 3]])
        self.assertEqual(edit["directions"], [[1, 1]])
        self.assertEqual(edit["strengths"], [[0.5, 0.25]])
        self.assertEqual(seen.image, _png(130))
        self.assertAlmostEqual(seen.probabilities["dog"], 0.7, places=6)

    def test_carried_it_is_the_image_plus_the_change(self):
        opened = self.asked.open(_IMAGE)
        knobs = self.asked.find(opened)

        seen = self.asked.turn(opened, knobs, [1.0, 0.0], carried=True)

        # 120 + (130 - 100), and the classifier is asked about that picture.
        with Image.open(io.BytesIO(seen.image)) as shown:
            np.testing.assert_array_equal(np.asarray(shown), 150)
        self.assertEqual(self.backend.classified[-1], seen.image)
        self.assertAlmostEqual(seen.probabilities["cat"], 0.9, places=6)


if __name__ == "__main__":
    absltest.main()
