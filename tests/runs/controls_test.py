"""Controls: classifiers whose answers have nothing to do with what is drawn.

They are searched and tested as a run is, from the table of effects to the
list. Images are what the generator draws, and noise that it cannot draw.
"""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.evaluation import reconstruction
from stylex_tf.ops import preprocessing
from stylex_tf.runs import listing, searching
from stylex_tf.search import exact
from stylex_tf.search import model as model_lib
from tests.testing import known_answers

_PARTS = 4
_SEARCHED, _TESTED = 60, 240
_END = 0.02


class ControlsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(0)
        self.world = known_answers.PartsWorld(parts=_PARTS)
        count = _SEARCHED + _TESTED
        self.styles = np.zeros([count, self.world.total], np.float32)
        self.styles[:, :_PARTS] = rng.uniform(-_END, _END, (count, _PARTS))
        drawn = np.asarray(self.world.generate(self.styles))
        noise = rng.uniform(-0.5, 0.5, drawn.shape)
        self.images = preprocessing.to_uint8(drawn + noise).numpy()
        self.pattern = rng.choice([-1.0, 1.0], drawn.shape[1:]).astype("f")
        self.space = edit_space.EditSpace(
            style_ranges.StyleRanges(
                minimum=np.full(_PARTS, -_END), maximum=np.full(_PARTS, _END)
            )
        )

    def _explain(self, classify):
        """Returns what the search hands on, and what of it is listed."""
        model = model_lib.Model(self.world.generate, classify)
        styles = self.styles[:_SEARCHED]
        table = exact.measure_effects(
            model,
            styles,
            self.space,
            image_ids=[str(number) for number in range(_SEARCHED)],
        )
        handed_on = {
            target: selection.select_class_attributes(
                table, target_class=target, top_k=2 * _PARTS
            )
            for target in range(2)
        }
        styles, images = self.styles[_SEARCHED:], self.images[_SEARCHED:]
        listed, _ = listing.find_on(
            model,
            images,
            reconstruction.Reconstruction(
                styles=styles,
                logits=np.asarray(classify(preprocessing.to_float(images))),
                reconstructed_logits=np.asarray(
                    classify(model.generate(styles))
                ),
                l1=np.zeros(_TESTED),
            ),
            searching.SearchResult(table, styles[:1], handed_on, []),
        )
        return handed_on, listed

    def test_nothing_is_listed_where_the_answer_ignores_the_picture(self):
        def classify(images):
            zeros = tf.zeros([tf.shape(images)[0]])
            return tf.stack([zeros + 0.1, zeros], axis=1)

        _, listed = self._explain(classify)
        self.assertEqual(listed.by_class, {0: [], 1: []})
        self.assertEmpty(listed.together)

    def test_nothing_is_listed_where_the_answer_is_about_noise(self):
        def classify(images):
            score = tf.reduce_sum(images * self.pattern, axis=[1, 2, 3])
            return tf.stack([tf.zeros_like(score), score], axis=1)

        handed_on, listed = self._explain(classify)
        self.assertEqual(listed.by_class, {0: [], 1: []})
        self.assertEmpty(listed.together)
        # Not because nothing moves it: there is no noise in what the generator
        # draws, so the search finds edits that turn reconstructions.
        self.assertNotEmpty(handed_on[0])
        self.assertNotEmpty(handed_on[1])

    def test_a_part_is_listed_where_the_answer_is_about_that_part(self):
        def classify(images):
            score = tf.reduce_mean(images[:, :4], axis=[1, 2, 3])
            return tf.stack([tf.zeros_like(score), score], axis=1)

        _, listed = self._explain(classify)
        self.assertEqual(
            {
                target: [(a.coordinate, a.direction) for a in attributes]
                for target, attributes in listed.by_class.items()
            },
            {0: [(0, 0)], 1: [(0, 1)]},
        )


if __name__ == "__main__":
    absltest.main()
