"""The export of a real run answers as the library does."""

import json
import shutil
import types
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.attributes import edit_space
from stylex_tf.evaluation import figure, record
from stylex_tf.export import held_out, photo_features, warmup
from stylex_tf.runs import exporting, searching
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import shards
from tests.testing import image_files, tiny_experiment, tiny_run

_IMAGES = 3


class ExportingTest(tf.test.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run = tiny_run.train(shift_size=0.8)
        cls.trained = trained_lib.load(run.folder.root)
        cls.search_result = searching.find(cls.trained)
        cls.published = exporting.export(
            cls.trained,
            cls.search_result,
            record.Evaluation(
                classifier=record.Classifier(accuracy=figure.Figure(1.0, 16)),
                run=record.Run(config={"data": {"source": "~/patients/a.zip"}}),
            ),
            {3: "bright"},
        )
        cls.model = tf.saved_model.load(str(cls.published.path))
        cls.examples = cls.trained.held_out.searched.take(0, _IMAGES)
        cls.files = tf.constant(
            [image_files.encode(image) for image in cls.examples.images]
        )

    def ask(self, signature, **inputs):
        function = self.model.signatures[signature]
        specs = function.structured_input_signature[1]
        return function(
            **{
                name: tf.constant(value, specs[name].dtype)
                for name, value in inputs.items()
            }
        )

    def test_a_search_says_before_it_that_there_is_too_little_room(self):
        table = self.search_result.table
        there = sum(
            path.stat().st_size
            for path in (self.trained.folder.attributes / "shards").iterdir()
        )
        needed = 2 * table.effects.nbytes - there
        if table.score_changes is not None:
            needed += 2 * table.score_changes.nbytes
        room = types.SimpleNamespace(free=needed - 1)
        with (
            mock.patch.object(shutil, "disk_usage", return_value=room),
            mock.patch.object(shards, "measure") as measures,
            self.assertRaisesRegex(
                errors.RunFolderError, "the effects of this search need"
            ),
        ):
            searching.find(self.trained)
        measures.assert_not_called()

    def test_tells_nobody_in_which_folders_its_maker_keeps_what(self):
        assets = self.published.path / "assets"
        settings = json.loads((assets / "config.json").read_text())
        described = json.loads((assets / "description.json").read_text())
        evaluation = json.loads((assets / "evaluation.json").read_text())

        classifier = self.trained.settings.classifier.path
        self.assertStartsWith(classifier, "/")
        self.assertEqual(
            settings["classifier"]["path"], classifier.rsplit("/")[-1]
        )
        for said in (described["evaluation"], evaluation):
            self.assertEqual(said["run"]["config"]["data"]["source"], "a.zip")

    def test_takes_no_photograph_along(self):
        records = warmup.read(self.published.path)
        pictures = [
            tf.io.decode_png(content, channels=3).numpy().astype(float)
            for request in records
            for tensors in (request.inputs, request.outputs)
            for name, files in tensors.items()
            if name == "image_bytes"
            for content in files.ravel()
        ]
        self.assertNotEmpty(pictures)
        for split in ("train", "test"):
            for photograph in self.trained.dataset.load(split).images:
                apart = [
                    np.abs(picture - photograph).mean() for picture in pictures
                ]
                self.assertGreater(min(apart), 5)

    def test_is_the_next_version_of_the_run(self):
        base = self.trained.folder.export
        self.assertEqual(self.published.path, base / "1")
        self.assertEqual([path.name for path in base.iterdir()], ["1"])

    def test_explains_itself(self):
        assets = {
            path.stem: json.loads(path.read_text())
            for path in (self.published.path / "assets").glob("*.json")
        }
        searched = self.search_result.table.num_coordinates
        self.assertEqual(assets["contract"]["sizes"]["S"], searched)
        self.assertEqual(assets["contract"]["style_strength"], 0.8)
        self.assertEqual(assets["attribute_names"], {"3": "bright"})
        self.assertLen(assets["style_ranges"]["maximum"], searched)
        accuracy = assets["evaluation"]["classifier"]["accuracy"]
        self.assertEqual(accuracy["value"], 1.0)
        self.assertEqual(assets["class_names"], list(tiny_experiment.CLASSES))
        self.assertEqual(assets["config"]["export"], {"storage": "float32"})
        self.assertNotEmpty(assets["style_space"])
        self.assertIn("0", assets["class_attributes"])

    def test_tells_by_training_images_what_is_foreign(self):
        document = json.loads(
            (self.published.path / "assets" / "description.json").read_text()
        )
        figures = held_out.HeldOut.from_dict(document["held_out"])
        unseen = self.trained.held_out.unseen.images
        known = self.trained.dataset.load("train").images

        self.assertEqual(figures.images, len(unseen))
        features = photo_features.of(known)
        np.testing.assert_allclose(
            figures.sight.familiarity.mean, features.mean(axis=0), atol=1e-3
        )
        # In the middle of the quantiles are the unseen images themselves.
        distances = figures.sight.familiarity.distances(
            photo_features.of(unseen)
        )
        self.assertAllClose(
            np.quantile(distances, [0.0, 0.5, 1.0]),
            figures.sight.distances[[0, 50, 100]],
            atol=0.01,
        )

    def test_chunks_are_the_table_of_the_run(self):
        table = self.search_result.table
        edits = 2 * table.num_coordinates
        parts = [
            self.ask(
                "style_effects",
                image_bytes=self.files,
                first_edit=[first] * _IMAGES,
                num_edits=[64] * _IMAGES,
            )
            for first in range(0, edits, 64)
        ]
        effects = np.concatenate([part["effects"] for part in parts], axis=1)
        self.assertAllClose(
            effects[:, :edits],
            table.effects[:_IMAGES].reshape(_IMAGES, edits, -1),
            atol=1e-4,
        )
        self.assertAllClose(
            parts[0]["base_logits"], table.base_logits[:_IMAGES], atol=1e-4
        )

    def test_finds_the_best_edits_of_the_table(self):
        table = self.search_result.table
        answer = self.ask(
            "find_attributes",
            image_bytes=self.files,
            target_class=[-1, 0, 1],
            top_k=[1] * _IMAGES,
        )
        # With two classes, the log odds are the difference of the logits.
        odds = table.effects[:_IMAGES, ..., 1] - table.effects[:_IMAGES, ..., 0]
        away = 1 if table.predictions[0] == 0 else 0
        for row, target in enumerate([away, 0, 1]):
            gains = odds[row] * (1 if target == 1 else -1)
            self.assertAllClose(
                answer["effects"][row, 0], gains.max(), atol=1e-3
            )

    def test_edits_as_the_library_does(self):
        table, functions = self.search_result.table, self.trained.stylex
        rng = np.random.default_rng(0)
        coordinates = rng.integers(-1, table.num_coordinates, [_IMAGES, 4])
        directions = rng.integers(0, 2, [_IMAGES, 4])
        answer = self.ask(
            "edit",
            image_bytes=self.files,
            coordinates=coordinates,
            directions=directions,
            strengths=np.full([_IMAGES, 4], 0.6),
        )
        edited = edit_space.EditSpace(table.ranges, 0.6).apply(
            self.search_result.styles[:_IMAGES], coordinates, directions
        )
        images = functions.generate(edited)
        self.assertAllClose(
            answer["probabilities_after"],
            tf.nn.softmax(functions.classify(images)),
            atol=1e-4,
        )
        for png, image in zip(
            answer["edited_bytes"].numpy(), images.numpy(), strict=True
        ):
            self.assertAllClose(
                tf.io.decode_png(png) / 255, image / 2 + 0.5, atol=0.6 / 255
            )

    def test_tells_the_attributes_of_the_run(self):
        classes = [0, 1]
        answer = self.ask(
            "class_attributes", target_class=classes, top_k=[4, 4]
        )
        for row, target in enumerate(classes):
            expected = self.search_result.by_class[target][:4]
            columns = [
                answer[name][row, : len(expected)].numpy().tolist()
                for name in ("coordinates", "directions")
            ]
            self.assertEqual(
                list(zip(*columns, strict=True)),
                [
                    (attribute.coordinate, attribute.direction)
                    for attribute in expected
                ],
            )
            self.assertAllClose(
                answer["effects"][row, : len(expected)],
                [attribute.effect for attribute in expected],
            )
            self.assertAllEqual(
                answer["coordinates"][row, len(expected) :],
                [-1] * (4 - len(expected)),
            )


if __name__ == "__main__":
    absltest.main()
