"""Small folders in the layouts of public data sets, for tests."""

import pathlib
from collections.abc import Sequence

from tests.testing import image_files

# What is known of every bird, in the order of its ids.
CUB_ATTRIBUTES = ("has_bill_shape::dagger", "has_crown_color::black")


def _picture(path: pathlib.Path, number: int, **size: int) -> None:
    image_files.write(
        path, image_files.encode(image_files.noise(number, **size))
    )


def _text(path: pathlib.Path, lines: Sequence[str]) -> None:
    image_files.write(path, "".join(f"{line}\n" for line in lines).encode())


def afhq(root: pathlib.Path, train: int = 8, test: int = 4) -> pathlib.Path:
    """train/{cat,dog,wild} and val/."""
    classes = ("cat", "dog", "wild")
    image_files.class_folders(root / "train", classes, train)
    image_files.class_folders(root / "val", classes, test, first=500)
    return root


def celeba(
    root: pathlib.Path, images: int = 12, partition: bool = True
) -> pathlib.Path:
    """Image i (from 1) is Male where i is even, Smiling where 3 divides it.

    In every four images, the third is for validation and the last for testing.
    """
    attributes = [str(images), "Male Smiling "]
    parts = []
    for number in range(1, images + 1):
        name = f"{number:06d}.jpg"
        _picture(root / "img_align_celeba" / name, number, height=20, width=16)
        values = [1 if number % n == 0 else -1 for n in (2, 3)]
        attributes.append(f"{name} {values[0]:2d} {values[1]:2d}")
        parts.append(f"{name} {(0, 0, 1, 2)[(number - 1) % 4]}")
    _text(root / "list_attr_celeba.txt", attributes)
    if partition:
        _text(root / "list_eval_partition.txt", parts)
    return root


def ffhq(root: pathlib.Path, images: int = 20) -> pathlib.Path:
    """00000/00000.png and on, ten a folder."""
    for number in range(images):
        folder = root / f"{number // 10 * 10:05d}"
        _picture(folder / f"{number:05d}.png", number)
    (root / "LICENSE.txt").write_text("of the images")
    return root


def eyepacs(root: pathlib.Path, images: int = 20) -> pathlib.Path:
    """trainLabels.csv, whose levels go round from 0 to 4."""
    lines = ["image,level"]
    for number in range(images):
        name = f"{number // 2}_{('left', 'right')[number % 2]}"
        _picture(root / "train" / f"{name}.jpeg", number)
        lines.append(f"{name},{number % 5}")
    _text(root / "trainLabels.csv", lines)
    return root


def messidor(root: pathlib.Path, images: int = 20) -> pathlib.Path:
    """messidor_data.csv; every other has edema, the last has no grade."""
    lines = [
        "image_id,adjudicated_dr_grade,adjudicated_dme,adjudicated_gradable"
    ]
    for number in range(images):
        name = f"IM{number:04d}"
        _picture(root / "IMAGES" / f"{name}.jpg", number)
        grades = ",,0" if number == images - 1 else f"0,{number % 2},1"
        lines.append(f"{name}.JPG,{grades}")
    _text(root / "messidor_data.csv", lines)
    return root


def plant_village(root: pathlib.Path, images: int = 6) -> pathlib.Path:
    """Two plants, one of them with a disease."""
    folders = ("Apple___healthy", "Tomato___Late_blight", "Tomato___healthy")
    return image_files.class_folders(root, folders, images)


def cub(root: pathlib.Path, classes: int = 4, images: int = 4) -> pathlib.Path:
    """CUB_200_2011/ and attributes.txt beside it.

    The last image of each class is for testing. A bird has the first
    attribute where its class is odd; the second cannot be seen.
    """
    tables: dict[str, list[str]] = {
        name: []
        for name in (
            "images",
            "image_class_labels",
            "train_test_split",
            "bounding_boxes",
            "attributes/image_attribute_labels",
        )
    }
    number = 0
    for label in range(1, classes + 1):
        species = f"{label:03d}.Grey_{chr(122 - label % 26)}_Bird_{label}"
        for place in range(images):
            number += 1
            name = f"{species}/{species[4:]}_{place:04d}.jpg"
            path = root / "CUB_200_2011" / "images" / name
            _picture(path, number, height=24, width=30)
            rows = (
                f"{number} {name}",
                f"{number} {label}",
                f"{number} {int(place < images - 1)}",
                f"{number} 6.0 4.0 12.0 16.0",
                # The published file has rows that are too long.
                f"{number} 1 {label % 2} 4 2.5 0",
            )
            for table, row in zip(tables.values(), rows, strict=True):
                table.append(row)
            tables["attributes/image_attribute_labels"].append(
                f"{number} 2 0 1 1.5"
            )
    for name, lines in tables.items():
        _text(root / "CUB_200_2011" / f"{name}.txt", lines)
    _text(
        root / "attributes.txt",
        [f"{i} {name}" for i, name in enumerate(CUB_ATTRIBUTES, 1)],
    )
    return root


def change(path: pathlib.Path, old: str, new: str) -> None:
    """Replaces text that is in the file."""
    text = path.read_text()
    if old not in text:
        raise ValueError(f"{path} has no {old!r}")
    path.write_text(text.replace(old, new, 1))
