"""Tests of stylex_tf.runs.initial_weights: from a run to a file to a run."""

import dataclasses
import pathlib
import shutil
import tempfile
import types

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors, experiment, run_folder
from stylex_tf.runs import initial_weights
from stylex_tf.training import checkpoint_files, checkpoints, weights
from tests.testing import tiny_experiment


def _data(cut: str, source: str = "leaves", held_out=()):
    """A data set: what it says of itself, and its held-out pictures."""
    return types.SimpleNamespace(
        manifest=types.SimpleNamespace(
            source=source, cut=cut, class_names=tiny_experiment.CLASSES
        ),
        parts=lambda split, size: [
            types.SimpleNamespace(images={"test": held_out}[split])
        ],
    )


class InitialWeightsTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
        )
        cls.dataset = tiny_experiment.write_data(cls.root / "data")
        cls.settings = tiny_experiment.settings(str(cls.root / "data"))
        cls.state = experiment.build_state(cls.settings, 2)
        for number, variable in enumerate(cls.state.averages.averaged):
            variable.assign_add(tf.fill(variable.shape, 0.01 * (number % 7)))
        cls.state.step.assign(4)
        cls.folder = run_folder.RunFolder(cls.root / "run")
        cls.folder.root.mkdir()
        cls.folder.begin(dataclasses.asdict(cls.settings))
        checkpoints.Checkpoints(
            cls.state, cls.folder.checkpoints, every=2
        ).save(
            4,
            checkpoint_files.Facts(
                cuts={"leaves": "cut 1"}, class_names=tiny_experiment.CLASSES
            ),
        )
        cls.file = initial_weights.save(
            cls.folder.root, cls.root / "run.weights"
        )
        cls.fresh = experiment.build_state(
            dataclasses.replace(cls.settings, seed=1), 2
        )

    def test_a_run_gives_its_networks_and_their_averages(self):
        source = initial_weights.read(self.folder.root)
        for loaded, networks in (
            (source.trained, self.state.networks),
            (source.averages, self.state.averages),
        ):
            for name, variable in weights.named(networks).items():
                np.testing.assert_array_equal(
                    loaded.arrays[name], variable, name
                )

    def test_a_file_has_the_averages_and_the_discriminator(self):
        loaded = weights.load(self.file)
        self.assertEqual(loaded.about["step"], 4)
        self.assertEqual(loaded.about["images"], 16)
        self.assertEqual(loaded.about["cuts"], {"leaves": "cut 1"})
        expected = {
            **weights.named(self.state.networks),
            **weights.named(self.state.averages),
        }
        self.assertEqual(loaded.arrays.keys(), expected.keys())
        for name, variable in expected.items():
            np.testing.assert_array_equal(
                loaded.arrays[name], variable.numpy().astype(np.float16), name
            )

    def test_a_training_begins_with_a_file(self):
        with self.assertLogs("stylex_tf", "INFO") as logs:
            seen = initial_weights.start(
                self.fresh, str(self.file), _data("cut 2", "birds")
            )
        self.assertEqual(seen, {"leaves": "cut 1"})
        self.assertIn("100.0% of the weights are taken", logs.output[-1])
        for first, second in zip(
            self.fresh.networks.averaged,
            self.state.averages.averaged,
            strict=True,
        ):
            np.testing.assert_array_equal(
                first, second.numpy().astype(np.float16).astype(np.float32)
            )

    def test_says_what_a_training_would_begin_with(self):
        for source in (self.file, self.folder.root):
            self.assertEqual(
                initial_weights.describe(str(source)),
                f"{source}: tiny, after 16 images of dark, bright",
            )

    def test_another_cut_of_the_same_images_is_refused(self):
        before = tiny_experiment.digest(self.fresh)
        for source in (self.file, self.folder.root):
            with self.assertRaisesRegex(
                errors.CheckpointError,
                "trained on another cut of leaves .cut 1; here cut 2",
            ):
                initial_weights.start(self.fresh, str(source), _data("cut 2"))
            # So it is before there are networks.
            with self.assertRaisesRegex(errors.CheckpointError, "another cut"):
                initial_weights.check(str(source), _data("cut 2"))
            initial_weights.check(str(source), _data("cut 1"))
        self.assertEqual(tiny_experiment.digest(self.fresh), before)
        initial_weights.start(self.fresh, str(self.file), _data("cut 1"))

    def test_pictures_that_a_file_was_trained_on_are_known_by_any_name(self):
        seen = self.dataset.load("train").images
        before = tiny_experiment.digest(self.fresh)
        others = _data("cut 2", "other", self.dataset.load("test").images)
        initial_weights.check(str(self.file), others)
        mixed = _data("cut 2", "other", [seen[3], seen[3], 255 - seen[0]])
        for look in (
            lambda: initial_weights.check(str(self.file), mixed),
            lambda: initial_weights.start(self.fresh, str(self.file), mixed),
        ):
            with self.assertRaisesRegex(
                errors.CheckpointError,
                "run.weights, which was trained on 1 of the 2 pictures that "
                "are held out here",
            ):
                look()
        self.assertEqual(tiny_experiment.digest(self.fresh), before)

    def test_a_file_knows_what_its_run_began_with(self):
        settings = tiny_experiment.settings(str(self.root / "data"))
        settings.training.initialize_from = str(self.root / "base.weights")
        base = weights.load(self.file)
        weights.save(
            self.root / "base.weights",
            dataclasses.replace(base, pictures=np.array([7], np.uint64)),
        )
        folder = run_folder.RunFolder(self.root / "second")
        shutil.copytree(self.folder.root, folder.root)
        (folder.root / "config.json").unlink()
        folder.begin(dataclasses.asdict(settings))
        written = initial_weights.save(folder.root, self.root / "two.weights")
        np.testing.assert_array_equal(
            weights.load(written).pictures, [7, *base.pictures]
        )

    def test_what_ships_is_known_by_its_name(self):
        self.assertIn(
            "base_64: base_64, after 64,000 images of cat, dog, healthy leaf",
            initial_weights.describe("base_64"),
        )

    def test_what_holds_no_weights_is_refused(self):
        with self.assertRaisesRegex(
            errors.CheckpointError, "nowhere: expected the folder of a run"
        ):
            initial_weights.read(self.root / "nowhere")
        export = self.root / "export"
        export.mkdir()
        (export / "saved_model.pb").touch()
        with self.assertRaisesRegex(
            errors.CheckpointError, "weights of an export have no names"
        ):
            initial_weights.read(export)


if __name__ == "__main__":
    absltest.main()
