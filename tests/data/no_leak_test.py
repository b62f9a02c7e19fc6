"""No source puts content on both sides: copies are planted in each of them."""

import io
import pathlib
import shutil

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from stylex_tf import config, errors
from stylex_tf.data import preparation
from stylex_tf.data.sources import idx
from stylex_tf.data.worlds import worlds
from tests.testing import image_files, layouts


def _classes(root: pathlib.Path) -> pathlib.Path:
    return image_files.class_folders(root, images=24)


def _plants(root: pathlib.Path) -> pathlib.Path:
    return layouts.plant_village(root, 24)


# Layout -> what makes it, and what the config says beside.
_OURS = {
    "class_folders": (_classes, {}),
    "unlabelled": (
        lambda root: layouts.ffhq(root, 48),
        {"classes": ("a", "b")},
    ),
    "graded": (
        lambda root: layouts.eyepacs(root, 48),
        {"label": "level>=2"},
    ),
    "plant_village": (_plants, {}),
    "celeba": (
        lambda root: layouts.celeba(root, 48, partition=False),
        {"label": "Male"},
    ),
}


def _images(root: pathlib.Path) -> list[pathlib.Path]:
    return sorted(
        path
        for path in root.rglob("*")
        if path.suffix in (".png", ".jpg", ".jpeg")
    )


class NoLeakTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.root = self.parent / "source"

    def _prepare(self, **options):
        options.setdefault("source", str(self.root))
        data = config.DataConfig(
            cache_dir=str(self.parent / "cache"), **options
        )
        return preparation.prepare(data, 32, 0, progress=False)

    def _assert_apart(self, dataset):
        train, test = dataset.load("train"), dataset.load("test")
        self.assertNotEmpty(test.ids)
        self.assertEmpty(set(train.groups) & set(test.groups))
        self.assertEmpty(
            {image.tobytes() for image in train.images}
            & {image.tobytes() for image in test.images}
        )

    @parameterized.product(layout=tuple(_OURS), kind=("folder", "zip"))
    def test_a_split_of_ours(self, layout, kind):
        make, options = _OURS[layout]
        make(self.root)
        paths = _images(self.root)
        # Every image is there twice.
        half = len(paths) // 2
        for original, copy in zip(paths[:half], paths[half:], strict=True):
            shutil.copyfile(original, copy)
        source = self.root
        if kind == "zip":
            source = image_files.zip_folder(source, self.parent / "source.zip")
        dataset = self._prepare(
            source=str(source), layout=layout, test_fraction=0.3, **options
        )
        self._assert_apart(dataset)
        content = dataset.manifest.content
        self.assertEqual(sum(content.pictures.values()), half)
        self.assertEqual(content.left_out, 0)
        self.assertEqual(sum(dataset.manifest.splits.values()), 2 * half)

    def test_files_encoded_again_stay_on_one_side(self):
        _classes(self.root)
        for number, path in enumerate(_images(self.root)):
            rough = Image.fromarray(image_files.noise(number, 16, 16))
            picture = rough.resize((64, 64), Image.Resampling.BICUBIC)
            picture.save(path)
            again = io.BytesIO()
            picture.resize((50, 50)).save(again, "JPEG", quality=50)
            path.with_suffix(".jpg").write_bytes(again.getvalue())
        dataset = self._prepare(test_fraction=0.3)
        self._assert_apart(dataset)
        self.assertEqual(dataset.manifest.content.near_copies, 96)
        for split in ("train", "test"):
            names = dataset.load(split).ids
            self.assertLen(names, 2 * len({name[:-4] for name in names}))

    def test_a_group_of_the_user_is_not_split(self):
        layouts.eyepacs(self.root, 48)
        dataset = self._prepare(
            layout="graded",
            label="level>=2",
            group="([0-9]+)_(?:left|right)",
            test_fraction=0.3,
        )
        sides = [
            {
                pathlib.PurePath(name).stem.split("_")[0]
                for name in dataset.load(split).ids
            }
            for split in ("train", "test")
        ]
        self.assertEmpty(sides[0] & sides[1])
        self.assertEqual(sum(dataset.manifest.content.groups.values()), 24)

    @parameterized.parameters("afhq", "celeba", "cub")
    def test_a_split_of_the_source_loses_what_it_shares(self, name):
        root = getattr(layouts, name)(self.root)
        options = {
            "afhq": {},
            "celeba": {"layout": "celeba", "label": "Male"},
            "cub": {"layout": "cub"},
        }[name]
        whole = self._prepare(**options)
        train, test = (whole.load(split).ids for split in ("train", "test"))
        shutil.copyfile(root / train[0], root / test[0])
        dataset = self._prepare(**options)
        self._assert_apart(dataset)
        self.assertEqual(dataset.manifest.content.left_out, 1)
        self.assertEqual(dataset.load("train").ids, train)
        self.assertEqual(dataset.load("test").ids, test[1:])
        self.assertNotEqual(dataset.manifest.cut, whole.manifest.cut)

    def test_idx_files(self):
        images = np.stack([image_files.noise(n, 28, 28) for n in range(14)])
        parts = {"train": range(10), "t10k": (10, 11, 3, 12, 13)}
        for prefix, numbers in parts.items():
            for kind, array in (
                ("images-idx3", images[list(numbers), ..., 0]),
                ("labels-idx1", np.array(numbers) % 2),
            ):
                image_files.write(
                    self.root / f"{prefix}-{kind}-ubyte",
                    image_files.idx_bytes(array),
                )
        self.assertTrue(idx.is_idx_folder(self.root))
        dataset = self._prepare()
        self._assert_apart(dataset)
        self.assertEqual(dataset.manifest.content.left_out, 1)
        self.assertNotIn("test-00002", dataset.load("test").ids)

    @parameterized.parameters(*worlds.NAMES)
    def test_worlds(self, name):
        world = worlds.get(name)
        cause = next(factor.name for factor in world.factors if factor.values)
        dataset = self._prepare(
            source=name, causes=(cause,), rendered_images=250, test_fraction=0.3
        )
        self._assert_apart(dataset)
        self.assertEqual(dataset.manifest.content.left_out, 0)
        # Numbers in [0, 1] count by the quarter that they are in.
        numbers = [not factor.values for factor in world.factors]
        sides = []
        for split in ("train", "test"):
            factors = dataset.load(split).factors
            quarters = np.minimum(np.floor(4 * factors), 3)
            combinations = np.where(numbers, quarters, factors)
            sides.append({tuple(row) for row in combinations})
        self.assertEmpty(sides[0] & sides[1])

    def test_a_prepared_folder_keeps_its_groups(self):
        _classes(self.root)
        made = preparation.prepare_into(
            self.parent / "made",
            config.DataConfig(source=str(self.root)),
            32,
            0,
            progress=False,
        )
        dataset = self._prepare(source=str(made.directory))
        self._assert_apart(dataset)
        self.assertEqual(dataset.manifest, made.manifest)

    def test_a_folder_of_an_earlier_version_says_so(self):
        _classes(self.root)
        made = preparation.prepare_into(
            self.parent / "made",
            config.DataConfig(source=str(self.root)),
            32,
            0,
            progress=False,
        )
        path = made.directory / "manifest.json"
        text = path.read_text().replace('"cut"', '"cuts"')
        path.write_text(text)
        with self.assertRaisesRegex(
            errors.DataError, "another version. Prepare the data again"
        ):
            self._prepare(source=str(made.directory))

    @parameterized.parameters("faces", "idx")
    def test_names_are_for_files(self, name):
        if name == "idx":
            name = str(image_files.idx_folder(self.root, (0, 1, 1), (1, 0)))
        with self.assertRaisesRegex(errors.DataError, "group is .* no files"):
            self._prepare(source=name, causes=(), group="(.)")


if __name__ == "__main__":
    absltest.main()
