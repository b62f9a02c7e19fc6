"""Describes a prepared data set, in its `manifest.json`."""

import dataclasses
import json
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

from stylex_tf import errors
from stylex_tf.data.records import rule_kind

FILE_NAME = "manifest.json"
SPLITS = ("train", "test")


@dataclasses.dataclass(frozen=True)
class Factor:
    """One known attribute of every image.

    Attributes:
        name: for example "hair".
        values: names of the values, whose indices the examples hold; empty
            for a continuous factor in [0, 1].
    """

    name: str
    values: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Unreadable:
    """A file that was left out."""

    name: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """How much of a data set is the same, and what the cut did about it.

    Attributes:
        pictures: number of different pictures, by split.
        groups: number of groups of images that share content, by split; none
            is in both.
        near_copies: images that have a near copy which differs in a pixel.
        left_out: test images of the source that share content with one of its
            training images, and are in no split.
    """

    pictures: Mapping[str, int] = dataclasses.field(default_factory=dict)
    groups: Mapping[str, int] = dataclasses.field(default_factory=dict)
    near_copies: int = 0
    left_out: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Manifest:
    """Describes a folder of TFRecords.

    Attributes:
        source: where the images come from, in words.
        resolution: height and width of every image.
        class_names: one name a label, in the order of the labels.
        splits: number of images of "train" and of "test".
        label_counts: number of images of each class, by split; all 0 where
            nobody says what the images are.
        shards: file names of each split, in the order of reading.
        factors: known attributes, in the order of an example's values.
        causes: the factors that decide the label, as the config names them.
        rule: a `RuleKind`; "" where no rule is known.
        shortcut: a value that goes with class 1 in the training images alone;
            "" where there is none.
        crop: what became of pictures that were not square: "center" or "pad".
        greyscale: every image is grey (three equal channels).
        unreadable: files that were left out, each with the reason.
        content: copies among the images.
        cut: SHA-256 of which image is in which split; equal cuts, equal digest.
        digest: SHA-256 of all records in order; equal data, equal digest.
    """

    source: str
    resolution: int
    class_names: tuple[str, ...]
    splits: Mapping[str, int] = dataclasses.field(default_factory=dict)
    shards: Mapping[str, tuple[str, ...]] = dataclasses.field(
        default_factory=dict
    )
    label_counts: Mapping[str, tuple[int, ...]] = dataclasses.field(
        default_factory=dict
    )
    factors: tuple[Factor, ...] = ()
    causes: tuple[str, ...] = ()
    rule: str = ""
    shortcut: str = ""
    crop: str = "center"
    greyscale: bool = False
    unreadable: tuple[Unreadable, ...] = ()
    content: Content = dataclasses.field(default_factory=Content)
    cut: str = ""
    digest: str = ""

    @property
    def factor_names(self) -> tuple[str, ...]:
        """Returns the factors' names, in the order of an example's values."""
        return tuple(factor.name for factor in self.factors)

    @property
    def labelled(self) -> bool:
        """Tells whether the classes of the images are known."""
        return any(sum(counts) for counts in self.label_counts.values())

    @property
    def causes_by_class(self) -> tuple[tuple[str, ...], ...]:
        """Returns what leads a classifier of these images to each class.

        The shortcut is a cause like any other: the classifier is explained,
        not the rule.
        """
        if self.rule == rule_kind.RuleKind.EACH:
            return ((), *((cause,) for cause in self.causes))
        shortcut = (self.shortcut,) if self.shortcut else ()
        none = ((),) * (len(self.class_names) - 1)
        return (*none, (*self.causes, *shortcut))

    def summary(self) -> str:
        """Describes the data in a few lines for people."""
        lines = [f"{self.source}, {self.resolution} x {self.resolution} pixels"]
        for label, name in enumerate(self.class_names):
            counts = [
                f"{counts[label]:,} {split}"
                for split, counts in self.label_counts.items()
            ]
            # None of a description of what is not prepared yet.
            known = f": {', '.join(counts)}" if self.labelled else ""
            lines.append(f"  class {label}, {name}{known}")
        if self.splits and not self.labelled:
            counts = [f"{n:,} {split}" for split, n in self.splits.items()]
            lines.append(f"  no labels: {', '.join(counts)}")
        if self.rule:
            causes = f" of {', '.join(self.causes)}" if self.causes else ""
            lines.append(f"  label: {self.rule}{causes}")
        if self.shortcut:
            lines.append(f"  shortcut of the training images: {self.shortcut}")
        lines += self._content_lines()
        if self.unreadable:
            lines.append(f"  left out, unreadable: {len(self.unreadable)}")
            lines += [
                f"    {file.name}: {file.reason}" for file in self.unreadable
            ]
        return "\n".join(lines)

    def _content_lines(self) -> list[str]:
        """Counts copies among the images; empty until data are prepared."""
        lines = []
        for split, pictures in self.content.pictures.items():
            copies = self.splits[split] - pictures
            if copies:
                lines.append(
                    f"  {split}: {copies:,} images are exact copies of others; "
                    f"{pictures:,} different pictures"
                )
        if self.content.near_copies:
            lines.append(
                f"  near copies, kept on one side: {self.content.near_copies:,}"
            )
        if self.content.left_out:
            lines.append(
                "  test images left out, since they share content with "
                f"training images: {self.content.left_out:,}"
            )
        return lines

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, where: str) -> "Manifest":
        """Reads what `to_dict` returned; `where` is named in errors.

        Raises:
            DataError: a field is unknown, missing or of the wrong shape.
        """
        names = {field.name for field in dataclasses.fields(cls)}
        # Data that was prepared before there was a choice lacks it.
        values = {"crop": "center", **values}
        if set(values) != names:
            raise errors.DataError(
                f"{where}: missing fields {sorted(names - set(values))}, "
                f"unknown fields {sorted(set(values) - names)}; it was made by "
                "another version. Prepare the data again"
            )
        for name, (fits, expected) in _FIELDS.items():
            if not fits(values[name]):
                raise errors.DataError(
                    f"{where}: {name} is {values[name]!r:.200}; expected "
                    f"{expected}"
                )
        fields = dict(values)
        for name in ("class_names", "causes"):
            fields[name] = tuple(fields[name])
        for name in ("shards", "label_counts"):
            fields[name] = {
                split: tuple(items) for split, items in fields[name].items()
            }
        fields["factors"] = tuple(
            Factor(factor["name"], tuple(factor["values"]))
            for factor in fields["factors"]
        )
        fields["unreadable"] = tuple(
            Unreadable(**file) for file in fields["unreadable"]
        )
        fields["content"] = Content(**fields["content"])
        manifest = cls(**fields)
        manifest._check(where)
        return manifest

    def _check(self, where: str) -> None:
        if self.resolution < 1:
            raise errors.DataError(
                f"{where}: resolution is {self.resolution!r}; expected a "
                "positive whole number"
            )
        if len(self.class_names) < 2:
            raise errors.DataError(
                f"{where}: class_names is {self.class_names}; expected two or "
                "more names"
            )
        for split, counts in self.label_counts.items():
            if len(counts) != len(self.class_names):
                raise errors.DataError(
                    f"{where}: label_counts of {split} is {counts}; expected "
                    f"a number for each of {self.class_names}"
                )

    def save(self, directory: pathlib.Path) -> None:
        """Writes `manifest.json` into the folder."""
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False)
        # A file's name need not be valid Unicode.
        content = (text + "\n").encode("utf-8", "backslashreplace")
        (directory / FILE_NAME).write_bytes(content)


def load(directory: pathlib.Path) -> Manifest:
    """Reads `manifest.json` of a folder that `writing.write` made.

    Raises:
        DataError: the folder has none, or it is not one of ours; says which
            field is wrong.
    """
    path = pathlib.Path(directory) / FILE_NAME
    if not path.is_file():
        raise errors.DataError(
            f"{path}: no such file; expected a folder that prepare_data wrote"
        )
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise errors.DataError(f"{path}: not JSON: {error}") from error
    if not isinstance(values, dict):
        raise errors.DataError(
            f"{path}: found a {type(values).__name__}, no object"
        )
    return Manifest.from_dict(values, where=str(path))


_Fits = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _whole(value: Any) -> bool:
    # To Python, True is one too.
    return type(value) is int


def _list_of(fits: _Fits) -> _Fits:
    return lambda value: (
        isinstance(value, (list, tuple)) and all(map(fits, value))
    )


def _by_split(fits: _Fits) -> _Fits:
    return lambda value: (
        isinstance(value, dict)
        and set(value) == set(SPLITS)
        and all(map(fits, value.values()))
    )


def _object(**fields: _Fits) -> _Fits:
    return lambda value: (
        isinstance(value, dict)
        and set(value) == set(fields)
        and all(fits(value[name]) for name, fits in fields.items())
    )


def _split_counts(value: Any) -> bool:
    # Nothing is counted of a data set that is described and not prepared.
    return value == {} or _by_split(_whole)(value)


_TEXT = (_text, "text")
_TEXTS = (_list_of(_text), "a list of texts")
_EACH = f"an entry for each of {SPLITS}, of "
# What each field of a manifest's file must be, and how that is called.
_FIELDS: Mapping[str, tuple[_Fits, str]] = {
    "source": _TEXT,
    "resolution": (_whole, "a whole number"),
    "class_names": _TEXTS,
    "splits": (_by_split(_whole), _EACH + "a whole number"),
    "shards": (_by_split(_list_of(_text)), _EACH + "names of files"),
    "label_counts": (_by_split(_list_of(_whole)), _EACH + "whole numbers"),
    "factors": (
        _list_of(_object(name=_text, values=_list_of(_text))),
        "a list of factors, each with a name and values",
    ),
    "causes": _TEXTS,
    "rule": _TEXT,
    "shortcut": _TEXT,
    "crop": _TEXT,
    "greyscale": (lambda value: isinstance(value, bool), "true or false"),
    "unreadable": (
        _list_of(_object(name=_text, reason=_text)),
        "a list of files, each with a name and a reason",
    ),
    "content": (
        _object(
            pictures=_split_counts,
            groups=_split_counts,
            near_copies=_whole,
            left_out=_whole,
        ),
        "how many pictures, groups, near copies and images left out",
    ),
    "cut": _TEXT,
    "digest": _TEXT,
}
