"""Tests of data/sources: folders and archives."""

import os
import pathlib
import warnings
import zipfile
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data import pictures
from stylex_tf.data.sources import archives, folders
from tests.testing import image_files


def _read(path, resolution=12, on_error="fail", **options):
    images = folders.ImageFolder(path, **options)
    return images, list(images.examples(resolution, on_error=on_error))


class FoldersTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.root = self.parent / "photos"

    def _source(self, kind: str) -> pathlib.Path:
        """The folder, or a zip of it."""
        if kind == "folder":
            return self.root
        return image_files.zip_folder(self.root, self.parent / "photos.zip")

    @parameterized.parameters("folder", "zip")
    def test_one_folder_a_class(self, kind):
        image_files.class_folders(self.root, ("dog", "cat"), images=10)
        images, examples = _read(self._source(kind))
        self.assertEqual(images.class_names, ("cat", "dog"))
        self.assertLen(images, 20)
        self.assertLen({example.id for _, example in examples}, 20)
        for _, example in examples:
            name = pathlib.PurePath(example.id)
            self.assertEqual(name.parts[-2], images.class_names[example.label])
            seed = 1000 * (name.parts[-2] == "cat") + int(name.stem)
            np.testing.assert_array_equal(
                example.image, image_files.noise(seed)
            )

    @parameterized.parameters("folder", "zip")
    def test_the_split_of_the_author(self, kind):
        image_files.class_folders(self.root / "train", images=3)
        image_files.class_folders(self.root / "val", images=2)
        _, examples = _read(self._source(kind))
        for split, example in examples:
            folder = "train" if split == "train" else "val"
            self.assertIn(folder, pathlib.PurePath(example.id).parts)
        self.assertLen([s for s, _ in examples if s == "test"], 4)

    def test_validation_is_left_out_beside_test(self):
        for name in ("train", "val", "test"):
            image_files.class_folders(self.root / name, images=2)
        with self.assertLogs(level="WARNING") as logs:
            _, examples = _read(self.root)
        self.assertIn("val/ is left out", logs.output[0])
        self.assertFalse([e for _, e in examples if e.id.startswith("val/")])

    def test_train_alone_is_split_by_us(self):
        image_files.class_folders(self.root / "train", images=10)
        images, examples = _read(self.root)
        self.assertEqual(images.class_names, ("cat", "dog"))
        self.assertEqual({split for split, _ in examples}, {None})

    def test_a_class_may_be_called_like_a_split(self):
        image_files.class_folders(self.root, ("train", "bus"))
        self.assertEqual(
            folders.ImageFolder(self.root).class_names, ("bus", "train")
        )

    def test_the_seed_decides_the_order(self):
        image_files.class_folders(self.root)

        def content(seed):
            _, examples = _read(self.root, seed=seed)
            return [(split, example.id) for split, example in examples]

        self.assertEqual(content(1), content(1))
        self.assertNotEqual(content(1), content(2))

    def test_classes_are_mixed(self):
        image_files.class_folders(self.root, images=20)
        _, examples = _read(self.root)
        self.assertLen({example.label for _, example in examples[:10]}, 2)

    def test_classes_can_be_chosen_and_ordered(self):
        image_files.class_folders(self.root, ("a", "b", "c"))
        images, examples = _read(self.root, classes=("c", "a"))
        self.assertEqual(images.class_names, ("c", "a"))
        for _, example in examples:
            self.assertEqual(example.label, int(example.id.startswith("a")))

    def test_folders_below_a_class_belong_to_it(self):
        image_files.class_folders(self.root)
        content = image_files.encode(image_files.noise(0))
        image_files.write(self.root / "cat" / "more" / "x.png", content)
        _, examples = _read(self.root)
        labels = {e.id: e.label for _, e in examples}
        self.assertEqual(labels["cat/more/x.png"], 0)

    def test_other_files_are_no_images(self):
        image_files.class_folders(self.root)
        for name in (
            "cat/.hidden.png",
            "cat/notes.txt",
            "readme.png",
            ".thumbs/x.png",
            "__MACOSX/cat/._01.png",
        ):
            image_files.write(self.root / name, b"not an image")
        images, _ = _read(self.root)
        self.assertLen(images, 20)

    def test_names_of_any_script(self):
        image_files.class_folders(self.root, ("猫", "größe ✓"))
        images, examples = _read(self._source("zip"))
        self.assertEqual(images.class_names, ("größe ✓", "猫"))
        self.assertLen(examples, 20)

    def test_links_are_followed_and_circles_are_not(self):
        image_files.class_folders(self.parent / "elsewhere", ("dog",))
        image_files.class_folders(self.root, ("cat",))
        os.symlink(self.parent / "elsewhere" / "dog", self.root / "dog")
        os.symlink(self.root, self.root / "cat" / "circle")
        self.assertLen(folders.ImageFolder(self.root), 20)

    def test_unreadable_files_are_all_listed_with_reasons(self):
        image_files.class_folders(self.root)
        image_files.write(self.root / "cat" / "bad.jpg", b"")
        image_files.write(self.root / "dog" / "worse.png", b"<html>")
        with self.assertRaises(folders.UnreadableFilesError) as caught:
            _read(self.root)
        message = str(caught.exception)
        self.assertIn("2 files cannot be read", message)
        self.assertIn("cat/bad.jpg: the file is empty", message)
        self.assertIn("dog/worse.png: not an image", message)

    def test_a_long_list_of_unreadable_files_is_cut(self):
        image_files.class_folders(self.root, images=1)
        for number in range(30):
            image_files.write(self.root / "cat" / f"bad{number}.jpg", b"")
        with self.assertRaisesRegex(
            folders.UnreadableFilesError, "and 10 more"
        ):
            _read(self.root)

    def test_unreadable_files_can_be_left_out(self):
        image_files.class_folders(self.root)
        image_files.write(self.root / "cat" / "bad.jpg", b"")
        os.symlink(self.root / "nowhere", self.root / "dog" / "link.png")
        images, examples = _read(self.root, on_error="skip")
        self.assertLen(examples, 20)
        self.assertCountEqual(
            [(file.name, file.reason) for file in images.unreadable],
            [
                ("cat/bad.jpg", "the file is empty"),
                ("dog/link.png", "No such file or directory"),
            ],
        )

    def test_a_broken_member_of_a_zip_is_unreadable(self):
        image_files.class_folders(self.root)
        path = self._source("zip")
        content = path.read_bytes()
        whole = (self.root / "cat" / "03.png").read_bytes()
        place = content.index(whole) + 60
        path.write_bytes(content[:place] + b"????" + content[place + 4 :])
        images, examples = _read(path, on_error="skip")
        self.assertLen(examples, 19)
        self.assertEqual(images.unreadable[0].name, "photos/cat/03.png")
        self.assertRegex(images.unreadable[0].reason, "broken in the zip")

    @parameterized.named_parameters(
        ("nothing", (), "photos: holds no sub-folder with images"),
        ("one_class", ("cat",), "photos: the classes are cat; expected two"),
    )
    def test_refuses_less_than_two_classes(self, classes, message):
        self.root.mkdir()
        image_files.class_folders(self.root, classes)
        with self.assertRaisesRegex(errors.DataError, message):
            folders.ImageFolder(self.root)

    def test_the_folder_of_one_class_names_the_one_above(self):
        image_files.class_folders(self.root)
        with self.assertRaisesRegex(
            errors.DataError, "Did you mean the folder above, .*photos\\?"
        ):
            folders.ImageFolder(self.root / "cat")

    def test_a_folder_above_that_is_no_data_set_is_not_named(self):
        image_files.class_folders(self.root)
        # As in somebody's home: folders of images beside others.
        (self.root / "music").mkdir()
        with self.assertRaisesRegex(errors.DataError, "one a class$"):
            folders.ImageFolder(self.root / "cat")
        (self.root / "music").rename(self.root / ".music")
        with self.assertRaisesRegex(errors.DataError, "the folder above"):
            folders.ImageFolder(self.root / "cat")
        # Nor from a folder that is not like one class itself.
        (self.root / "empty").mkdir()
        with self.assertRaisesRegex(errors.DataError, "one a class$"):
            folders.ImageFolder(self.root / "empty")

    def test_refuses_a_class_that_is_not_there(self):
        image_files.class_folders(self.root)
        with self.assertRaisesRegex(
            errors.DataError, r"class 'cow'; found \['cat', 'dog'\]"
        ):
            folders.ImageFolder(self.root, classes=("cat", "cow"))

    def test_refuses_a_class_that_is_only_in_the_test_split(self):
        image_files.class_folders(self.root / "train", ("a", "b"))
        image_files.class_folders(self.root / "test", ("a", "b", "c"))
        with self.assertRaisesRegex(errors.DataError, "image of class 'c'"):
            folders.ImageFolder(self.root)

    def test_refuses_the_same_class_twice(self):
        image_files.class_folders(self.root)
        with self.assertRaisesRegex(errors.DataError, "classes are cat, cat"):
            folders.ImageFolder(self.root, classes=("cat", "cat"))


class ArchivesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())

    def test_nothing_there(self):
        with self.assertRaisesRegex(errors.DataError, "gone: no such file"):
            archives.open_archive(self.parent / "gone")

    def test_neither_folder_nor_zip(self):
        path = self.parent / "photo.png"
        path.write_bytes(b"something")
        with self.assertRaisesRegex(errors.DataError, "photo.png: .*zip file"):
            archives.open_archive(path)

    def _zip(self, members, method=zipfile.ZIP_STORED) -> pathlib.Path:
        path = self.parent / "photos.zip"
        with warnings.catch_warnings():
            # Python warns of a second file of one name.
            warnings.simplefilter("ignore")
            with zipfile.ZipFile(path, "w", method) as archive:
                for name, content in members:
                    archive.writestr(name, content)
        return path

    def test_refuses_zips_that_no_honest_program_writes(self):
        for names, message in (
            (["a/1.png", "/b/2.png"], "file '/b/2.png'; expected names inside"),
            (["a/1.png", "a/../../2.png"], "expected names inside"),
            (["a/1.png", "a/1.png"], "has two files 'a/1.png'"),
        ):
            path = self._zip((name, b"1") for name in names)
            with self.assertRaisesRegex(errors.DataError, message):
                archives.open_archive(path)

    def test_refuses_a_zip_of_a_version_that_nobody_reads(self):
        path = self._zip([("a/1.png", b"1")])
        content = bytearray(path.read_bytes())
        # The version that is needed, in the entry of the directory.
        content[content.index(b"PK\x01\x02") + 6] = 125
        path.write_bytes(content)
        with self.assertRaisesRegex(errors.DataError, "photos.zip.*version"):
            folders.ImageFolder(path)

    def test_refuses_a_zip_with_a_file_without_a_name(self):
        path = self._zip([("a/1.png", b"1")])
        # A name ends at its first zero.
        path.write_bytes(path.read_bytes().replace(b"a/1", b"\0/1"))
        with self.assertRaisesRegex(errors.DataError, "photos.zip.*file ''"):
            folders.ImageFolder(path)

    def test_refuses_an_encrypted_zip(self):
        path = self._zip([("a/1.png", b"1")])
        content = bytearray(path.read_bytes())
        content[6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(bytes(content))
        with self.assertRaisesRegex(errors.DataError, "1.png' is encrypted"):
            archives.open_archive(path)

    def test_what_is_unpacked_in_sum_is_bounded(self):
        path = self._zip(
            [(f"a/{n}.png", bytes(1 << 20)) for n in range(4)],
            zipfile.ZIP_DEFLATED,
        )
        archives.open_archive(path)
        with mock.patch.object(pictures, "MAX_FILE_BYTES", 1 << 20):
            with self.assertRaisesRegex(errors.DataError, "4,194,304 bytes un"):
                archives.open_archive(path)

    def test_a_pipe_in_place_of_a_zip_is_not_waited_for(self):
        path = pathlib.Path(self.create_tempdir(), "a.zip")
        os.mkfifo(path)
        for special in (path, pathlib.Path("/dev/null")):
            with self.assertRaisesRegex(errors.DataError, "not a regular f"):
                archives.open_archive(special)

    def test_a_large_member_is_not_unpacked(self):
        path = self._zip([("a/1.png", bytes(1000))])
        with mock.patch.object(pictures, "MAX_FILE_BYTES", 999):
            archive = archives.open_archive(path)
            with self.assertRaisesRegex(
                pictures.UnreadableError, "1,000 bytes; at most 999"
            ):
                archive.read("a/1.png")

    def test_damage_of_every_method_of_packing(self):
        for method in (
            zipfile.ZIP_DEFLATED,
            zipfile.ZIP_BZIP2,
            zipfile.ZIP_LZMA,
        ):
            path = self._zip([("a/1.png", bytes(range(256)) * 9)], method)
            content = bytearray(path.read_bytes())
            for place in range(40, len(content) - 120):
                content[place] ^= 0x5A
            path.write_bytes(bytes(content))
            with self.assertRaisesRegex(
                pictures.UnreadableError, "broken in the zip"
            ):
                archives.open_archive(path).read("a/1.png")

    def test_only_regular_files_are_read(self):
        root = self.parent / "photos"
        image_files.class_folders(root, images=1)
        os.mkfifo(root / "cat" / "pipe.png")
        os.symlink("/dev/zero", root / "cat" / "endless.png")
        archive = archives.open_archive(root)
        for name in ("cat/pipe.png", "cat/endless.png"):
            with self.assertRaisesRegex(
                pictures.UnreadableError, "not a regular file"
            ):
                archive.read(name)

    def test_the_fingerprint_changes_with_the_content(self):
        root = image_files.class_folders(self.parent / "photos")
        before = archives.open_archive(root).fingerprint()
        self.assertEqual(before, archives.open_archive(root).fingerprint())
        (root / "cat" / "00.png").write_bytes(b"other")
        changed = archives.open_archive(root).fingerprint()
        self.assertNotEqual(before, changed)
        (root / "cat" / "00.png").unlink()
        self.assertNotEqual(changed, archives.open_archive(root).fingerprint())

    def test_the_fingerprint_of_a_zip_changes_with_the_content(self):
        prints = []
        for content in ("one", "two"):
            path = self.parent / "photos.zip"
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("a/b.png", content)
            prints.append(archives.open_archive(path).fingerprint())
        self.assertNotEqual(*prints)


if __name__ == "__main__":
    absltest.main()
