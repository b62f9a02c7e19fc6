"""Tests of stylex_tf.data.preparation."""

import dataclasses
import pathlib
import shutil
import types
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import config, errors
from stylex_tf.data import preparation
from stylex_tf.data.records import tfrecords
from stylex_tf.data.worlds import worlds
from tests.testing import image_files, layouts


class PreparationTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.cache = self.parent / "cache"
        self.faces = config.DataConfig(
            source="faces",
            causes=("glasses", "open_mouth"),
            rendered_images=60,
            test_fraction=0.3,
            cache_dir=str(self.cache),
        )

    def _prepare(self, data, resolution=16, seed=0):
        return preparation.prepare(data, resolution, seed, progress=False)

    def _folder(self, **options) -> config.DataConfig:
        root = image_files.class_folders(self.parent / "photos")
        return config.DataConfig(
            source=str(root), cache_dir=str(self.cache), **options
        )

    def test_a_world(self):
        dataset = self._prepare(self.faces)
        self.assertEqual(
            dataset.manifest.class_names, ("other", "glasses or open mouth")
        )
        self.assertEqual(sum(dataset.manifest.splits.values()), 60)
        train = dataset.load("train")
        expected = (train.factors[:, 0] + train.factors[:, 1]) > 0
        np.testing.assert_array_equal(train.labels, expected.astype(int))
        self.assertEqual(train.images.shape[1:], (16, 16, 3))
        self.assertFalse(dataset.manifest.greyscale)

    def test_a_folder_and_its_zip_are_the_same_images(self):
        folder = self._prepare(self._folder())
        path = image_files.zip_folder(
            self.parent / "photos", self.parent / "photos.zip"
        )
        zipped = self._prepare(
            config.DataConfig(source=str(path), cache_dir=str(self.cache))
        )
        for split in ("train", "test"):
            np.testing.assert_array_equal(
                folder.load(split).images, zipped.load(split).images
            )

    def test_a_description_counts_the_images_that_would_be_prepared(self):
        data = self._folder()
        described, total = preparation.describe(data, 16, 0)
        self.assertFalse(self.cache.exists())
        prepared = self._prepare(data).manifest
        self.assertEqual(described.label_counts, {"images": (10, 10)})
        self.assertEqual(
            [sum(n) for n in zip(*prepared.label_counts.values(), strict=True)],
            [10, 10],
        )
        self.assertEqual(total, sum(prepared.splits.values()))

    def test_too_little_room_is_said_before_anything_is_written(self):
        data = self._folder()
        # Each of 20 images twice, 16 x 16 pixels in color, by a twentieth.
        room = types.SimpleNamespace(free=1535)
        with mock.patch.object(shutil, "disk_usage", return_value=room):
            for does in (preparation.describe, preparation.prepare):
                with self.assertRaisesRegex(
                    errors.DataError, "20 images of 16 x 16 pixels need at"
                ):
                    does(data, 16, 0)
            self.assertFalse(self.cache.exists())
            room.free += 1
            preparation.describe(data, 16, 0)

    def test_a_cache_that_cannot_be_made_is_said_by_the_description(self):
        self.cache.touch()
        with self.assertRaises(FileExistsError):
            preparation.describe(self._folder(), 16, 0)

    def test_a_description_refuses_what_preparing_would(self):
        data = self._folder(on_error="fail")
        broken = pathlib.Path(data.source) / "cat" / "broken.png"
        broken.write_bytes(b"text")

        with self.assertRaisesRegex(
            errors.DataError,
            r"1 file .*\(--config.data.on_error=skip .* cat/broken.png: not",
        ):
            preparation.describe(data, 16, 0)
        left_out = dataclasses.replace(data, on_error="skip")
        preparation.describe(left_out, 16, 0)

    def test_an_address_is_named_as_it_was_given(self):
        data = config.DataConfig(source="https://example.org/x.zip")
        for call in (preparation.describe, preparation.prepare):
            with self.assertRaisesRegex(
                errors.DataError,
                "^source: https://example.org/x.zip is an address, and nothing "
                "is fetched from the network; download it, and give the fold",
            ):
                call(data, 16, 0)

    def test_a_sample_is_of_the_images_and_writes_nothing(self):
        data = self._folder()
        images, labels = preparation.sample(data, 16, 0, 5)
        self.assertFalse(self.cache.exists())
        self.assertEqual((images.shape, len(labels)), ((5, 16, 16, 3), 5))
        dataset = self._prepare(data)
        known = {
            image.tobytes(): label
            for split in ("train", "test")
            for image, label in zip(
                dataset.load(split).images,
                dataset.load(split).labels,
                strict=True,
            )
        }
        for image, label in zip(images, labels, strict=True):
            self.assertEqual(known[image.tobytes()], label)

    def test_a_folder_of_idx_files(self):
        root = image_files.idx_folder(self.parent / "idx", (0, 1, 1), (1, 0))
        dataset = self._prepare(
            config.DataConfig(source=str(root), cache_dir=str(self.cache)), 32
        )
        self.assertEqual(dataset.manifest.splits, {"train": 3, "test": 2})
        self.assertTrue(dataset.manifest.greyscale)

    def test_the_second_time_comes_from_the_cache(self):
        first = self._prepare(self.faces)
        with mock.patch.object(
            worlds, "examples", side_effect=AssertionError("rendered again")
        ):
            again = self._prepare(self.faces)
        self.assertEqual(again.directory, first.directory)

    @parameterized.named_parameters(
        ("causes", {"causes": ("beard",)}, 16, 0),
        ("rule", {"rule": "all"}, 16, 0),
        ("images", {"rendered_images": 61}, 16, 0),
        ("fraction", {"test_fraction": 0.4}, 16, 0),
        ("resolution", {}, 32, 0),
        ("seed", {}, 16, 1),
    )
    def test_other_data_has_another_place(self, change, resolution, seed):
        first = self._prepare(self.faces)
        other = self._prepare(
            dataclasses.replace(self.faces, **change), resolution, seed
        )
        self.assertNotEqual(first.directory, other.directory)
        self.assertNotEqual(first.manifest.digest, other.manifest.digest)

    def test_a_drawing_that_changed_has_another_place(self):
        first = self._prepare(self.faces)
        changed = dataclasses.replace(worlds.get("faces"), version="faces 99")
        with mock.patch.object(worlds, "get", return_value=changed):
            other = self._prepare(self.faces)
        self.assertNotEqual(first.directory, other.directory)

    def test_a_folder_that_changed_is_prepared_again(self):
        data = self._folder()
        self._prepare(data)
        content = image_files.encode(image_files.noise(99))
        image_files.write(self.parent / "photos" / "cat" / "new.png", content)
        again = self._prepare(data)
        self.assertEqual(sum(again.manifest.splits.values()), 21)

    def test_a_damaged_cache_is_prepared_again(self):
        first = self._prepare(self.faces)
        path = first.directory / "train-00000.tfrecord"
        whole = path.read_bytes()
        path.write_bytes(whole[:-5])
        with self.assertLogs(level="WARNING") as logs:
            self._prepare(self.faces)
        self.assertIn("ends within record", logs.output[0])
        self.assertEqual(path.read_bytes(), whole)

    def test_two_runs_may_prepare_the_same_data(self):
        def other_run_first(*arguments, **options):
            with mock.patch.object(preparation, "prepare_into", prepare_into):
                self._prepare(self.faces)
            return prepare_into(*arguments, **options)

        prepare_into = preparation.prepare_into
        with mock.patch.object(preparation, "prepare_into", other_run_first):
            dataset = self._prepare(self.faces)
        self.assertLen(list(self.cache.iterdir()), 1)
        self.assertEqual(sum(dataset.manifest.splits.values()), 60)

    def test_a_prepared_folder_is_a_source(self):
        made = preparation.prepare_into(
            self.parent / "made", self.faces, 16, 0, progress=False
        )
        data = config.DataConfig(source=str(made.directory))
        self.assertEqual(
            self._prepare(data).manifest.digest, made.manifest.digest
        )
        with self.assertRaisesRegex(
            errors.DataError, "with resolution 16; the config says 32"
        ):
            self._prepare(data, 32)
        with self.assertRaisesRegex(errors.DataError, "with classes .*other"):
            self._prepare(dataclasses.replace(data, classes=("a", "b")))
        with self.assertRaisesRegex(errors.DataError, "prepared already"):
            preparation.prepare_into(self.parent / "x", data, 16, 0)

    def test_a_failure_leaves_nothing(self):
        image_files.write(self.parent / "photos" / "cat" / "bad.png", b"bad")
        with self.assertRaisesRegex(errors.DataError, "cat/bad.png: not an"):
            self._prepare(self._folder())
        self.assertEmpty(list(self.cache.iterdir()))

    def test_what_is_left_out_is_in_the_manifest(self):
        image_files.write(self.parent / "photos" / "cat" / "bad.png", b"bad")
        dataset = self._prepare(self._folder(on_error="skip"))
        (left_out,) = dataset.manifest.unreadable
        self.assertEqual(left_out.name, "cat/bad.png")
        reopened = tfrecords.Dataset(dataset.directory)
        self.assertEqual(reopened.manifest, dataset.manifest)

    @parameterized.named_parameters(
        ("no_source", {"source": ""}, "source is ''; expected one of .*faces"),
        ("no_such_source", {"source": "nowhere"}, "nowhere: no such file"),
        ("fraction", {"test_fraction": 1.0}, "test_fraction is 1.0"),
        ("rule", {"rule": "some"}, "rule is 'some'"),
        ("on_error", {"on_error": "cry"}, "on_error is 'cry'"),
        ("crop", {"crop": "left"}, "crop is 'left'; expected .*'pad'"),
        ("crop_of_a_world", {"crop": "pad"}, "images of faces are no files"),
        ("classes", {"classes": ("a", "b")}, "faces has the classes"),
        ("causes", {"causes": ("nose",)}, "no factor 'nose'"),
        ("rare", {"rendered_images": 1}, "split|class"),
    )
    def test_refuses(self, change, message):
        data = dataclasses.replace(self.faces, **change)
        with self.assertRaisesRegex(errors.DataError, message):
            self._prepare(data)

    def test_a_layout_with_its_label_and_factors(self):
        root = layouts.celeba(self.parent / "celeba", images=16)
        data = config.DataConfig(
            source=str(root),
            layout="celeba",
            label="Male",
            factors=("Smiling",),
            cache_dir=str(self.cache),
        )
        dataset = self._prepare(data)
        self.assertEqual(dataset.manifest.class_names, ("not Male", "Male"))
        self.assertEqual(dataset.manifest.factor_names, ("Smiling",))
        self.assertEqual(dataset.manifest.splits, {"train": 8, "test": 4})
        train = dataset.load("train")
        for label, factors, name in zip(
            train.labels, train.factors, train.ids, strict=True
        ):
            number = int(pathlib.PurePath(name).stem)
            self.assertEqual(label, number % 2 == 0)
            self.assertEqual(factors[0], number % 3 == 0)

    @parameterized.named_parameters(
        ("label", {"label": "Smiling"}),
        ("factors", {"factors": ("Smiling",)}),
        ("layout", {"layout": "unlabelled", "label": "", "classes": "ab"}),
    )
    def test_another_reading_has_another_place(self, change):
        root = layouts.celeba(self.parent / "celeba", images=16)
        data = config.DataConfig(
            source=str(root),
            layout="celeba",
            label="Male",
            cache_dir=str(self.cache),
        )
        first = self._prepare(data)
        other = self._prepare(dataclasses.replace(data, **change))
        self.assertNotEqual(first.directory, other.directory)

    def test_all_of_a_photograph_is_kept_where_it_is_padded(self):
        for number in range(20):
            pixels = image_files.noise(number, height=16, width=10)
            image_files.write(
                self.parent / "tall" / "ab"[number % 2] / f"{number}.png",
                image_files.encode(pixels),
            )
        data = config.DataConfig(
            source=str(self.parent / "tall"),
            cache_dir=str(self.cache),
            crop="pad",
        )

        padded = self._prepare(data)
        centre = self._prepare(dataclasses.replace(data, crop="center"))

        self.assertNotEqual(padded.directory, centre.directory)
        self.assertEqual(
            (padded.manifest.crop, centre.manifest.crop), ("pad", "center")
        )
        for image in padded.load("train").images:
            self.assertEqual(image.shape, (16, 16, 3))
            for column in range(3):
                np.testing.assert_array_equal(image[:, column], image[:, 3])
                np.testing.assert_array_equal(
                    image[:, -1 - column], image[:, 12]
                )
        # What is prepared says how, and the config must say the same.
        prepared = dataclasses.replace(data, source=str(padded.directory))
        self.assertEqual(self._prepare(prepared).manifest, padded.manifest)
        with self.assertRaisesRegex(errors.DataError, "crop pad; .* center"):
            self._prepare(dataclasses.replace(prepared, crop="center"))

    def test_birds_are_cropped_to_their_boxes(self):
        root = layouts.cub(self.parent / "birds")
        data = config.DataConfig(
            source=str(root), layout="cub", cache_dir=str(self.cache)
        )
        train = self._prepare(data).load("train")
        index = [name[-8:] for name in train.ids].index("0000.jpg")
        number = 1 + 4 * int(train.labels[index])
        picture = image_files.noise(number, height=24, width=30)
        # The square around a box of 12 x 16 pixels at 6, 4.
        np.testing.assert_array_equal(train.images[index], picture[4:20, 4:20])

    def test_images_without_labels_are_those_of_the_classifiers_classes(self):
        root = layouts.ffhq(self.parent / "ffhq")
        data = config.DataConfig(
            source=str(root),
            layout="unlabelled",
            classes=("not Male", "Male"),
            cache_dir=str(self.cache),
        )
        dataset = self._prepare(data)
        self.assertFalse(dataset.manifest.labelled)
        self.assertEqual(dataset.manifest.class_names, data.classes)
        self.assertEqual(dataset.manifest.splits, {"train": 18, "test": 2})
        for classes in ((), ("Male",), ("Male", "Male")):
            with self.assertRaisesRegex(
                errors.DataError, "expected the classifier's classes, two or"
            ):
                self._prepare(dataclasses.replace(data, classes=classes))

    def test_a_layout_without_an_image(self):
        empty = self.parent / "empty"
        empty.mkdir()
        data = config.DataConfig(
            source=str(empty), layout="unlabelled", classes=("a", "b")
        )
        with self.assertRaisesRegex(errors.DataError, "empty: no image"):
            self._prepare(data)

    def test_refuses_a_layout_for_what_is_no_path(self):
        with self.assertRaisesRegex(
            errors.DataError, "layout is 'cub', but faces is not a path"
        ):
            self._prepare(dataclasses.replace(self.faces, layout="cub"))

    def test_a_description_counts_the_images_of_each_class(self):
        content = image_files.encode(image_files.noise(99))
        data = self._folder()
        image_files.write(self.parent / "photos" / "cat" / "new.png", content)
        described, total = preparation.describe(data, 16, 0)
        self.assertEqual(total, 21)
        self.assertIn("class 0, cat: 11 images", described.summary())
        self.assertIn("class 1, dog: 10 images", described.summary())

    def test_refuses_causes_for_photographs(self):
        with self.assertRaisesRegex(errors.DataError, "not a rendered world"):
            self._prepare(self._folder(causes=("glasses",)))


if __name__ == "__main__":
    absltest.main()
