import json
import pathlib
import shutil
import tempfile
import types
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.export import (
    saved_model,
    signatures,
    validation,
    warmup,
)
from tests.export import tiny_world


class _Reached(Exception):
    """Says that the export has begun."""


class SavedModelTest(parameterized.TestCase):
    """Exports of one tiny model; what a test changes, it changes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = tiny_world.TinyWorld()
        cls.servable = tiny_world.servable(cls.world)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.base = pathlib.Path(folder.name)
        cls.published = saved_model.export(
            cls.servable,
            cls.base,
            examples=tiny_world.pictures(3),
            assets={"style_space": {"layers": [6]}, "figures": {"accuracy": 1}},
        )
        cls.path = cls.published.path
        cls.loaded = tf.saved_model.load(str(cls.path))

    def export(self, base, *, servable=None, assets=None, **options):
        """Exports in a folder, without the process that validates it."""
        valid = validation.Verdict(problems=[], differences={})
        with mock.patch.object(validation, "validate", return_value=valid):
            return self.export_validated(
                base, servable=servable, assets=assets, **options
            )

    def export_validated(self, base, *, servable=None, assets=None, **options):
        """Exports in a folder, trying with one image."""
        return saved_model.export(
            servable or self.servable,
            base,
            examples=tiny_world.pictures(1),
            assets=assets or {},
            **options,
        ).path

    def test_explains_itself(self):
        assets = {
            file.name: json.loads(file.read_text(encoding="utf-8"))
            for file in (self.path / "assets").iterdir()
        }

        asked = warmup.requests(self.servable, 1)
        answer = self.loaded.signatures["describe"](**asked["describe"])
        (described,) = answer["description"].numpy()
        self.assertEqual(assets.pop("description.json"), json.loads(described))
        self.assertEqual(
            assets,
            {
                "style_space.json": {"layers": [6]},
                "figures.json": {"accuracy": 1},
                "class_names.json": list(tiny_world.CLASS_NAMES),
                "contract.json": json.loads(
                    json.dumps(self.servable.contract())
                ),
                "storage.json": self.published.figures,
            },
        )

    def test_reloaded_signatures_are_those_of_the_contract(self):
        loaded = self.loaded.signatures
        sizes = {"R": 8, "T": 6, "S": 5, "K": 3}

        self.assertCountEqual(loaded, signatures.CONTRACT)
        for name, signature in signatures.CONTRACT.items():
            for specs, infos in (
                (
                    loaded[name].structured_input_signature[1],
                    signature.inputs,
                ),
                (loaded[name].structured_outputs, signature.outputs),
            ):
                self.assertCountEqual(specs, infos)
                for key, info in infos.items():
                    self.assertEqual(specs[key].dtype.name, info.dtype)
                    self.assertEqual(
                        tuple(specs[key].shape), info.static_shape(sizes)
                    )

    @parameterized.parameters(1, 3)
    def test_reloaded_answers_are_those_of_the_model(self, batch):
        asked = warmup.requests(self.servable, batch)
        for name, inputs in asked.items():
            expected = getattr(self.servable, name)(**inputs)
            for answers in (
                self.loaded.signatures[name](**inputs),
                # The signatures are methods too, for a notebook.
                getattr(self.loaded, name)(**inputs),
            ):
                self.assertCountEqual(answers, expected)
                for key, value in expected.items():
                    if value.dtype == tf.float32:
                        np.testing.assert_allclose(
                            answers[key], value, atol=1e-5
                        )
                    else:
                        np.testing.assert_array_equal(answers[key], value)

    def test_is_valid_where_it_was_published(self):
        verdict = validation.validate(self.path)

        self.assertEmpty(verdict.problems)
        self.assertCountEqual(
            verdict.differences,
            [
                f"{name}/{output}"
                for name, signature in signatures.CONTRACT.items()
                for output in signature.outputs
            ],
        )
        self.assertLess(max(verdict.differences.values()), 1e-4)

    def test_halves_the_weights(self):
        base = pathlib.Path(self.create_tempdir())
        published = saved_model.export(
            self.servable,
            base,
            examples=tiny_world.pictures(3),
            assets={},
            storage="float16",
        )

        figures = published.figures
        self.assertEqual(figures["storage"], "float16")
        # Encoder and generator; the classifier keeps its float32.
        halved = 2 * 192 * tiny_world.NUM_STYLES
        self.assertEqual(figures["model_bytes"], 4 * (halved + 192 * 3))
        self.assertEqual(figures["bytes"], 2 * halved + 4 * 192 * 3)
        self.assertGreater(figures["probability_difference"], 0.0)
        self.assertLess(figures["probability_difference"], 0.01)
        self.assertEqual(figures["images"], 3)
        stored = published.path / "variables"
        full = self.path / "variables"
        self.assertLess(_bytes(stored), _bytes(full) - halved)

    def test_carries_the_lookup_tables_of_a_classifier(self):
        table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(["scale"], [2.0]), 0.0
        )
        servable = tiny_world.servable(
            self.world,
            classify=lambda images: (
                self.world.classify(images) * table.lookup(tf.constant("scale"))
            ),
            resources=[table],
        )

        path = self.export_validated(self.base, servable=servable)

        loaded = tf.saved_model.load(str(path)).signatures["serving_default"]
        files = tf.constant(tiny_world.pictures(1))
        np.testing.assert_allclose(
            loaded(image_bytes=files)["logits"],
            servable.serving_default(files)["logits"],
            rtol=1e-5,
        )
        with self.assertRaisesRegex(
            errors.ExportError, "float16; expected float32 .*lookup tables"
        ):
            self.export(self.base, servable=servable, storage="float16")

    def test_versions_count_up(self):
        base = pathlib.Path(self.create_tempdir())
        (base / "7").mkdir()
        (base / "notes").mkdir()

        paths = [self.export(base) for _ in range(2)]

        self.assertEqual(paths, [base / "8", base / "9"])
        self.assertCountEqual(
            [entry.name for entry in base.iterdir()], ["7", "8", "9", "notes"]
        )

    def test_a_number_taken_in_between_is_left_alone(self):
        base = pathlib.Path(self.create_tempdir())
        save = tf.saved_model.save

        def save_slowly(*args, **kwargs):
            save(*args, **kwargs)
            (base / "1").mkdir()
            (base / "1" / "theirs").touch()

        with mock.patch.object(tf.saved_model, "save", save_slowly):
            path = self.export(base)

        self.assertEqual(path, base / "2")
        self.assertTrue((base / "1" / "theirs").exists())

    def test_a_failed_export_leaves_nothing(self):
        base = pathlib.Path(self.create_tempdir())
        save = tf.saved_model.save

        def save_and_fail(*args, **kwargs):
            save(*args, **kwargs)
            raise OSError("no space left on device")

        with mock.patch.object(tf.saved_model, "save", save_and_fail):
            with self.assertRaisesRegex(OSError, "no space left"):
                self.export(base)

        self.assertEmpty(list(base.iterdir()))

    def test_nothing_is_seen_before_it_is_complete(self):
        base = pathlib.Path(self.create_tempdir())
        seen = []
        save = tf.saved_model.save

        def save_and_look(*args, **kwargs):
            save(*args, **kwargs)
            seen.extend(entry.name for entry in base.iterdir())

        with mock.patch.object(tf.saved_model, "save", save_and_look):
            self.export(base)

        self.assertLen(seen, 1)
        self.assertFalse(seen[0].isdecimal())

    @parameterized.named_parameters(
        ("not_a_number", {"figures": {"kl": float("nan")}}, "not JSON comp"),
        ("ours", {"contract": {}}, "written by export itself.*contract"),
    )
    def test_refuses_assets_before_it_saves(self, assets, message):
        base = pathlib.Path(self.create_tempdir(), "new")

        with self.assertRaisesRegex(ValueError, message):
            self.export(base, assets=assets)

        self.assertFalse(base.exists())

    def test_what_differs_is_never_published(self):
        base = pathlib.Path(self.create_tempdir())
        save = tf.saved_model.save

        def save_another(model, *args, **kwargs):
            encoder = self.world.encoder
            kept = encoder.numpy()
            encoder.assign(kept[::-1])
            save(model, *args, **kwargs)
            encoder.assign(kept)

        with mock.patch.object(tf.saved_model, "save", save_another):
            with self.assertRaisesRegex(
                errors.ExportError,
                "was not published: .*encode/styles: differs by",
            ):
                self.export_validated(base)

        self.assertEmpty(list(base.iterdir()))

    @parameterized.parameters("float32", "float16")
    def test_what_is_not_finite_is_never_published(self, storage):
        base = pathlib.Path(self.create_tempdir())
        classifier = self.world.classifier
        self.addCleanup(classifier.assign, classifier.numpy())
        classifier.assign(classifier.numpy() * np.nan)

        with self.assertRaisesRegex(
            errors.ExportError,
            "serving_default/logits: holds values that are not finite",
        ):
            self.export_validated(base, storage=storage)

        self.assertEmpty(list(base.iterdir()))

    def test_too_little_room_is_said_before_anything_is_written(self):
        whole = self.published.figures["model_bytes"]
        for storage, needed in (("float32", whole), ("float16", whole / 2)):
            base = pathlib.Path(self.create_tempdir(storage)) / "export"
            room = types.SimpleNamespace(free=needed - 1)
            with (
                self.subTest(storage),
                mock.patch.object(shutil, "disk_usage", return_value=room),
                mock.patch.object(saved_model, "_save") as saves,
                self.assertRaisesRegex(
                    errors.ExportError,
                    "export: the disk has .* left; this export needs at least",
                ),
            ):
                self.export(base, storage=storage)
            saves.assert_not_called()
            self.assertFalse(base.exists())
            room.free += 1
            with (
                mock.patch.object(shutil, "disk_usage", return_value=room),
                mock.patch.object(saved_model, "_save", side_effect=_Reached),
                self.assertRaises(_Reached),
            ):
                self.export(base, storage=storage)

    def test_needs_an_example(self):
        with self.assertRaisesRegex(ValueError, "no example"):
            saved_model.export(self.servable, self.base, examples=[], assets={})


def _bytes(folder: pathlib.Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


if __name__ == "__main__":
    absltest.main()
