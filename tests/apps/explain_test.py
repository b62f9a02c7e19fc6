"""A folder of explanations: its table, its pictures, its page."""

import contextlib
import csv
import dataclasses
import io
import os
import pathlib

import numpy as np
from absl.testing import absltest
from PIL import Image

from stylex_tf import errors
from stylex_tf.api import explanation
from stylex_tf.apps import explain
from tests.testing import image_files

_R, _K = 6, 2


class _Model:
    """Explains every image in the same way; remembers how many at a time."""

    max_top_k = 4

    def __init__(self):
        self.asked = []

    def class_index(self, target):
        if target != "dog":
            raise errors.UsageError(f"there is no class {target!r}")
        return 1

    def explain(self, paths, *, target, top_k, crop, progress):
        self.asked.append(len(paths))
        n = len(paths)
        coordinates = np.full([n, top_k], -1, np.int32)
        coordinates[:, 0] = 3
        return explanation.Explanation(
            class_names=("cat", "dog"),
            attribute_names={3: "ears"},
            image_ids=tuple(map(str, paths)),
            target_classes=np.full([n], -1, np.int32),
            coordinates=coordinates,
            directions=np.where(coordinates >= 0, 1, -1),
            strengths=np.where(coordinates >= 0, 1.0, -1.0),
            effects=np.where(coordinates >= 0, 2.5, -1.0),
            probabilities=np.tile([[0.75, 0.25]], [n, 1]),
            probabilities_before=np.tile([[0.625, 0.375]], [n, 1]),
            probabilities_after=np.tile([[[0.125, 0.875]]], [n, top_k, 1]),
            images=np.zeros([n, _R, _R, 3], np.uint8),
            reconstructions=np.zeros([n, _R, _R, 3], np.uint8),
            edited=np.zeros([n, top_k, _R, _R, 3], np.uint8),
            provenance={"model": "pets"},
        )


class ExplainTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.output = self.folder / "explained"

    def images(self, count):
        paths = []
        for seed in range(count):
            path = self.folder / "images" / f"{seed:03d}.png"
            image_files.write(path, image_files.encode(image_files.noise(seed)))
            paths.append(path)
        return paths

    def write(self, paths, **options):
        model = _Model()
        images = explain.check(paths, **options)
        page = explain.write(
            model, images, self.output, top_k=2, progress=False
        )
        with (self.output / explain.TABLE).open(encoding="utf-8") as file:
            return model, page, list(csv.DictReader(file))

    def test_every_image_has_a_row_and_a_picture(self):
        paths = self.images(18)

        model, page, rows = self.write(paths)

        # Some at a time, so that thousands fit in memory.
        self.assertEqual(model.asked, [16, 2])
        self.assertEqual([row["image"] for row in rows], list(map(str, paths)))
        for row in rows:
            with Image.open(self.output / row["picture"]) as picture:
                self.assertGreater(picture.width, 300)
        first = rows[0]
        self.assertEqual(first["class"], "cat")
        self.assertEqual(first["probability"], "0.7500")
        self.assertEqual(first["probability_of_reconstruction"], "0.6250")
        self.assertEqual(first["trust"], "unknown")
        self.assertStartsWith(first["trust_in_words"], "Only partly known: ")
        self.assertEqual(first["attribute_1"], "ears")
        self.assertEqual(first["coordinate_1"], "3")
        self.assertEqual(first["direction_1"], "max")
        self.assertEqual(first["effect_1"], "2.5000")
        self.assertEqual(first["class_after_1"], "dog")
        self.assertEqual(first["probability_after_1"], "0.8750")
        self.assertEqual(first["caution_1"], "")
        self.assertEqual(first["attribute_2"], "")
        text = page.read_text(encoding="utf-8")
        self.assertEqual(text.count(".png: probability of cat"), 18)

    def test_one_that_is_no_image_stops_it_before_any_work(self):
        bad = self.folder / "images" / "bad.png"
        paths = [*self.images(2), bad]
        bad.write_bytes(b"text")
        model = _Model()

        with self.assertRaisesRegex(
            errors.UsageError, "1 of 3 images cannot be used: .*bad.png: not an"
        ):
            explain.write(model, paths, self.output)

        self.assertEmpty(model.asked)
        self.assertFalse(self.output.exists())

    def test_one_that_is_no_image_may_be_left_out(self):
        bad = self.folder / "images" / "000.png"
        paths = self.images(3)
        bad.write_bytes(b"text")

        _, _, rows = self.write(paths, skip_unreadable=True)

        self.assertEqual(
            [(row["image"], row["problem"]) for row in rows],
            [
                (str(paths[1]), ""),
                (str(paths[2]), ""),
                (str(bad), "not an image, or of an unknown format"),
            ],
        )

    def test_says_how_many_are_doubtful(self):
        class Doubtful(_Model):
            def explain(self, paths, **options):
                explained = super().explain(paths, **options)
                shares = np.array([0.5] * (len(paths) - 1) + [1.0], np.float32)
                return dataclasses.replace(
                    explained, error_shares=shares, style_shares=shares
                )

        paths = [*self.images(3), self.folder / "images" / "bad.png"]
        paths[-1].write_bytes(b"text")
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            images = explain.check(paths, skip_unreadable=True)
            explain.write(Doubtful(), images, self.output)

        self.assertEndsWith(
            said.getvalue(),
            "3 images explained; 1 of them doubtful: do not rely on those; 1 "
            "left out, which are no images\n",
        )

    def test_a_class_that_is_not_there_is_an_error_before_any_work(self):
        with self.assertRaisesRegex(errors.UsageError, "no class 'cow'"):
            explain.write(_Model(), self.images(1), self.output, target="cow")

    def test_more_attributes_than_the_model_gives_are_an_error_before_the_bar(
        self,
    ):
        said = io.StringIO()
        with (
            contextlib.redirect_stderr(said),
            self.assertRaisesRegex(
                errors.UsageError, "top_k is 5; expected a whole .* from 1 to 4"
            ),
        ):
            explain.write(_Model(), self.images(1), self.output, top_k=5)
        self.assertEqual(said.getvalue(), "")

    def test_a_folder_that_holds_something_is_not_written(self):
        self.output.mkdir()
        explain.check_output(self.output)
        (self.output / "mine.txt").touch()

        for output, message in (
            (
                self.output,
                "explained is there already; expected a new or empty ",
            ),
            (self.output / "mine.txt", "mine.txt is a file; expected a new or"),
        ):
            for refuses in (
                explain.check_output,
                lambda path: explain.write(_Model(), self.images(1), path),
            ):
                with self.assertRaisesRegex(
                    errors.UsageError,
                    f"{message}.*folder: --output=... names another$",
                ):
                    refuses(output)
        with self.assertRaises(NotADirectoryError):
            explain.check_output(self.output / "mine.txt" / "in")

    def test_images_are_files_folders_or_the_samples(self):
        paths = self.images(2)

        listed = explain.find_images([str(paths[0].parent), str(paths[1])])
        samples = explain.find_images([], model="faces_32")

        self.assertEqual(listed, [*paths, paths[1]])
        self.assertLen(samples, 6)
        for words, message in (
            (["https://a.b/c.png"], "is an address, and nothing is fet"),
            ([""], "the name of an image is empty"),
            ([], "no images are named, and the model '' has no samples"),
        ):
            with self.assertRaisesRegex(errors.UsageError, message):
                explain.find_images(words)

    def test_what_was_explained_into_their_folder_is_none_of_the_images(self):
        paths = self.images(2)
        images = paths[0].parent
        self.output = images / "explained"
        self.write(explain.find_images([str(images)]))
        self.assertEqual(explain.find_images([str(images)]), paths)
        # Where it is meant, it is named.
        self.assertNotEmpty(explain.find_images([str(self.output)]))
        with self.assertRaisesRegex(errors.UsageError, "explanations alone"):
            for path in paths:
                path.unlink()
            explain.find_images([str(images)])

    def test_a_name_that_is_not_utf_8(self):
        paths = self.images(1)
        for name, content in (
            (b"\xff.png", paths[0].read_bytes()),
            (b"\xfe.png", b"text"),
        ):
            path = pathlib.Path(os.fsdecode(name))
            (paths[0].parent / path).write_bytes(content)
        _, page, rows = self.write(
            explain.find_images([str(paths[0].parent)]), skip_unreadable=True
        )
        self.assertIn("\\udcff.png", "".join(row["image"] for row in rows))
        self.assertIn("\\udcff.png", page.read_text("utf-8"))


if __name__ == "__main__":
    absltest.main()
