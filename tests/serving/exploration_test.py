"""Tests of what the explorer asks."""

import numpy as np
from absl.testing import absltest

from serving import exploration

_IMAGE = b"an image"


class _FakeClient:
    """Answers as a server of two classes would; remembers its edits."""

    def __init__(self, after=(0.3, 0.7)):
        self.edits = []
        self.classified = []
        self._after = np.array([after], np.float32)

    def classify(self, images):
        self.classified += images
        dog = images != [_IMAGE]
        return {
            "class": np.array([int(dog)]),
            "class_name": np.array([b"dog" if dog else b"cat"], object),
            "probabilities": np.array([[0.9, 0.1]], np.float32),
        }

    def reconstruct(self, images):
        del images
        return {
            "image_bytes": np.array([b"rebuilt"], object),
            "probabilities": np.array([[0.8, 0.2]], np.float32),
        }

    def explain(self, images, *, target_class, top_k):
        del images, target_class
        found = {
            "coordinates": np.array([[7, 3, 7, -1]]),
            "directions": np.array([[1, 0, 0, -1]]),
            "effects": np.array([[4.0, 2.0, 1.0, 0.0]]),
            "probabilities_after": np.array(
                [[[0.1, 0.9], [0.6, 0.4], [0.7, 0.3], [0.0, 0.0]]]
            ),
        }
        return {
            "probabilities_before": np.array([[0.8, 0.2]]),
            **{name: array[:, :top_k] for name, array in found.items()},
        }

    def edit(self, images, **edit):
        self.edits.append((images, edit))
        return {
            "edited_bytes": np.array([b"edited"], object),
            "probabilities_after": self._after,
        }


class ExplorationTest(absltest.TestCase):
    def test_a_class_has_its_number_until_the_server_names_it(self):
        asked = exploration.Exploration(_FakeClient())

        self.assertEqual(asked.name(0), "class 0")
        said = asked.classify(_IMAGE)

        self.assertSequenceEqual(list(said), ["cat", "class 1"])
        self.assertAlmostEqual(said["cat"], 0.9, places=6)

    def test_names_that_were_given_stay(self):
        asked = exploration.Exploration(_FakeClient(), ["a", "b"])

        self.assertSequenceEqual(list(asked.classify(_IMAGE)), ["a", "b"])

    def test_knobs_are_coordinates_that_are_there_each_once(self):
        asked = exploration.Exploration(_FakeClient(), ["cat", "dog"])

        knobs = asked.find(_IMAGE)

        self.assertEqual(
            [(knob.coordinate, knob.direction) for knob in knobs],
            [(7, 1), (3, 0)],
        )
        self.assertIn("cat 80.0% to 10.0%", knobs[0].caption)
        self.assertIn("4.0", knobs[0].caption)

    def test_towards_a_class_the_caption_is_about_that_class(self):
        asked = exploration.Exploration(_FakeClient(), ["cat", "dog"])

        knobs = asked.find(_IMAGE, target_class=1, top_k=1)

        self.assertLen(knobs, 1)
        self.assertIn("dog 20.0% to 90.0%", knobs[0].caption)

    def test_the_right_leads_where_the_search_found_and_the_left_back(self):
        client = _FakeClient()
        asked = exploration.Exploration(client, ["cat", "dog"])
        knobs = asked.find(_IMAGE)

        seen = asked.turn(_IMAGE, knobs, [0.5, -0.25])

        ((images, edit),) = client.edits
        self.assertEqual(images, [_IMAGE])
        self.assertEqual(edit["coordinates"], [[7, 3]])
        self.assertEqual(edit["directions"], [[1, 1]])
        self.assertEqual(edit["strengths"], [[0.5, 0.25]])
        self.assertEqual(seen.image, b"edited")
        self.assertAlmostEqual(seen.probabilities["dog"], 0.7, places=6)

    def test_a_new_winner_is_asked_for_its_name_once(self):
        client = _FakeClient()
        asked = exploration.Exploration(client)
        asked.classify(_IMAGE)
        knobs = asked.find(_IMAGE)

        for _ in range(2):
            seen = asked.turn(_IMAGE, knobs, [1.0, 0.0])

        self.assertIn("dog", seen.probabilities)
        self.assertEqual(client.classified, [_IMAGE, b"edited"])


if __name__ == "__main__":
    absltest.main()
