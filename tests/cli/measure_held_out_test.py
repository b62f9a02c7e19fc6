"""Tests of stylex_tf.cli.measure_held_out."""

import contextlib
import io
import pathlib
import tempfile

import numpy as np
from absl.testing import absltest, flagsaver
from PIL import Image

import stylex_tf
from stylex_tf import errors
from stylex_tf.cli import measure_held_out
from stylex_tf.export import description_files, held_out
from tests.export import tiny_world
from tests.testing import tiny_export


def _write(folder, count, seed):
    folder.mkdir()
    size = tiny_world.RESOLUTION
    images = np.random.default_rng(seed).integers(
        0, 256, [count, size, size, 3], dtype=np.uint8
    )
    for n, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{n:03d}.png")
    return images


def _measure(**flags):
    """Runs the command, without the process that validates what it makes."""
    printed = io.StringIO()
    with (
        tiny_export.unvalidated(),
        flagsaver.flagsaver(
            **{name: str(value) for name, value in flags.items()}
        ),
        contextlib.redirect_stdout(printed),
    ):
        measure_held_out.main(["stylex measure_held_out"])
    return pathlib.Path(printed.getvalue().strip())


def _figures(version):
    return held_out.HeldOut.from_dict(
        description_files.read(version)["held_out"]
    )


class MeasureHeldOutTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.top = pathlib.Path(folder.name)
        cls.base = cls.top / "model"
        cls.version = tiny_export.write(cls.base)
        cls.images = _write(cls.top / "images", 12, 5)
        cls.training = _write(cls.top / "training", 20, 6)

    def test_the_next_version_tells_it_in_every_way(self):
        version = _measure(
            model=self.version,
            images=self.top / "images",
            training_images=self.top / "training",
        )

        self.assertEqual(version.parent, self.base)
        figures = _figures(version)
        self.assertEqual(figures.images, 12)
        self.assertIsNotNone(figures.sight)
        # It is what the signature `describe` answers, too.
        model = stylex_tf.load(version)
        explained = model.explain(self.images[:4], progress=False)
        self.assertLess(explained.foreign_shares.max(), 1)
        self.assertEqual(
            description_files.read(version)["attribute_names"],
            tiny_world.ATTRIBUTE_NAMES,
        )

    def test_without_training_images_half_are_compared_with(self):
        version = _measure(
            model=self.version, images=self.top / "images", training_images=""
        )

        self.assertEqual(_figures(version).images, 6)

    def test_too_few_make_no_version(self):
        _write(self.top / "few", 2, 7)
        versions = sorted(self.base.iterdir())

        with self.assertRaisesRegex(errors.UsageError, "expected two of each"):
            _measure(
                model=self.version, images=self.top / "few", training_images=""
            )

        self.assertEqual(sorted(self.base.iterdir()), versions)


if __name__ == "__main__":
    absltest.main()
