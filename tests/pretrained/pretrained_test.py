"""The models that ship: small, whole, and what their cards say they are."""

import json
import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.api import picture_inputs, shipped
from stylex_tf.evaluation import evaluation_file, renderings
from stylex_tf.export import validation, warmup

_MODELS = sorted(
    folder
    for folder in (pathlib.Path(__file__).parents[2] / "pretrained").iterdir()
    if (folder / "1").is_dir()
)
# A MobileNet is a third of the largest.
_MAX_BYTES = 30e6


class PretrainedTest(parameterized.TestCase):
    def test_there_are_models(self):
        self.assertNotEmpty(_MODELS)

    @parameterized.parameters(*_MODELS)
    def test_answers_as_when_it_was_exported(self, folder):
        verdict = validation.validate(folder / "1")

        self.assertEmpty(verdict.problems)
        self.assertNotEmpty(verdict.differences)

    @parameterized.parameters(*_MODELS)
    def test_takes_no_photograph_along(self, folder):
        # What it is delivered with asks about pictures of its own.
        (asked,) = (
            record.inputs["image_bytes"]
            for record in warmup.read(folder / "1")
            if record.signature == "serving_default"
        )
        model = tf.saved_model.load(str(folder / "1"))
        (size,) = {tf.io.decode_png(file).shape[0] for file in asked}
        own = warmup.pictures(model, size, len(asked))
        for actual, expected in zip(asked, own.numpy(), strict=True):
            np.testing.assert_allclose(
                tf.cast(tf.io.decode_png(actual), tf.int32),
                tf.cast(tf.io.decode_png(expected), tf.int32),
                atol=1,
            )

    @parameterized.parameters(*_MODELS)
    def test_every_attribute_of_a_class_has_a_name(self, folder):
        assets = folder / "1" / "assets"
        by_class = json.loads((assets / "class_attributes.json").read_text())
        names = json.loads((assets / "attribute_names.json").read_text())
        described = json.loads((assets / "description.json").read_text())

        listed = {
            str(attribute["coordinate"])
            for attributes in by_class.values()
            for attribute in attributes
        }

        self.assertNotEmpty(listed)
        self.assertContainsSubset(listed, names)
        self.assertEqual(described["attribute_names"], names)
        # The card says what they are called, and which coordinate it is.
        card = (folder / "README.md").read_text()
        for coordinate, name in names.items():
            self.assertIn(f"| {coordinate} | {name} |", card)

    @parameterized.parameters(*_MODELS)
    def test_has_six_samples_unless_its_card_says_that_none_ship(self, folder):
        samples = shipped.samples(folder.name)
        card = (folder / "README.md").read_text()

        self.assertLen(samples, 0 if "no samples ship" in card else 6)
        self.assertEmpty(picture_inputs.unusable(samples))

    @parameterized.parameters(*_MODELS)
    def test_is_small(self, folder):
        size = sum(file.stat().st_size for file in (folder / "1").rglob("*"))

        self.assertLess(size, _MAX_BYTES)

    @parameterized.parameters(*_MODELS)
    def test_its_card_has_every_figure(self, folder):
        assets = folder / "1" / "assets"
        evaluation = evaluation_file.read(assets / "evaluation.json")

        card = (folder / "README.md").read_text()

        self.assertIn(renderings.text(evaluation), card)
        self.assertIn("the classifier, not reality", card)

    @parameterized.parameters(*_MODELS)
    def test_its_card_shows_pictures_that_are_there(self, folder):
        pictures = sorted(file.name for file in folder.glob("*.png"))

        card = (folder / "README.md").read_text()

        self.assertNotEmpty(pictures)
        for name in pictures:
            self.assertIn(f"({name})", card)


if __name__ == "__main__":
    absltest.main()
