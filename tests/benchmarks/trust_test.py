"""Tests of benchmarks.trust, on a model whose answers are known."""

import dataclasses
import pathlib
import types
from unittest import mock

import numpy as np
from absl.testing import absltest

from benchmarks import trust
from stylex_tf import config, errors
from stylex_tf.api import picture_inputs
from stylex_tf.data import preparation
from stylex_tf.data.records import tfrecords
from stylex_tf.export import held_out, photo_features
from stylex_tf.runs import held_out as runs_held_out
from tests.testing import image_files

_SIZE = 8


def _grey(value, count=1):
    return np.full([count, _SIZE, _SIZE, 3], value, np.uint8)


def _styles(images):
    return images.mean(axis=(1, 2, 3))[:, None]


class _Questions:
    """Rebuilds what is dark, says bright from 200 on, has one style: the mean.

    From 250 on it rebuilds nothing, and what it draws is dark.
    """

    def __init__(self, model):
        del model

    def _means(self, encoded):
        return np.array(
            [picture_inputs.decode_png(png).mean() for png in encoded]
        )

    def _probabilities(self, means):
        bright = (means >= 200).astype(np.float32)
        return np.stack([1 - bright, bright], axis=1)

    def classify(self, encoded):
        return {"probabilities": self._probabilities(self._means(encoded))}

    def encode(self, encoded):
        return {"styles": self._means(encoded)[:, None]}

    def reconstruct(self, encoded):
        means = self._means(encoded)
        drawn = [
            0 if mean >= 250 else mean + (40 if 100 <= mean < 200 else 0)
            for mean in means
        ]
        return {
            "image_bytes": [
                image_files.encode(_grey(int(level))[0], "PNG")
                for level in drawn
            ],
            "probabilities": self._probabilities(np.array(drawn)),
        }


class TrustTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        known = np.concatenate([_grey(value) for value in range(20, 60)] * 3)
        # Some are rebuilt by up to nine levels too bright.
        wrong = np.arange(120, dtype=np.uint8)[:, None, None, None] % 10
        figures = held_out.HeldOut.measure(
            known,
            known + wrong,
            _styles(known),
            features=photo_features.of(known),
            known=held_out.Known(
                styles=_styles(known),
                features=photo_features.of(known),
                negatives=photo_features.of(255 - known),
            ),
        )
        self.model = types.SimpleNamespace(
            path="model",
            description=types.SimpleNamespace(
                held_out=figures, class_names=("dark", "bright")
            ),
        )
        self.enterContext(
            mock.patch.object(trust.questions, "Questions", _Questions)
        )

    def test_refuses_a_changed_work_tree_before_a_model_is_opened(self):
        changed = errors.UserError("these differ from commit cafe")
        with (
            mock.patch.object(
                trust.commit, "of_clean_tree", side_effect=changed
            ),
            mock.patch.object(trust.exported_model, "find_version") as opened,
            self.assertRaisesRegex(errors.UserError, "differ"),
        ):
            trust.main([""])
        opened.assert_not_called()

    def test_counts_what_is_flagged_and_why(self):
        images = np.concatenate(
            # Known; then far styles; those and another reconstruction; and,
            # beside both, another class.
            [_grey(40, 4), _grey(90, 2), _grey(150, 1), _grey(250, 1)]
        )
        shares = trust.flagged(self.model, images)

        self.assertEqual(
            list(shares),
            [
                "n",
                "flagged",
                "class",
                "foreign",
                "reconstruction",
                "styles",
                "photographs",
                "negatives",
            ],
        )
        self.assertEqual(
            {name: shares[name] for name in list(shares)[:6]},
            {
                "n": 8,
                "flagged": 4 / 8,
                "class": 1 / 8,
                "foreign": 4 / 8,
                "reconstruction": 2 / 8,
                "styles": 4 / 8,
            },
        )

    def test_a_model_of_before_it_was_told_what_is_foreign(self):
        older = dataclasses.replace(self.model.description.held_out, sight=None)
        self.model.description.held_out = older
        with self.assertRaisesRegex(errors.UsageError, "measure_held_out"):
            trust.flagged(self.model, _grey(40))

    def test_a_model_that_does_not_know_its_held_out_images(self):
        self.model.description.held_out = None
        with self.assertRaisesRegex(errors.UsageError, "measure_held_out"):
            trust.flagged(self.model, _grey(40))


class HeldOutImagesTest(absltest.TestCase):
    def test_are_those_that_the_export_was_not_measured_on(self):
        settings = config.ExperimentConfig(seed=3)
        settings.data = dataclasses.replace(settings.data, source="photos.zip")
        images = np.concatenate([_grey(value) for value in range(30)])
        examples = tfrecords.Examples(
            images=images,
            labels=np.zeros(30, np.int64),
            factors=np.zeros([30, 0]),
            ids=[str(n) for n in range(30)],
            groups=np.arange(30),
        )
        dataset = types.SimpleNamespace(load=lambda split: examples)
        with mock.patch.object(
            trust.preparation, "prepare", return_value=dataset
        ) as prepares:
            measured = trust._held_out(settings, 400)

        # The cut is that of the run.
        self.assertEqual(prepares.call_args.args[-1], 3)

        unseen = runs_held_out.HeldOut.of(
            examples, searched=250, unseen=1000
        ).unseen.images
        self.assertLen(measured, 30 - len(unseen))
        self.assertNotEmpty(unseen)
        self.assertEmpty(
            {image.tobytes() for image in measured}
            & {image.tobytes() for image in unseen}
        )

    def test_none_of_a_world_was_trained_on(self):
        settings = config.ExperimentConfig()
        settings.model.resolution = 16
        settings.data = dataclasses.replace(
            settings.data,
            source="faces",
            causes=("glasses",),
            rendered_images=2_000,
            cache_dir=self.create_tempdir().full_path,
        )
        measured = trust._held_out(settings, 400)
        dataset = preparation.prepare(settings.data, 16, settings.seed)
        trained_on = {image.tobytes() for image in dataset.load("train").images}

        self.assertNotEmpty(measured)
        self.assertEmpty(trained_on & {image.tobytes() for image in measured})


class KindsTest(absltest.TestCase):
    def test_are_noise_the_inverted_and_other_worlds(self):
        settings = config.ExperimentConfig()
        settings.model.resolution = 16
        settings.data = dataclasses.replace(settings.data, source="faces")
        held_out_images = np.arange(3 * 16 * 16 * 3, dtype=np.uint8).reshape(
            [3, 16, 16, 3]
        )
        by_kind = trust.kinds(settings, held_out_images, 2, ("faces", "fish"))
        self.assertEqual(list(by_kind), ["noise", "inverted", "fish"])
        for images in by_kind.values():
            self.assertEqual(images.shape, (2, 16, 16, 3))
        np.testing.assert_array_equal(
            by_kind["inverted"], 255 - held_out_images[:2]
        )
        self.assertBetween(by_kind["noise"].std(), 70, 77)

    def test_photographs_are_drawn_from_all_that_a_source_has(self):
        root = pathlib.Path(self.create_tempdir())
        folder = image_files.class_folders(root / "birds", ("owl", "wren"), 10)
        read = trust.photographs([f"birds={folder}"], 16, 12)
        self.assertEqual(list(read), ["birds"])
        self.assertEqual(read["birds"].shape, (12, 16, 16, 3))
        self.assertLen(np.unique(read["birds"], axis=0), 12)
        # More than one of the two folders has.
        self.assertLen(trust.photographs([f"b={folder}"], 16, 99)["b"], 20)

    def test_photographs_have_a_name(self):
        with self.assertRaisesRegex(errors.UsageError, "NAME=SOURCE"):
            trust.photographs(["birds.zip"], 16, 12)


if __name__ == "__main__":
    absltest.main()
